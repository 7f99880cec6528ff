#include "tests/simulation/machine.h"

#include <algorithm>

namespace symbolon::simulation {
namespace {

using node::kAtOnce;
using node::kNever;
using node::MonotonicTime;
using node::WorkerKind;
using std::chrono::microseconds;

constexpr int64_t kMillion = 1'000'000;
constexpr uint64_t kWallStartMs = 1'750'000'000'000;

// One worker of a process. The world's events hold on to it, so that they may come after its end.
struct Turns {
  Machine* machine;
  WorkerKind kind;
  node::Worker::Turn turn;
  std::function<void(WorkerKind)> after_turn;
  bool started = false;
  bool stopped = false;
  bool running = false;
  bool woken = false;
  bool scheduled = false;
  Time due = 0;
  uint64_t ticket = 0;  // of the scheduled event; older ones are void

  static void Schedule(const std::shared_ptr<Turns>& self, Time time) {
    if (self->scheduled && self->due <= time) return;
    self->scheduled = true;
    self->due = time;
    self->machine->world().At(time, [self, ticket = ++self->ticket] {
      if (self->ticket == ticket && !self->stopped) Run(self);
    });
  }

  static void Run(const std::shared_ptr<Turns>& self) {
    self->scheduled = false;
    Machine& machine = *self->machine;
    auto again = [self] {
      if (!self->stopped) Schedule(self, self->machine->NextTurn(self->kind));
    };
    if (machine.PutOff(self->kind, std::move(again))) return;
    self->running = true;
    self->woken = false;
    const MonotonicTime next = self->turn();
    self->running = false;
    if (self->stopped) return;
    if (self->woken || next == kAtOnce) {
      Schedule(self, machine.NextTurn(self->kind));
    } else if (next != kNever) {
      Schedule(self, std::max(machine.ToWorld(next), machine.world().now()));
    }
    self->after_turn(self->kind);
  }
};

class SimulatedWorker final : public node::Worker {
 public:
  explicit SimulatedWorker(std::shared_ptr<Turns> turns) : turns_(std::move(turns)) {}
  ~SimulatedWorker() override { Stop(); }

  void Start() override {
    turns_->started = true;
    Turns::Schedule(turns_, turns_->machine->NextTurn(turns_->kind));
  }
  void Wake() override {
    turns_->woken = true;
    if (!turns_->started || turns_->stopped || turns_->running) return;
    Turns::Schedule(turns_, turns_->machine->NextTurn(turns_->kind));
  }
  void Stop() override { turns_->stopped = true; }

 private:
  const std::shared_ptr<Turns> turns_;
};

class Process final : public node::Runtime {
 public:
  Process(Machine* machine, simulation::Random chance, std::function<void(WorkerKind)> after_turn)
      : machine_(machine), chance_(chance), after_turn_(std::move(after_turn)) {}

  MonotonicTime Now() override { return machine_->Now(); }
  uint64_t WallMilliseconds() override { return machine_->WallMilliseconds(); }
  uint64_t Random() override { return chance_.Next(); }
  std::unique_ptr<node::Worker> NewWorker(WorkerKind kind, node::Worker::Turn turn) override {
    auto turns = std::make_shared<Turns>();
    turns->machine = machine_;
    turns->kind = kind;
    turns->turn = std::move(turn);
    turns->after_turn = after_turn_;
    return std::make_unique<SimulatedWorker>(std::move(turns));
  }

 private:
  Machine* const machine_;
  simulation::Random chance_;
  const std::function<void(WorkerKind)> after_turn_;
};

}  // namespace

Machine::Machine(World* world, uint64_t number, Pace pace)
    : world_(world), number_(number), pace_(pace), chance_(world->Chance("machine", number)) {
  boot_offset_us_ = static_cast<int64_t>(chance_.Between(1, 1'000'000) * kSecond);
  rate_ppm_ = static_cast<int64_t>(chance_.Between(0, 20'000)) - 10'000;
  wall_offset_ms_ = static_cast<int64_t>(chance_.Between(0, 2000)) - 1000;
}

MonotonicTime Machine::ToLocal(Time time) const {
  const auto us = static_cast<int64_t>(time);
  return MonotonicTime(microseconds(boot_offset_us_ + us + us * rate_ppm_ / kMillion));
}

Time Machine::ToWorld(MonotonicTime time) const {
  const int64_t local =
      std::chrono::duration_cast<microseconds>(time.time_since_epoch()).count() - boot_offset_us_;
  if (local <= 0) return 0;
  int64_t world = local * kMillion / (kMillion + rate_ppm_);
  // Never too early: the worker would find that it is not due yet.
  while (ToLocal(static_cast<Time>(world)) < time) ++world;
  return static_cast<Time>(world);
}

uint64_t Machine::WallMilliseconds() const {
  return static_cast<uint64_t>(static_cast<int64_t>(kWallStartMs + world_->now() / kMillisecond) +
                               wall_offset_ms_);
}

void Machine::PauseUntil(Time time) {
  const Time from = std::max(world_->now(), paused_until_);
  if (time <= from) return;
  paused_total_ += time - from;
  paused_until_ = time;
  world_->At(time, [this, time] {
    if (paused_until_ == time) Resume();
  });
}

void Machine::Resume() {
  if (paused()) paused_total_ -= paused_until_ - world_->now();
  paused_until_ = world_->now();
  // What lay waiting and the turns that are overdue come in any order.
  std::vector<std::function<void()>> waiting;
  waiting.swap(when_awake_);
  for (auto& what : waiting) world_->After(chance_.Below(pace_.max_turn + 1), std::move(what));
}

Time Machine::awake() const {
  const Time still = paused() ? paused_until_ - world_->now() : 0;
  return world_->now() - (paused_total_ - still);
}

void Machine::WhenAwake(std::function<void()> what) {
  if (!paused()) return what();
  when_awake_.push_back([this, what = std::move(what)]() mutable { WhenAwake(std::move(what)); });
}

void Machine::HangDiskUntil(Time time) {
  disk_hangs_until_ = std::max(disk_hangs_until_, time);
  world_->At(disk_hangs_until_, [this, until = disk_hangs_until_] {
    if (disk_hangs_until_ == until) UnhangDisk();
  });
}

void Machine::UnhangDisk() {
  disk_hangs_until_ = 0;
  std::vector<std::function<void()>> waiting;
  waiting.swap(when_disk_moves_);
  for (const auto& what : waiting) what();
}

bool Machine::PutOff(WorkerKind kind, std::function<void()> what) {
  const bool writes = kind == WorkerKind::kLogWriter || kind == WorkerKind::kApply;
  if (paused()) {
    when_awake_.push_back(std::move(what));
  } else if (writes && world_->now() < disk_hangs_until_) {
    when_disk_moves_.push_back(std::move(what));
  } else {
    return false;
  }
  return true;
}

Time Machine::NextTurn(WorkerKind kind) {
  const Time now = world_->now();
  switch (kind) {
    case WorkerKind::kLogWriter:
      return now + chance_.Between(pace_.min_sync, pace_.max_sync) + extra_sync_;
    case WorkerKind::kApply:
      return now + chance_.Below(pace_.max_apply + 1);
    case WorkerKind::kConsensus:
    case WorkerKind::kAnswers:
    case WorkerKind::kHousekeeper:
      break;
  }
  return now + chance_.Below(pace_.max_turn + 1);
}

std::unique_ptr<node::Runtime> Machine::NewProcess(std::function<void(WorkerKind)> after_turn) {
  const Random chance = world_->Chance("process", number_ * 1000 + processes_++);
  return std::make_unique<Process>(this, chance, std::move(after_turn));
}

}  // namespace symbolon::simulation
