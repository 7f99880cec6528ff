#pragma once
// What a node takes from the machine beside its network and its disk: time, randomness and threads. There is
// one for the machine itself, and one that a simulator steps (tests/simulation).

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace symbolon::node {

// Of a clock that never jumps and stands in no relation to the time of day: only differences mean anything.
using MonotonicTime = std::chrono::steady_clock::time_point;

inline constexpr MonotonicTime kAtOnce = MonotonicTime::min();
inline constexpr MonotonicTime kNever = MonotonicTime::max();

// The parts of a node that have their own turn.
enum class WorkerKind : uint8_t { kConsensus, kLogWriter, kApply, kAnswers, kHousekeeper };

// Does its turn again and again, one at a time and never beside itself: when woken, and when the time comes
// that its last turn gave. However long a turn, a pause or a slow machine took, one turn makes up for it:
// what was missed is not repeated (LV-16). Thread-safe but for Start and Stop.
class Worker {
 public:
  // Returns when the next turn is due if nobody wakes the worker before: a time, kAtOnce or kNever.
  using Turn = std::function<MonotonicTime()>;

  virtual ~Worker() = default;  // Stop()
  // The first turn is due now.
  virtual void Start() = 0;
  // A turn begins after this call, or after Start if that has not happened yet.
  virtual void Wake() = 0;
  // Waits for the turn under way; no other begins. Not from within a turn. Idempotent.
  virtual void Stop() = 0;
};

// Thread-safe. Must outlive its workers.
class Runtime {
 public:
  virtual ~Runtime() = default;

  virtual MonotonicTime Now() = 0;
  // Milliseconds since 1970. May jump, in both directions.
  virtual uint64_t WallMilliseconds() = 0;
  // All 64 bits uniformly; for timeouts, not for keys.
  virtual uint64_t Random() = 0;
  // It does nothing before its Start. What `turn` touches must outlive it.
  virtual std::unique_ptr<Worker> NewWorker(WorkerKind kind, Worker::Turn turn) = 0;
};

// The machine's own: a thread for each worker.
Runtime& SystemRuntime();

}  // namespace symbolon::node
