#pragma once
// Who the nodes are. Two things that must not be mixed up (docs/governance.md):
//
//   decided    the registry: what the stewards' decisions, in the order of the ledger, have made of the
//   genesis in force   the configuration that Raft counts with, as of the entries applied
//
// A decision takes effect in the registry when it is applied. The leader then carries it out, by one
// configuration after the other, each a step from what is in force to what is decided. When both are the
// same, it is carried out; until then no other decision is accepted but one that withdraws it.
//
// A value: copies share the registry, which is never changed in place. Thread-safe while nobody assigns.

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/entries/configuration.h"
#include "ledger/entries/governance.h"
#include "ledger/genesis.h"
#include "ledger/signature_memo.h"
#include "ledger/verdict.h"

namespace symbolon::ledger {

struct Membership {
  Digest network{};
  std::shared_ptr<const Registry> registry;
  uint64_t version = 0;     // of the registry: the number of accepted decisions
  Digest digest{};          // registry digest(version)
  uint64_t decided_at = 0;  // entry index of the last accepted decision; 0: the genesis

  Configuration in_force;    // the newest accepted one
  uint64_t in_force_at = 0;  // its entry index; 0: the genesis

  // Entry indexes of all accepted decisions and configurations (but for repetitions), ascending: by these
  // alone anybody who has the genesis comes to the same membership.
  std::vector<uint64_t> history;

  bool IsCarriedOut() const;
  bool operator==(const Membership& other) const;
};

Membership MembershipAtGenesis(const Genesis& genesis, ByteView genesis_bytes);

// The verdict on a decision, by the rules of docs/verdicts.md.
Verdict JudgeDecision(const Membership& now, const Decision& decision, SignatureMemo* memo = nullptr);
// After an accepted decision that stands at `entry_index` with exactly this payload.
Membership AfterDecision(const Membership& now, const Decision& decision, uint64_t entry_index,
                         ByteView payload);

Verdict JudgeConfiguration(const Membership& now, const Configuration& configuration);
// After an accepted one. One that says again what is in force changes nothing: two leaders may both have
// written it.
Membership AfterConfiguration(const Membership& now, const Configuration& configuration,
                              uint64_t entry_index);

// The membership after one more decision or configuration, given as the header of an entry that the ledger
// has accepted: all of them in order lead from the genesis to the present (Membership::history).
// InvalidArgument, with the reason, when it does not follow. Decisions are judged as every node judges them,
// so whoever hands over the headers needs no trust; that none was left out shows in a seal, which states the
// registry's digest.
absl::StatusOr<Membership> Follow(const Membership& now, ByteView entry_header);

// What a leader knows of a node.
struct NodeProgress {
  bool reachable = false;  // heard from lately
  bool caught_up = false;  // has the log, but for a little that is on its way
};

// The next configuration on the way to what is decided.
struct NextStep {
  std::optional<Configuration> configuration;
  // Why there is none though the decision is not carried out; for people. Empty when all is carried out.
  std::string waits_for;
};

// One voter's change at a time, and none that could cost the majority: a voter is made of a learner that has
// caught up and is reachable; a vote is taken away only if those reachable without it are a majority of the
// rest. When an agency's vote passes from one node to another, the order is that in which as many voters may
// fail as before: with an odd number of voters the new one first, if the old one answers; else the old one.
NextStep NextConfiguration(const Membership& now,
                           const std::function<NodeProgress(uint64_t number)>& progress);

// To be stored with the state. Version 0 is not stored: it is the genesis.
Bytes EncodeMembership(const Membership& membership);
// DataLoss unless the bytes are exactly one membership of that network.
absl::StatusOr<Membership> DecodeMembership(ByteView bytes, const Digest& network);

}  // namespace symbolon::ledger
