#pragma once
// One run: a plan, from the first start of its nodes to the last check.

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/clients.h"
#include "tests/simulation/nemesis.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/simulated_node.h"

namespace symbolon::simulation {

struct Result {
  std::string violation;  // empty: all is well
  Time when = 0;          // it was seen, or the run ended
  uint64_t digest = 0;
  uint64_t events = 0;
  Coverage coverage;
};

class Simulation {
 public:
  // `trace`: gets a line for whatever happens; may be null.
  static Result Run(const Plan& plan, std::function<void(const std::string&)> trace = nullptr);

 private:
  Simulation(const Plan& plan, std::function<void(const std::string&)> trace);

  // Faults all the time: only safety is asked for.
  void RunSafetyPhase();
  // A majority is whole and mutually connected, the rest stays broken for ever: progress, and then quiet, are
  // asked for (I-12).
  void RunLivenessPhase();
  // Everything heals: all nodes agree, every client has its answer.
  void RunToEnd();
  void ReadEverywhere();
  void CheckEverything();

  void ScheduleOperations();
  void Begin(const Operation& operation);
  // Runs until it holds; a violation when that takes longer than `within`.
  void Await(const std::function<bool()>& holds, Time within, const std::function<std::string()>& what);
  void RunFor(Time duration);
  // Of a node, or of any (Network::kOutside).
  bool IsDiskInTrouble(uint64_t number) const;
  // Voters that are a majority of every configuration that may be in force.
  std::set<uint64_t> PickHealthy();
  bool IsMember(uint64_t number) const;
  // Linearizable reads of one node, until any of those who share `answered` has an answer.
  void KeepAsking(uint64_t number, const std::shared_ptr<bool>& answered);
  bool AllIdle() const;
  bool AllAgree() const;
  std::string WhoIsBehind() const;
  std::vector<FinalEntry> FinalLedger(SimulatedNode& node);
  void RequireRead(const SimulatedNode& node, uint64_t index, const absl::Status& status);
  void CheckEntries(SimulatedNode& one, const std::vector<FinalEntry>& ledger);
  void CheckReceipts(SimulatedNode& node);
  void Audit(const std::vector<FinalEntry>& ledger);

  SimulatedNode& node(uint64_t number) { return *nodes_[number - 1]; }

  const Plan plan_;
  World world_;
  const Founders& founders_;
  Network network_;
  Checker checker_;
  History history_;
  std::vector<std::unique_ptr<SimulatedNode>> nodes_;
  Nemesis nemesis_;
  Office office_;
  std::vector<std::unique_ptr<Registrar>> registrars_;
  Verifier verifier_;
  Auditor auditor_;
  Stewards stewards_;
};

}  // namespace symbolon::simulation
