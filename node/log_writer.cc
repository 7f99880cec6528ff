#include "node/log_writer.h"

#include "base/status_macros.h"

namespace symbolon::node {

LogWriter::LogWriter(Runtime* runtime, storage::RaftLog* log, Callbacks callbacks)
    : log_(log),
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
  if (absl::Status status = Carry(std::move(jobs)); !status.ok()) {
    // A sync that failed once may seem to succeed the next time although the data is gone: the first
    // failure is the last word (LV-14).
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      queue_.clear();
    }
    callbacks_.failed(status);
  }
  return kNever;
}

absl::Status LogWriter::Carry(std::vector<Job> jobs) {
  std::vector<storage::LogWrite> writes;
  writes.reserve(jobs.size());
  for (Job& job : jobs) {
    if (job.write.hard_state || !job.write.append.empty()) writes.push_back(std::move(job.write));
  }
  if (!writes.empty()) RETURN_IF_ERROR(log_->Persist(writes));
  for (const Job& job : jobs) {
    for (const consensus::Message& message : job.messages) callbacks_.send(message);
  }
  if (jobs.back().token.value() != 0) callbacks_.persisted(jobs.back().token);
  return absl::OkStatus();
}

}  // namespace symbolon::node
