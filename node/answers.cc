#include "node/answers.h"

#include <utility>

namespace symbolon::node {

Answers::Answers(Runtime* runtime)
    : worker_(runtime->NewWorker(WorkerKind::kAnswers, [this] { return Turn(); })) {}

Answers::~Answers() {
  Stop();
}

void Answers::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  worker_->Stop();
  Turn();
}

void Answers::Post(std::function<void()> answer) {
  {
    std::lock_guard lock(mutex_);
    if (!stopped_) {
      queue_.push_back(std::move(answer));
      answer = nullptr;
    }
  }
  if (answer) return answer();
  worker_->Wake();
}

MonotonicTime Answers::Turn() {
  std::vector<std::function<void()>> answers;
  {
    std::lock_guard lock(mutex_);
    answers.swap(queue_);
  }
  for (const auto& answer : answers) answer();
  return kNever;
}

}  // namespace symbolon::node
