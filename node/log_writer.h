#pragma once
// Writes the Raft log on a thread of its own, so that a slow disk never keeps consensus from hearing and
// answering.

#include <absl/status/status.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "consensus/effects.h"
#include "storage/raft_log.h"

namespace symbolon::node {

// Group commit: whatever has gathered while one write was being synced goes into the next as one. Thread-safe
// but for Start and Stop.
class LogWriter {
 public:
  struct Job {
    storage::LogWrite write;  // may be empty: then only earlier writes are waited for
    consensus::PersistToken token;
    std::vector<consensus::Message> messages;  // leave when this and all earlier writes are durable
  };

  struct Callbacks {
    std::function<void(const consensus::Message&)> send;
    std::function<void(consensus::PersistToken)> persisted;  // this token and all before it
    std::function<void(const absl::Status&)> failed;         // once; nothing is written or sent after it
  };

  // `log` must outlive the writer. The callbacks come from the writer's thread and must not block.
  LogWriter(storage::RaftLog* log, Callbacks callbacks);
  ~LogWriter();  // Stop()

  void Start();
  // Finishes the write under way and drops what waits behind it: nobody was told of it.
  void Stop();

  // How much may wait is bounded by Raft's own limits on what is not persisted.
  void Enqueue(Job job);

 private:
  void Run();
  absl::Status Carry(std::vector<Job> jobs);

  storage::RaftLog* const log_;
  const Callbacks callbacks_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> queue_;  // guarded by mutex_
  bool stopping_ = false;   // guarded by mutex_
  std::thread thread_;
};

}  // namespace symbolon::node
