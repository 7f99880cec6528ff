#include "node/log_writer.h"

#include "base/status_macros.h"

namespace symbolon::node {

LogWriter::LogWriter(storage::RaftLog* log, Callbacks callbacks)
    : log_(log), callbacks_(std::move(callbacks)) {}

LogWriter::~LogWriter() {
  Stop();
}

void LogWriter::Start() {
  thread_ = std::thread([this] { Run(); });
}

void LogWriter::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    queue_.clear();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LogWriter::Enqueue(Job job) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void LogWriter::Run() {
  while (true) {
    std::vector<Job> jobs;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      jobs.swap(queue_);
    }
    if (absl::Status status = Carry(std::move(jobs)); !status.ok()) {
      // A sync that failed once may seem to succeed the next time although the data is gone: the first
      // failure is the last word (LV-14).
      callbacks_.failed(status);
      return;
    }
  }
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
