#pragma once
// Writes the Raft log beside consensus, so that a slow disk never keeps it from hearing and answering.

#include <absl/status/status.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "consensus/effects.h"
#include "node/runtime.h"
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

  // Both must outlive the writer. The callbacks come from the writer's turns and must not block.
  LogWriter(Runtime* runtime, storage::RaftLog* log, Callbacks callbacks);
  ~LogWriter();  // Stop()

  void Start();
  // Finishes the write under way and drops what waits behind it: nobody was told of it.
  void Stop();

  // How much may wait is bounded by Raft's own limits on what is not persisted; while the disk is full, jobs
  // that write nothing join the one before.
  void Enqueue(Job job);
  // The disk is full: it tries again and again. Thread-safe.
  bool WaitsForSpace() const { return waits_for_space_; }

 private:
  MonotonicTime Turn();
  absl::Status Carry(std::vector<Job>* jobs);

  Runtime* const runtime_;
  storage::RaftLog* const log_;
  const Callbacks callbacks_;

  std::atomic<bool> waits_for_space_{false};
  std::mutex mutex_;
  std::vector<Job> queue_;  // guarded by mutex_
  bool closed_ = false;     // stopped, or a write failed; guarded by mutex_
  std::unique_ptr<Worker> worker_;
};

}  // namespace symbolon::node
