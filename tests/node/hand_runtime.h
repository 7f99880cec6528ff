#pragma once
// A runtime whose turns happen when the test says so.

#include <map>

#include "node/runtime.h"

namespace symbolon::node {

class HandRuntime final : public Runtime {
 public:
  MonotonicTime Now() override { return now; }
  uint64_t WallMilliseconds() override { return 0; }
  uint64_t Random() override { return 0; }
  std::unique_ptr<Worker> NewWorker(WorkerKind kind, Worker::Turn turn) override {
    turns_[kind] = std::move(turn);
    return std::make_unique<HandWorker>();
  }
  MonotonicTime Turn(WorkerKind kind) { return turns_.at(kind)(); }

  MonotonicTime now{std::chrono::seconds(100)};

 private:
  struct HandWorker final : public Worker {
    void Start() override {}
    void Wake() override {}
    void Stop() override {}
  };
  std::map<WorkerKind, Worker::Turn> turns_;
};

}  // namespace symbolon::node
