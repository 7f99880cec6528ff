#include <fmt/format.h>

#include <array>
#include <variant>

#include "base/sha256.h"
#include "tests/simulation/clients.h"

namespace symbolon::simulation {

using ledger::Action;
using ledger::NodeKind;

void Stewards::Decide(uint64_t dice) {
  if (sent_) return;  // one at a time, as the members meet
  office_->network->Call<api::MembershipState>(
      Network::kOutside, PickNode(), "membership", Office::kPatience, Office::kReadOwed,
      [](api::Backend& backend, const api::Abandoned&, api::Done<api::MembershipState> done) {
        done(backend.Membership(0));
      },
      [this, dice](const absl::StatusOr<api::MembershipState>& state) { OnMembership(dice, state); });
}

uint64_t Stewards::PickNode() {
  if (!only_.empty()) {
    std::vector<uint64_t> nodes(only_.begin(), only_.end());
    if (nodes.size() > 1) std::erase(nodes, silent_);
    return chance_.Pick(nodes);
  }
  return office_->AnyNode(chance_);
}

void Stewards::OnMembership(uint64_t dice_seed, const absl::StatusOr<api::MembershipState>& state) {
  if (!state.ok() || sent_ || !only_.empty()) return;
  ledger::Membership now =
      ledger::MembershipAtGenesis(office_->founders->genesis(), office_->founders->genesis_bytes());
  for (const Bytes& header : state->headers) {
    auto next = ledger::Follow(now, header);
    if (!next.ok()) return office_->world->Violate("a node shows a history of members that does not follow");
    now = *std::move(next);
  }
  Random dice(dice_seed);
  if (const auto action = Choose(now, dice)) Begin(now, *action);
}

// Something that the rules allow as far as this registry goes; whether it can be carried out is another
// matter.
std::optional<Action> Stewards::Choose(const ledger::Membership& now, Random& dice) {
  if (!now.IsCarriedOut()) {
    return dice.Chance(0.25) ? std::optional<Action>(ledger::WithdrawChange{}) : std::nullopt;
  }
  std::vector<uint64_t> voters, learners, spares;
  for (const auto& ref : now.registry->members()) {
    (ref.node->kind == NodeKind::kVoter ? voters : learners).push_back(ref.node->number);
  }
  for (uint64_t i = office_->founders->founding_nodes() + 1; i <= office_->founders->nodes(); ++i) {
    if (!now.registry->FindNode(i)) spares.push_back(i);
  }
  switch (dice.Below(5)) {
    case 0:
    case 1: {
      if (spares.empty()) return std::nullopt;
      const uint64_t number = dice.Pick(spares);
      start_node_(number);
      const NodeKind kind = dice.Chance(0.5) ? NodeKind::kVoter : NodeKind::kLearner;
      return ledger::AddNode{Founders::AgencyName(office_->founders->AgencyOf(number)),
                             Founders::RegisteredNode(number, kind)};
    }
    case 2:
      if (!learners.empty() && dice.Chance(0.8))
        return ledger::ChangeKind{dice.Pick(learners), NodeKind::kVoter};
      if (voters.size() < 3) return std::nullopt;
      return ledger::ChangeKind{dice.Pick(voters), NodeKind::kLearner};
    case 3: {
      const bool learner = !learners.empty() && dice.Chance(0.5);
      if (!learner && voters.size() < 3) return std::nullopt;
      return ledger::RemoveNode{learner ? dice.Pick(learners) : dice.Pick(voters)};
    }
    default: {
      const uint64_t number = dice.Pick(voters);
      return ledger::ChangeAddress{number, Founders::AddressOf(number, 1 + dice.Below(600))};
    }
  }
}

void Stewards::Begin(const ledger::Membership& now, const Action& action) {
  const Bytes decision = office_->founders->MakeDecision(now.version, action);
  const auto decoded = ledger::DecodeDecision(decision);
  if (!decoded.ok()) return office_->world->Violate("a decision that cannot be read");
  const Digest digest = Sha256(decoded->proposal_bytes);
  if (!begun_.insert(digest).second) return;  // learned from a node that is behind: long decided
  if (office_->world->tracing()) {
    office_->world->Trace(
        fmt::format("stewards decide on version {}: {}", now.version, ledger::DescribeAction(action)));
  }
  office_->world->Count("decisions begun");
  constexpr std::array kKinds{"a node is added", "a vote is given or taken", "a node is removed",
                              "a change is withdrawn", "a node moves"};
  static_assert(kKinds.size() == std::variant_size_v<Action>);
  sent_ = Sent{{api::Transaction::Kind::kGovernance, decision, {}},
               kKinds[action.index()],
               office_->history->Begin({.agency = "the stewards",
                                        .sequence = now.version + 1,
                                        .signed_digest = digest,
                                        .invoked = office_->world->now(),
                                        .acknowledged = {}})};
  Try();
}

void Stewards::Try() {
  const uint64_t node = PickNode();
  ++sent_->tries;
  office_->network->Call<api::Submitted>(
      Network::kOutside, node, "decision", Office::kPatience, office_->submission_owed(),
      [caller = api::Caller{Founders::AgencyName(1), api::Role::kOperator, 0},
       transaction = sent_->transaction](api::Backend& backend, const api::Abandoned&,
                                         api::Done<api::Submitted> done) {
        backend.Submit(caller, transaction, std::move(done));
      },
      [this, node](const absl::StatusOr<api::Submitted>& result) { OnAnswer(node, result); });
}

void Stewards::OnAnswer(uint64_t node, const absl::StatusOr<api::Submitted>& result) {
  World& world = *office_->world;
  silent_ = absl::IsDeadlineExceeded(result.status()) ? node : 0;
  if (world.tracing()) {
    world.Trace(fmt::format(
        "stewards hear from node {}: {}", node,
        result.ok() ? fmt::format("entry {}", result->entry_index) : std::string(result.status().message())));
  }
  if (result.ok()) {
    world.Count("decided: " + sent_->what);
    office_->history->Acknowledge(sent_->write, world.now(), result->entry_index, 0);
    sent_.reset();
    return;
  }
  const absl::Status& status = result.status();
  if (absl::IsOutOfRange(status) || absl::IsFailedPrecondition(status)) {
    world.Count(absl::IsOutOfRange(status) ? "decisions on an old version"
                                           : "decisions refused by the rules");
    sent_.reset();
    return;
  }
  if (!absl::IsResourceExhausted(status) && !IsExpected(*office_, Network::kOutside, status)) {
    world.Violate(fmt::format("node {} refuses a decision: {}", node, status.ToString()));
  }
  world.After(chance_.Between(200, 1000) * kMillisecond, [this] { Try(); });
}

}  // namespace symbolon::simulation
