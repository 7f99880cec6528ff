#include "tests/simulation/nemesis.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/partitions.h"

namespace symbolon::simulation {

using storage::Family;

Nemesis::Nemesis(World* world, const Plan* plan, Network* network,
                 std::vector<std::unique_ptr<SimulatedNode>>* nodes)
    : world_(world), plan_(plan), network_(network), nodes_(nodes) {}

void Nemesis::Schedule() {
  for (const Fault& fault : plan_->faults) {
    world_->At(fault.at, [this, &fault, round = round_] {
      if (round == round_) Strike(fault);
    });
  }
}

void Nemesis::Later(Time delay, std::function<void()> what) {
  world_->After(delay, [this, round = round_, what = std::move(what)] {
    if (round == round_) what();
  });
}

void Nemesis::Strike(const Fault& fault) {
  Random dice(fault.dice);
  if (world_->tracing()) {
    world_->Trace(fmt::format("--- {} for {} ms", FaultName(fault.kind), fault.duration / kMillisecond));
  }
  world_->Count(fmt::format("fault: {}", FaultName(fault.kind)));
  if (StrikeNetwork(fault, dice) || StrikeProcess(fault, dice)) return;
  StrikeDisk(fault, dice);
}

SimulatedNode& Nemesis::Aim(Random& dice) {
  SimulatedNode* leader = nullptr;
  for (const auto& candidate : *nodes_) {
    if (!candidate->running()) continue;
    const consensus::Raft& raft = candidate->parts()->raft();
    if (raft.role() != consensus::Role::kLeader) continue;
    if (leader == nullptr || raft.term() > leader->parts()->raft().term()) leader = candidate.get();
  }
  const bool wants_leader = dice.Chance(0.45);
  std::vector<SimulatedNode*> started;
  for (const auto& each : *nodes_) {
    if (each->started()) started.push_back(each.get());
  }
  SimulatedNode& any = started.empty() ? *nodes_->front() : *dice.Pick(started);
  return wants_leader && leader != nullptr ? *leader : any;
}

// Where more than one copy is lost nothing can help: one voter at a time, of at least three, and none after
// one that can be no more than an observer from then on.
bool Nemesis::MayLose(const SimulatedNode& victim) const {
  if (!victim.started() || victim.damaged()) return false;
  if (victim.number() > plan_->voters) return true;
  return plan_->voters >= 3 && std::none_of(nodes_->begin(), nodes_->end(), [this](const auto& each) {
           return each->number() <= plan_->voters && each->damaged();
         });
}

bool Nemesis::StrikeNetwork(const Fault& fault, Random& dice) {
  switch (fault.kind) {
    case FaultKind::kPartition: {
      const char* shape = CutInShape(*network_, dice, Aim(dice).number());
      world_->Count(fmt::format("partition: {}", shape));
      if (world_->tracing()) world_->Trace(fmt::format("--- partition: {}", shape));
      Later(fault.duration, [this] { network_->HealLinks(); });
      return true;
    }
    case FaultKind::kSwizzle:
      Swizzle(fault.duration, dice);
      return true;
    case FaultKind::kLinkNoise: {
      const double loss = dice.Pick(std::array{0.1, 0.5, 0.9});
      const Time delay = dice.Pick(std::array<Time, 3>{0, 300, 3000}) * kMillisecond;
      for (uint64_t from = 1; from <= network_->nodes(); ++from) {
        for (uint64_t to = 1; to <= network_->nodes(); ++to) {
          if (!dice.Chance(0.5)) continue;
          network_->link(from, to).loss = loss;
          network_->link(from, to).extra_delay = delay;
        }
      }
      Later(fault.duration, [this] { network_->HealLinks(); });
      return true;
    }
    default:
      return false;
  }
}

void Nemesis::Swizzle(Time duration, Random& dice) {
  std::vector<uint64_t> victims;
  for (uint64_t i = 1; i <= network_->nodes(); ++i) {
    if (dice.Chance(0.6)) victims.push_back(i);
  }
  for (const uint64_t victim : victims) {
    Later(dice.Below(duration / 2 + 1), [this, victim] { CutOff(*network_, victim); });
    Later(duration / 2 + dice.Below(duration / 2 + 1), [this, victim] { LetBack(*network_, victim); });
  }
}

void Nemesis::KeepDown(SimulatedNode& victim, Time duration) {
  victim.KeepRunning(false);
  Later(duration, [&victim] { victim.KeepRunning(true); });
}

void Nemesis::PowerLossOf(size_t count, Random& dice) {
  std::vector<SimulatedNode*> order;
  for (const auto& candidate : *nodes_) {
    if (candidate->started()) order.push_back(candidate.get());
  }
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.Below(i)]);
  for (size_t i = 0; i < std::min(count, order.size()); ++i) order[i]->LosePower(dice.Next());
}

bool Nemesis::StrikeProcess(const Fault& fault, Random& dice) {
  switch (fault.kind) {
    case FaultKind::kPause:
      Aim(dice).machine().PauseUntil(world_->now() + fault.duration);
      return true;
    case FaultKind::kClockJump: {
      const int64_t how_far = dice.Pick(std::array<int64_t, 4>{50, 5000, 3'600'000, 31'536'000'000});
      Aim(dice).machine().JumpWallClock(dice.Chance(0.5) ? how_far : -how_far);
      return true;
    }
    case FaultKind::kKill: {
      SimulatedNode& victim = Aim(dice);
      victim.Kill();
      KeepDown(victim, fault.duration);
      return true;
    }
    case FaultKind::kPowerLoss: {
      SimulatedNode& victim = Aim(dice);
      victim.LosePower(dice.Next());
      KeepDown(victim, fault.duration);
      return true;
    }
    case FaultKind::kPowerLossInWrite:
      CutPowerInWrite(Aim(dice), fault.duration, dice);
      return true;
    case FaultKind::kPowerLossOfAll:
      PowerLossOf(nodes_->size(), dice);
      return true;
    case FaultKind::kPowerLossOfMajority:
      PowerLossOf(plan_->voters / 2 + 1, dice);
      return true;
    case FaultKind::kRestart: {
      SimulatedNode& victim = Aim(dice);
      victim.StopInOrder();
      KeepDown(victim, fault.duration);
      return true;
    }
    default:
      return false;
  }
}

void Nemesis::CutPowerInWrite(SimulatedNode& victim, Time duration, Random& dice) {
  if (!victim.running() && !victim.repairing()) return;
  victim.ArmPowerCut(dice.Between(1, 12), dice.Next());
  // Whatever has not been written by then was not cut.
  Later(duration, [&victim, last = dice.Next()] {
    if (victim.power_cut_armed()) victim.LosePower(last);
    victim.HealDisk();
  });
}

bool Nemesis::StrikeDisk(const Fault& fault, Random& dice) {
  SimulatedNode& victim = Aim(dice);
  switch (fault.kind) {
    case FaultKind::kSlowDisk:
      victim.machine().SlowDisk(dice.Pick(std::array<Time, 3>{50, 400, 2500}) * kMillisecond);
      Later(fault.duration, [&victim] { victim.machine().SlowDisk(0); });
      return true;
    case FaultKind::kHangingDisk:
      victim.machine().HangDiskUntil(world_->now() + fault.duration);
      return true;
    case FaultKind::kWriteError:
      victim.ExpectDiskErrors();
      victim.disk().FailFrom(dice.Between(1, 8), storage::Fault::kError);
      Later(fault.duration, [&victim] { victim.HealDisk(); });
      return true;
    case FaultKind::kReadError:
      victim.ExpectDiskErrors();
      victim.disk().FailReads(true);
      Later(fault.duration, [&victim] { victim.HealDisk(); });
      return true;
    case FaultKind::kDiskLow:
    case FaultKind::kDiskFull:
      FillDisk(victim, fault.kind == FaultKind::kDiskFull, fault.duration, dice);
      return true;
    case FaultKind::kMarkRot:
      RotMark(victim, fault.duration, dice);
      return true;
    case FaultKind::kBitRot:
    case FaultKind::kLostWrites:
    case FaultKind::kMarkLoss:
      DamageDisk(victim, fault.kind, fault.duration, dice);
      return true;
    case FaultKind::kRestore:
      TakeAndRestore(victim, fault.duration, dice);
      return true;
    default:
      return false;
  }
}

void Nemesis::FillDisk(SimulatedNode& victim, bool completely, Time duration, Random& dice) {
  const auto used = victim.disk().UsedBytes(SimulatedNode::Folder());
  if (!used.ok()) return;
  const auto floor = static_cast<uint64_t>(SimulatedNode::kDiskFloor);
  if (completely) victim.ExpectDiskErrors();
  victim.disk().SetCapacity(*used + (completely ? dice.Below(4000) : floor - 1 - dice.Below(1000)));
  Later(duration, [&victim] { victim.HealDisk(); });
}

// Always the first copy of a generation: the loss of both cannot be told from a torn write.
void Nemesis::RotMark(SimulatedNode& victim, Time duration, Random& dice) {
  victim.LosePower(dice.Next());
  if (victim.disk().FlipBit(SimulatedNode::Folder() + "/MARK", dice.Below(2) * 8192 + dice.Below(100),
                            static_cast<uint8_t>(dice.Below(8)))) {
    world_->Count(fmt::format("damage done: {}", FaultName(FaultKind::kMarkRot)));
  }
  KeepDown(victim, duration / 4);
}

// To a node that is down: it must find the damage when it starts, or later, or bear it; never take what is
// left for all there was.
void Nemesis::DamageDisk(SimulatedNode& victim, FaultKind kind, Time duration, Random& dice) {
  if (!MayLose(victim)) return;
  victim.LosePower(dice.Next());
  bool done = false;
  if (kind == FaultKind::kMarkLoss) {
    for (uint64_t copy = 0; copy < 4; ++copy) {
      done = victim.disk().FlipBit(SimulatedNode::Folder() + "/MARK", copy * 4096 + dice.Below(100),
                                   static_cast<uint8_t>(dice.Below(8)));
    }
  } else if (kind == FaultKind::kLostWrites) {
    const uint64_t records = victim.disk().LogRecords(SimulatedNode::Database());
    if (records > 0)
      victim.disk().LoseLogEnd(SimulatedNode::Database(), dice.Between(1, std::min<uint64_t>(records, 4)));
    done = records > 0;
  } else {
    done = FlipSomething(victim, dice);
  }
  if (done) {
    world_->Count(fmt::format("damage done: {}", FaultName(kind)));
    victim.ExpectDamage(/*promises=*/kind == FaultKind::kMarkLoss);
    if (dice.Chance(0.5)) victim.ReadEverything();
  }
  KeepDown(victim, duration / 4);
}

// As an operator does who puts back a copy on purpose (docs/storage.md): with the file OBSERVER in it.
void Nemesis::TakeAndRestore(SimulatedNode& victim, Time duration, Random& dice) {
  if (!MayLose(victim) || !victim.disk().Exists(SimulatedNode::Folder() + "/STORE")) return;
  Later(duration, [this, &victim, copy = std::shared_ptr(victim.disk().Clone()), last = dice.Next()] {
    if (!MayLose(victim)) return;
    victim.LosePower(last);
    victim.disk().Become(*copy);
    victim.HealDisk();
    const absl::Status noted =
        victim.disk().Replace(SimulatedNode::Folder() + "/OBSERVER", "a backup was put back\n", 0600);
    if (!noted.ok()) return world_->Violate(noted.ToString());
    world_->Count(fmt::format("damage done: {}", FaultName(FaultKind::kRestore)));
    victim.ExpectDamage(/*promises=*/true);
    KeepDown(victim, kSecond);
  });
}

bool Nemesis::FlipSomething(SimulatedNode& victim, Random& dice) {
  storage::SimulatedDisk& disk = victim.disk();
  const std::string database = SimulatedNode::Database();
  const auto bit = static_cast<uint8_t>(dice.Below(8));
  const uint64_t records = disk.LogRecords(database);
  if (records > 0 && dice.Chance(0.4)) return disk.FlipBitInLog(database, dice.Below(records));
  const auto family = static_cast<Family>(dice.Below(storage::kFamilyNames.size()));
  const std::vector<Bytes> rows = disk.RowsOf(database, family);
  return !rows.empty() && disk.FlipBitInRow(database, family, dice.Pick(rows), dice.Below(16), bit);
}

void Nemesis::Stop() {
  ++round_;
  network_->HealLinks();
  for (const auto& each : *nodes_) {
    each->HealDisk();
    // A leader that is a year behind refuses what it takes for the future.
    each->machine().CorrectWallClock();
    each->machine().SlowDisk(0);
    each->machine().UnhangDisk();
    each->machine().Resume();
    if (each->started()) each->KeepRunning(true);
  }
}

void Nemesis::HealOnly(const std::set<uint64_t>& healthy, Random dice) {
  Stop();
  for (const auto& each : *nodes_) {
    if (healthy.contains(each->number())) continue;
    switch (dice.Below(6)) {
      case 0:
        each->Kill();
        each->KeepRunning(false);
        break;
      case 1:
        each->machine().PauseUntil(world_->now() + 3600 * kSecond);
        break;
      case 2:
        each->machine().HangDiskUntil(world_->now() + 3600 * kSecond);
        break;
      case 3:  // it hears, and nobody hears it; or the other way round
      case 4: {
        const bool deaf = dice.Chance(0.5);
        for (uint64_t other = 1; other <= network_->nodes(); ++other) {
          if (other != each->number()) {
            (deaf ? network_->link(other, each->number()) : network_->link(each->number(), other)).cut = true;
          }
        }
        break;
      }
      default:
        // Whole, but it reaches only some.
        for (uint64_t other = 1; other <= network_->nodes(); ++other) {
          if (other != each->number() && dice.Chance(0.5)) {
            network_->link(other, each->number()).cut = network_->link(each->number(), other).cut = true;
          }
        }
    }
  }
}

}  // namespace symbolon::simulation
