#pragma once
// The people around the network: registrars who publish and change, verifiers who ask, auditors who compare.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/membership.h"
#include "ledger/trust.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/founders.h"
#include "tests/simulation/history.h"
#include "tests/simulation/network.h"
#include "tests/simulation/plan.h"

namespace symbolon::simulation {

// What all clients share.
struct Office {
  World* world;
  const Plan* plan;
  const Founders* founders;
  Network* network;
  Checker* checker;
  History* history;
  // Whether errors of the disk are to be expected of a node.
  std::function<bool(uint64_t node)> disk_in_trouble;

  // What a careful client pins: the genesis, and the members' decisions since.
  const ledger::Trust& trust() const { return checker->trust(); }

  // A founding node, or another one that is up.
  uint64_t AnyNode(Random& dice) const;

  // Within these a node owes an answer (I-13), when it is awake.
  Time submission_owed() const {
    return static_cast<Time>(plan->submission_timeout_ms) * kMillisecond + 4 * kSecond;
  }
  static constexpr Time kReadOwed = 8 * kSecond;
  static constexpr Time kPatience = 12 * kSecond;  // of a client
};

// What a registrar was handed for an entry, to be checked again at the end.
struct Handed {
  uint64_t entry_index = 0;
  Digest leaf{};
  uint64_t checkpoint_size = 0;
  Digest root{};
};

// The registrar of one agency, as the documentation asks for it: consecutive sequence numbers, the same bytes
// sent again, to any node, until there is a receipt.
class Registrar {
 public:
  Registrar(Office* office, uint64_t agency);

  void Publish(uint64_t dice);
  void ChangeStatus(uint64_t dice);
  // Gives up what it has not begun.
  void ForgetWaiting() { waiting_.clear(); }
  // The next tries go to these nodes only; empty: to any.
  void UseOnly(std::set<uint64_t> nodes) {
    only_ = std::move(nodes);
    in_vain_.clear();  // what was so before says nothing
  }

  bool idle() const { return waiting_.empty() && sent_.empty(); }
  uint64_t acknowledged() const { return acknowledged_; }
  const std::vector<Handed>& handed() const { return handed_; }

 private:
  struct Wanted {
    bool publish = true;
    uint64_t dice = 0;
  };
  struct Sent {
    api::Transaction transaction;
    size_t write = 0;  // in the history
    uint32_t count = 0;
    uint64_t under_way = 0;
    bool retry_due = false;
  };

  void Go();
  void Begin(const Wanted& wanted);
  api::Transaction MakeBatch(Random& dice, uint32_t* count) const;
  api::Transaction MakeStatus(Random& dice);
  void Try(uint64_t sequence);
  void Send(uint64_t sequence, uint64_t node);
  void OnAnswer(uint64_t sequence, uint64_t node, const absl::StatusOr<api::Submitted>& result);
  void OnRefused(uint64_t sequence, uint64_t node, const absl::Status& status);
  void OnReceipt(uint64_t sequence, const api::Submitted& submitted);
  void CheckReceipt(const Sent& sent, const api::Submitted& submitted);
  uint64_t PickNode();
  uint64_t PickOfThese();

  Office* const office_;
  const uint64_t agency_;
  const std::string id_;
  const SigningKey key_;
  Random chance_;
  std::set<uint64_t> only_;
  std::set<uint64_t> in_vain_;  // asked, but gave no answer or knew no leader, and did no better since
  uint64_t next_sequence_ = 1;
  std::deque<Wanted> waiting_;
  std::map<uint64_t, Sent> sent_;           // by sequence
  std::map<uint64_t, ledger::Status> own_;  // as it will be when all that was sent is applied
  uint64_t acknowledged_ = 0;
  std::vector<Handed> handed_;
};

// Asks any node, with any freshness.
class Verifier {
 public:
  explicit Verifier(Office* office) : office_(office), chance_(office->world->Chance("verifier")) {}
  void Ask(uint64_t dice);
  // One linearizable read of a node; `done` hears whether it was answered.
  void AskNode(uint64_t node, std::function<void(bool answered)> done);

 private:
  void Begin(Read read, std::function<void(bool)> done);
  void OnAnswer(Read read, const absl::StatusOr<api::Verified>& result);

  Office* const office_;
  Random chance_;
};

// Compares what nodes show at different times.
class Auditor {
 public:
  explicit Auditor(Office* office) : office_(office) {}
  void Look(uint64_t dice);

 private:
  Office* const office_;
  uint64_t size_ = 0;  // of the largest checkpoint seen
  Digest root_{};
};

// The stewards: they change the nodes, one decision after the other, and see that the machines are there.
class Stewards {
 public:
  Stewards(Office* office, std::function<void(uint64_t node)> start_node)
      : office_(office), start_node_(std::move(start_node)), chance_(office->world->Chance("stewards")) {}

  // Learns how things are from some node, and decides something that fits.
  void Decide(uint64_t dice);
  void UseOnly(std::set<uint64_t> nodes) { only_ = std::move(nodes); }
  bool idle() const { return !sent_; }

 private:
  struct Sent {
    api::Transaction transaction;
    std::string what;  // kind of decision
    size_t write = 0;
    uint64_t tries = 0;
  };

  void OnMembership(uint64_t dice, const absl::StatusOr<api::MembershipState>& state);
  std::optional<ledger::Action> Choose(const ledger::Membership& now, Random& dice);
  void Begin(const ledger::Membership& now, const ledger::Action& action);
  void Try();
  void OnAnswer(uint64_t node, const absl::StatusOr<api::Submitted>& result);
  uint64_t PickNode();

  Office* const office_;
  const std::function<void(uint64_t)> start_node_;
  Random chance_;
  std::set<uint64_t> only_;
  uint64_t silent_ = 0;  // the node that was asked last, if it left them without an answer
  std::set<Digest> begun_;
  std::optional<Sent> sent_;
};

// Whether an error is one that clients of this node must live with; kOutside: of any, as an answer to a
// submission may be another node's.
bool IsExpected(const Office& office, uint64_t node, const absl::Status& status);

}  // namespace symbolon::simulation
