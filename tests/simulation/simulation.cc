#include "tests/simulation/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ledger/auditor.h"
#include "ledger/merkle/proof.h"
#include "tests/consensus/trace_file.h"

namespace symbolon::simulation {
namespace {

constexpr Time kLook = 250 * kMillisecond;  // how often clients' waits and phases' ends are looked at
// Twenty election timeouts, and the patience of clients who wait for an answer that will not come.
constexpr Time kProgressWithin = 40 * kSecond + Office::kPatience;
constexpr Time kSettle = 8 * kSecond, kQuiet = 6 * kSecond;
constexpr Time kEndWithin = 90 * kSecond;

consensus::Configuration ConfigurationOf(const Plan& plan) {
  std::vector<consensus::NodeId> voters, learners;
  for (uint64_t i = 1; i <= plan.voters + plan.learners; ++i)
    (i <= plan.voters ? voters : learners).emplace_back(i);
  return {std::move(voters), std::move(learners)};
}

// Whether a node may find another log at its start than it has written.
bool HasDamage(const Plan& plan) {
  return std::any_of(plan.faults.begin(), plan.faults.end(),
                     [](const Fault& fault) { return LosesSomething(fault.kind); });
}

}  // namespace

Result Simulation::Run(const Plan& plan, std::function<void(const std::string&)> trace) {
  Simulation simulation(plan, std::move(trace));
  simulation.RunSafetyPhase();
  simulation.RunLivenessPhase();
  simulation.RunToEnd();
  World& world = simulation.world_;
  return {world.violation(), world.now(), world.digest(), world.events(), world.coverage()};
}

Simulation::Simulation(const Plan& plan, std::function<void(const std::string&)> trace)
    : plan_(plan),
      world_(plan.seed, std::move(trace)),
      founders_(Founders::Of(plan.voters, plan.learners)),
      network_(&world_, &plan_, founders_.nodes()),
      checker_(&world_, &founders_, ConfigurationOf(plan)),
      nemesis_(&world_, &plan_, &network_, &nodes_),
      office_{&world_,
              &plan_,
              &founders_,
              &network_,
              &checker_,
              &history_,
              [this](uint64_t number) { return IsDiskInTrouble(number); }},
      verifier_(&office_),
      auditor_(&office_),
      stewards_(&office_, [this](uint64_t number) { node(number).Admit(); }) {
  const auto core_trace = consensus::OpenTrace(fmt::format("symbolon-sim-{}", plan.seed), !HasDamage(plan));
  for (uint64_t i = 1; i <= founders_.nodes(); ++i) {
    nodes_.push_back(
        std::make_unique<SimulatedNode>(&world_, &plan_, &founders_, &network_, &checker_, i, core_trace));
    const bool founding = i <= founders_.founding_nodes();
    if (founding) registrars_.push_back(std::make_unique<Registrar>(&office_, i));
    if (!founding) nodes_.back()->KeepRunning(false);
  }
}

bool Simulation::IsDiskInTrouble(uint64_t number) const {
  return std::any_of(nodes_.begin(), nodes_.end(), [number](const auto& each) {
    return (number == Network::kOutside || each->number() == number) && each->disk_in_trouble();
  });
}

void Simulation::ScheduleOperations() {
  for (const Operation& operation : plan_.operations) {
    world_.At(operation.at, [this, &operation] { Begin(operation); });
  }
}

void Simulation::Begin(const Operation& operation) {
  Registrar& registrar = *registrars_[operation.client % registrars_.size()];
  switch (operation.kind) {
    case OperationKind::kPublish:
      return registrar.Publish(operation.dice);
    case OperationKind::kChangeStatus:
      return registrar.ChangeStatus(operation.dice);
    case OperationKind::kVerify:
      return verifier_.Ask(operation.dice);
    case OperationKind::kAudit:
      return auditor_.Look(operation.dice);
    case OperationKind::kDecide:
      return stewards_.Decide(operation.dice);
    case OperationKind::kCount:
      break;
  }
}

void Simulation::Await(const std::function<bool()>& holds, Time within,
                       const std::function<std::string()>& what) {
  const Time end = world_.now() + within;
  while (!world_.failed() && !holds()) {
    if (world_.now() >= end) return world_.Violate(what());
    world_.RunUntil(world_.now() + kLook);
    for (const auto& each : nodes_) each->CheckDuties();
  }
}

void Simulation::RunFor(Time duration) {
  const Time until = world_.now() + duration;
  Await([&] { return world_.now() >= until; }, duration + kSecond, [] { return "time stands still"; });
}

void Simulation::RunSafetyPhase() {
  for (const auto& each : nodes_) {
    // Founders do not press the button at the same moment.
    if (each->number() > founders_.founding_nodes()) continue;
    world_.At(world_.Chance("first start", each->number()).Below(500) * kMillisecond,
              [&each] { each->Start(); });
  }
  nemesis_.Schedule();
  ScheduleOperations();
  RunFor(plan_.safety);
}

std::set<uint64_t> Simulation::PickHealthy() {
  Random dice = world_.Chance("healthy");
  std::vector<uint64_t> order;
  for (const auto& each : nodes_) {
    if (each->started() && !each->damaged()) order.push_back(each->number());
  }
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[dice.Below(i)]);
  std::set<uint64_t> healthy;
  // A change that is under way will be carried out: one voter more than a majority is still one after it.
  const bool changing = !stewards_.idle() || !checker_.trust().membership().IsCarriedOut();
  for (const consensus::Configuration& configuration : checker_.Configurations()) {
    if (changing && configuration.voters().size() < 3) return {order.begin(), order.end()};
    const size_t needed = configuration.Majority() + (changing ? 1 : 0);
    size_t voters = 0;
    for (const uint64_t number : healthy) voters += configuration.IsVoter(consensus::NodeId(number)) ? 1 : 0;
    for (const uint64_t number : order) {
      if (voters >= needed) break;
      if (configuration.IsVoter(consensus::NodeId(number)) && healthy.insert(number).second) ++voters;
    }
  }
  return healthy;
}

void Simulation::KeepAsking(uint64_t number, const std::shared_ptr<bool>& answered) {
  verifier_.AskNode(number, [this, number, answered](bool ok) {
    *answered |= ok;
    if (!*answered) KeepAsking(number, answered);
  });
}

void Simulation::RunLivenessPhase() {
  if (world_.failed()) return;
  const std::set<uint64_t> healthy = PickHealthy();
  if (world_.tracing()) world_.Trace(fmt::format("=== only nodes {} are well", fmt::join(healthy, ", ")));
  nemesis_.HealOnly(healthy, world_.Chance("broken"));
  network_.BecomeReliable();
  std::set<uint64_t> asked;
  for (const uint64_t number : healthy) {
    if (IsMember(number)) asked.insert(number);
  }
  stewards_.UseOnly(asked);
  for (const auto& registrar : registrars_) {
    registrar->UseOnly(asked);
    registrar->ForgetWaiting();
    registrar->Publish(1);
  }
  // Of one of them: a broken node may lead that reaches a majority, but not every healthy node.
  auto answered = std::make_shared<bool>(false);
  for (const uint64_t number : asked) KeepAsking(number, answered);
  Await([&] { return AllIdle() && *answered; }, kProgressWithin,
        [&] {
          return fmt::format(
              "I-12: nodes {} are well and connected, yet {}", fmt::join(healthy, ", "),
              *answered ? "not every transaction was acknowledged" : "no linearizable read was answered");
        });
  *answered = true;
  // Of all healthy nodes together; both only grow.
  struct Times {
    uint64_t terms = 0, configurations = 0;
  };
  const auto times = [&] {
    Times sum;
    for (const uint64_t number : healthy) {
      if (!node(number).running()) continue;
      sum.terms += node(number).parts()->raft().term().value();
      sum.configurations += node(number).parts()->raft().configuration_index().value();
    }
    return sum;
  };
  RunFor(kSettle);  // a broken leader may have brought about the progress
  const Times before = times();
  RunFor(kQuiet);
  const Times after = times();
  // A decision that takes the vote of the leader ends its term rightly.
  if (!world_.failed() && after.terms != before.terms && after.configurations == before.configurations) {
    world_.Violate(
        fmt::format("I-12: the leader of nodes {} was deposed by the broken ones", fmt::join(healthy, ", ")));
  }
  world_.Count("liveness phases");
}

bool Simulation::AllIdle() const {
  return stewards_.idle() && std::all_of(registrars_.begin(), registrars_.end(),
                                         [](const auto& registrar) { return registrar->idle(); });
}

bool Simulation::AllAgree() const {
  return WhoIsBehind().empty();
}

// By the newest configuration of which a node can know, and the newest decision.
bool Simulation::IsMember(uint64_t number) const {
  const auto found = checker_.trust().registry().FindNode(number);
  return found.has_value() && found->node->IsMember();
}

std::string Simulation::WhoIsBehind() const {
  if (!checker_.trust().membership().IsCarriedOut()) return "a decision is not carried out";
  for (const auto& each : nodes_) {
    if (!IsMember(each->number())) continue;
    if (!each->running()) return fmt::format("node {} does not run", each->number());
    const uint64_t applied = each->parts()->ledger().applied_index();
    if (applied != checker_.committed()) {
      return fmt::format("node {} has applied {} of {}", each->number(), applied, checker_.committed());
    }
    if (each->observer()) continue;  // it signs nothing
    if (each->damaged()) return fmt::format("node {} is not whole again", each->number());
    const uint64_t shown = each->parts()->state().view()->checkpoint_size();
    if (shown != applied) return fmt::format("node {} shows {} of {}", each->number(), shown, applied);
  }
  return "";
}

void Simulation::RunToEnd() {
  if (world_.failed()) return;
  if (world_.tracing()) world_.Trace("=== everything heals");
  nemesis_.Stop();
  for (const auto& each : nodes_) {
    if (!each->damaged() || !each->rotten()) continue;
    each->ReadEverything();  // what nothing has read yet
    each->Kill();
  }
  for (const auto& registrar : registrars_) registrar->UseOnly({});
  stewards_.UseOnly({});
  Await([this] { return AllIdle() && AllAgree(); }, kEndWithin,
        [this] {
          return fmt::format("I-12: at the end {}",
                             AllIdle() ? WhoIsBehind() : "not every transaction was acknowledged");
        });
  ReadEverywhere();
  // A seal may have been due meanwhile.
  Await([this] { return AllIdle() && AllAgree(); }, kEndWithin,
        [this] { return fmt::format("I-12: after the last reads {}", WhoIsBehind()); });
  if (!world_.failed()) CheckEverything();
}

// Each member answers a linearizable read, not only the one that was quickest.
void Simulation::ReadEverywhere() {
  if (world_.failed()) return;
  std::map<uint64_t, std::shared_ptr<bool>> answered;
  for (const auto& each : nodes_) {
    if (!each->running() || !IsMember(each->number()) || each->observer()) continue;
    KeepAsking(each->number(), answered[each->number()] = std::make_shared<bool>(false));
  }
  const auto silent = [&] {
    return std::find_if(answered.begin(), answered.end(), [](const auto& item) { return !*item.second; });
  };
  Await([&] { return silent() == answered.end(); }, kEndWithin,
        [&] {
          return fmt::format("I-12: all is well again, and node {} answers no linearizable read",
                             silent()->first);
        });
}

void Simulation::RequireRead(const SimulatedNode& node, uint64_t index, const absl::Status& status) {
  if (status.ok()) return;
  world_.Violate(fmt::format("node {} cannot read entry {}: {}", node.number(), index, status.ToString()));
}

std::vector<FinalEntry> Simulation::FinalLedger(SimulatedNode& from) {
  std::vector<FinalEntry> ledger;
  const uint64_t last = from.parts()->ledger().applied_index();
  for (uint64_t index = 1; index <= last; ++index) {
    const auto entry = from.parts()->ReadEntry(index);
    RequireRead(from, index, entry.status());
    if (!entry.ok()) return {};
    ledger.push_back(
        {ledger::DecodeEntry(entry->header, entry->body), static_cast<ledger::Verdict>(entry->verdict)});
  }
  return ledger;
}

void Simulation::CheckEntries(SimulatedNode& one, const std::vector<FinalEntry>& ledger) {
  for (const auto& each : nodes_) {
    if (!each->running() || !IsMember(each->number())) continue;
    for (uint64_t index = 1; index <= ledger.size(); ++index) {
      const auto verdict = each->parts()->ledger().VerdictOf(index);
      if (!verdict.ok() || *verdict != ledger[index - 1].verdict) {
        return world_.Violate(
            fmt::format("I-09: node {} has another verdict on entry {}", each->number(), index));
      }
      if (each->observer()) continue;  // it signs nothing, and so it shows nothing
      const auto theirs = each->parts()->ReadEntry(index), ours = one.parts()->ReadEntry(index);
      RequireRead(*each, index, theirs.status());
      RequireRead(one, index, ours.status());
      if (world_.failed()) return;
      if (theirs->header != ours->header || theirs->body != ours->body) {
        return world_.Violate(fmt::format("I-02: nodes {} and {} have other bytes for entry {}",
                                          each->number(), one.number(), index));
      }
    }
  }
  for (const FinalEntry& item : ledger) {
    // What the stewards withdraw may be carried out, or begun, before their decision is in the ledger.
    if (item.verdict != ledger::Verdict::kAccepted && item.verdict != ledger::Verdict::kNoChangeUnderWay &&
        item.verdict != ledger::Verdict::kTooLateToWithdraw) {
      world_.Violate(fmt::format("entry {} of an honest leader is {}", item.entry.header.index,
                                 ledger::VerdictName(item.verdict)));
    }
  }
}

// Receipts stay true for ever: under the last checkpoint as under their own.
void Simulation::CheckReceipts(SimulatedNode& from) {
  const uint64_t size = from.parts()->ledger().applied_index();
  const Digest root = from.parts()->ledger().applied_root();
  for (const auto& registrar : registrars_) {
    for (const Handed& handed : registrar->handed()) {
      const auto inclusion = from.parts()->InclusionProof(handed.entry_index, size);
      const auto consistency = from.parts()->ConsistencyProof(handed.checkpoint_size, size);
      if (!inclusion.ok() || !consistency.ok() ||
          !ledger::VerifyInclusion(handed.leaf, handed.entry_index - 1, size, *inclusion, root).ok() ||
          !ledger::VerifyConsistency(handed.checkpoint_size, size, handed.root, root, *consistency).ok()) {
        return world_.Violate(fmt::format("the receipt for entry {} under size {} is not true under size {}",
                                          handed.entry_index, handed.checkpoint_size, size));
      }
      world_.Count("receipts checked at the end");
    }
  }
}

void Simulation::Audit(const std::vector<FinalEntry>& ledger) {
  std::vector<ledger::Waypoint> waypoints;
  for (uint64_t size = 1; size <= ledger.size(); ++size) {
    if (const auto root = checker_.RootAt(size)) waypoints.push_back({size, *root, "a root of the run"});
  }
  auto auditor = ledger::Auditor::Start(founders_.genesis(), std::move(waypoints));
  if (!auditor.ok())
    return world_.Violate(fmt::format("the audit does not start: {}", auditor.status().ToString()));
  for (const FinalEntry& item : ledger) {
    if (!auditor->Add(item.entry, {.leaf_hash = {}, .verdict = item.verdict})) break;
  }
  const ledger::AuditReport report = auditor->Finish();
  if (report.finding) {
    world_.Violate(fmt::format("the audit finds entry {} wrong: {}", report.finding->entry_index,
                               report.finding->detail));
  }
}

void Simulation::CheckEverything() {
  std::set<uint64_t> whole;
  for (const auto& each : nodes_) {
    if (each->running() && IsMember(each->number())) whole.insert(each->number());
  }
  checker_.AtEnd(whole);
  SimulatedNode& one = node(*std::find_if(whole.begin(), whole.end(),
                                          [this](uint64_t number) { return !node(number).observer(); }));
  const std::vector<FinalEntry> ledger = FinalLedger(one);
  if (world_.failed()) return;
  CheckEntries(one, ledger);
  CheckReceipts(one);
  Coverage general;
  const std::string wrong = history_.Check(ledger, &general);
  if (!wrong.empty()) return world_.Violate(wrong);
  for (const auto& [what, times] : general) world_.Count(what, times);
  Audit(ledger);
}

}  // namespace symbolon::simulation
