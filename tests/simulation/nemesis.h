#pragma once
// Carries out the faults of a plan.

#include <memory>
#include <set>
#include <vector>

#include "tests/simulation/network.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/simulated_node.h"

namespace symbolon::simulation {

class Nemesis {
 public:
  Nemesis(World* world, const Plan* plan, Network* network,
          std::vector<std::unique_ptr<SimulatedNode>>* nodes);

  // Puts all faults of the plan into the world's future.
  void Schedule();
  // No more faults, and all that can heal does: links, disks, pauses; who is down is started.
  void Stop();
  // Likewise for some nodes and the links between them; the others stay, or come to be, broken: cut off in
  // part, down, paused or without a disk, for ever.
  void HealOnly(const std::set<uint64_t>& healthy, Random dice);

 private:
  void Strike(const Fault& fault);
  bool StrikeNetwork(const Fault& fault, Random& dice);
  bool StrikeProcess(const Fault& fault, Random& dice);
  bool StrikeDisk(const Fault& fault, Random& dice);
  void Swizzle(Time duration, Random& dice);
  void PowerLossOf(size_t count, Random& dice);
  void CutPowerInWrite(SimulatedNode& node, Time duration, Random& dice);
  void FillDisk(SimulatedNode& node, bool completely, Time duration, Random& dice);
  bool MayLose(const SimulatedNode& node) const;
  void RotMark(SimulatedNode& node, Time duration, Random& dice);
  void DamageDisk(SimulatedNode& node, FaultKind kind, Time duration, Random& dice);
  void TakeAndRestore(SimulatedNode& node, Time duration, Random& dice);
  bool FlipSomething(SimulatedNode& node, Random& dice);

  // The leader of the highest term, any follower, or anybody.
  SimulatedNode& Aim(Random& dice);
  SimulatedNode& node(uint64_t number) { return *(*nodes_)[number - 1]; }
  // Happens unless the faults have been stopped meanwhile.
  void Later(Time delay, std::function<void()> what);
  void KeepDown(SimulatedNode& node, Time duration);

  World* const world_;
  const Plan* const plan_;
  Network* const network_;
  std::vector<std::unique_ptr<SimulatedNode>>* const nodes_;
  uint64_t round_ = 0;  // grows when faults are stopped: what was to come is void
};

}  // namespace symbolon::simulation
