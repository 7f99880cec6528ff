#pragma once
// The machine that a node runs on: its clocks, how quickly it gets its turns, and the node::Runtime through
// which a node sees it.

#include <functional>
#include <memory>
#include <vector>

#include "node/runtime.h"
#include "tests/simulation/world.h"

namespace symbolon::simulation {

// How long things take on a machine, in microseconds; drawn from the seed.
struct Pace {
  Time max_turn = 200;                   // until a woken worker has its turn
  Time min_sync = 500, max_sync = 5000;  // until what the log writer was handed is on disk
  Time max_apply = 1000;                 // until a woken apply loop has its turn
};

// Must outlive the runtimes of it.
class Machine {
 public:
  Machine(World* world, uint64_t number, Pace pace);

  // ---- clocks. The monotonic one never jumps, but no two run alike.
  node::MonotonicTime Now() const { return ToLocal(world_->now()); }
  node::MonotonicTime ToLocal(Time time) const;
  Time ToWorld(node::MonotonicTime time) const;
  uint64_t WallMilliseconds() const;
  void JumpWallClock(int64_t milliseconds) { wall_offset_ms_ += milliseconds; }
  void CorrectWallClock() { wall_offset_ms_ = 0; }

  // ---- pauses: nothing of the process runs, and nothing is made up for afterwards.
  void PauseUntil(Time time);
  void Resume();
  bool paused() const { return world_->now() < paused_until_; }
  // How long it was awake until now.
  Time awake() const;
  // Now, or soon after the pause.
  void WhenAwake(std::function<void()> what);

  // ---- disk: writes take longer, or do not end until a time.
  void SlowDisk(Time extra_sync) { extra_sync_ = extra_sync; }
  void HangDiskUntil(Time time);
  void UnhangDisk();

  // When a worker that is woken now has its turn.
  Time NextTurn(node::WorkerKind kind);
  // When it cannot have it now, because of a pause or a hanging disk: takes `what`, to be called when it can,
  // and returns true.
  bool PutOff(node::WorkerKind kind, std::function<void()> what);

  World& world() const { return *world_; }
  uint64_t number() const { return number_; }

  // A fresh process; `after_turn` follows every turn of its workers.
  std::unique_ptr<node::Runtime> NewProcess(std::function<void(node::WorkerKind)> after_turn);

 private:
  World* const world_;
  const uint64_t number_;
  const Pace pace_;
  Random chance_;
  uint64_t processes_ = 0;
  int64_t boot_offset_us_;
  int64_t rate_ppm_;  // how much too fast the monotonic clock runs
  int64_t wall_offset_ms_;
  Time paused_until_ = 0;
  Time paused_total_ = 0;
  Time extra_sync_ = 0;
  Time disk_hangs_until_ = 0;
  std::vector<std::function<void()>> when_awake_;
  std::vector<std::function<void()>> when_disk_moves_;
};

}  // namespace symbolon::simulation
