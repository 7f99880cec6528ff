#include "node/log_writer.h"

#include <chrono>
#include <iterator>

#include "base/status_macros.h"

namespace symbolon::node {
namespace {

constexpr std::chrono::milliseconds kSpaceRetry(200);

}  // namespace

LogWriter::LogWriter(Runtime* runtime, storage::RaftLog* log, Callbacks callbacks)
    : runtime_(runtime),
      log_(log),
      callbacks_(std::move(callbacks)),
      worker_(runtime->NewWorker(WorkerKind::kLogWriter, [this] { return Turn(); })) {}

LogWriter::~LogWriter() {
  Stop();
}

void LogWriter::Start() {
  worker_->Start();
}

void LogWriter::Stop() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    queue_.clear();
  }
  worker_->Stop();
}

void LogWriter::Enqueue(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    const bool is_empty = !job.write.hard_state && job.write.append.empty();
    if (waits_for_space_ && is_empty && !queue_.empty()) {
      queue_.back().token = job.token;  // its answers are lost, as messages may be: the leader asks again
      return;
    }
    queue_.push_back(std::move(job));
  }
  worker_->Wake();
}

MonotonicTime LogWriter::Turn() {
  std::vector<Job> jobs;
  {
    std::lock_guard lock(mutex_);
    jobs.swap(queue_);
  }
  if (jobs.empty()) return kNever;
  const absl::Status status = Carry(&jobs);
  waits_for_space_ = absl::IsResourceExhausted(status) && log_->failure().ok();
  if (status.ok()) return kNever;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return kNever;
    if (waits_for_space_) {
      queue_.insert(queue_.begin(), std::make_move_iterator(jobs.begin()),
                    std::make_move_iterator(jobs.end()));
      return runtime_->Now() + kSpaceRetry;
    }
    // A sync that failed once may seem to succeed the next time although the data is gone: the first failure
    // is the last word (LV-14).
    closed_ = true;
    queue_.clear();
  }
  callbacks_.failed(status);
  return kNever;
}

// Leaves the jobs as they were when it fails.
absl::Status LogWriter::Carry(std::vector<Job>* jobs) {
  std::vector<storage::LogWrite> writes;
  writes.reserve(jobs->size());
  for (Job& job : *jobs) writes.push_back(std::move(job.write));
  if (const absl::Status status = log_->Persist(writes); !status.ok()) {
    for (size_t i = 0; i < writes.size(); ++i) (*jobs)[i].write = std::move(writes[i]);
    return status;
  }
  for (const Job& job : *jobs) {
    for (const consensus::Message& message : job.messages) callbacks_.send(message);
  }
  if (jobs->back().token.value() != 0) callbacks_.persisted(jobs->back().token);
  return absl::OkStatus();
}

}  // namespace symbolon::node
