#include "tests/exploration/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/sha256.h"
#include "consensus/fingerprint.h"

namespace symbolon::consensus::exploration {
namespace {

constexpr uint8_t kMismatch = 0x80;

std::string Claims(const Reaction& reaction) {
  std::string out = reaction.violation;
  auto put = [&out](auto... n) { ((out += fmt::format(" {}", n)), ...); };
  for (const Message& message : reaction.said) out += consensus::Fingerprint::Of(message);
  for (const ReadState& read : reaction.reads) put('r', read.id, read.confirmed, read.index);
  for (const ProposalOutcome& p : reaction.proposals) {
    put('p', p.position.index, p.position.term, static_cast<int>(p.outcome));
  }
  for (const TransferOutcome& t : reaction.transfers) put('t', t.target, t.done);
  put(reaction.coverage.bits());
  return out;
}

}  // namespace

LogItem Logs::ItemOf(const Entry& entry) {
  const auto [it, fresh] =
      entries_.emplace(consensus::Fingerprint::Of(entry), static_cast<uint16_t>(entries_.size()));
  if (fresh) known_.push_back(entry);
  return {it->second, static_cast<uint8_t>(entry.term.value())};
}

LogId Logs::IdOf(const std::vector<Entry>& entries) {
  LogItems items;
  for (const Entry& entry : entries) items.push_back(ItemOf(entry));
  const auto [it, fresh] = ids_.emplace(items, static_cast<LogId>(logs_.size()));
  if (fresh) logs_.push_back(std::move(items));
  return it->second;
}

uint8_t Logs::Compare(LogId a, LogId b) {
  const auto [it, fresh] = compared_.try_emplace(uint32_t{a} << 16 | b, uint8_t{0});
  if (!fresh) return it->second;
  const LogItems& x = logs_[a];
  const LogItems& y = logs_[b];
  const size_t both = std::min(x.size(), y.size());
  size_t common = 0;
  while (common < both && x[common] == y[common]) ++common;
  bool match = true;
  for (size_t i = common; i < both; ++i) match = match && x[i].term != y[i].term;
  return it->second = static_cast<uint8_t>(common | (match ? 0 : kMismatch));
}

uint8_t Logs::Common(LogId a, LogId b) {
  return Compare(a, b) & ~kMismatch;
}

bool Logs::Match(LogId a, LogId b) {
  return (Compare(a, b) & kMismatch) == 0;
}

NodeState Catalogue::FirstStart(NodeId id) {
  return IdOf(std::make_unique<Node>(world_, id), std::nullopt, {});
}

Transition Catalogue::Do(NodeState state, Step step) {
  const uint64_t key =
      uint64_t{state} << 24 | uint64_t{step.argument} << 8 | static_cast<uint64_t>(step.kind);
  if (auto it = transitions_.find(key); it != transitions_.end()) return it->second;
  Transition found = Find(state, step);
  transitions_.emplace(key, found);
  found.is_new = true;
  return found;
}

Transition Catalogue::Find(NodeState state, Step step) {
  Input input{step.kind, nullptr, step.argument};
  if (step.kind == Kind::kDeliver) input.message = &messages_[step.argument];
  auto after = std::make_unique<Node>(*nodes_[state]);
  Reaction reaction = after->Do(input);
  if (!reaction.possible) return {};
  if (!reaction.violation.empty()) return {state, OutputOf(std::move(reaction))};
  if (check_twins_) reaction.violation = CompareTwin(state, input, reaction, *after);
  // Until effects are taken, others see what was taken last.
  const auto seen = after->IsUntaken() ? std::optional(facts_of_[state]) : std::nullopt;
  const NodeState next = IdOf(std::move(after), seen, {state, step});
  if (step.kind == Kind::kDeliver && next == state && reaction.said.empty())
    reaction.coverage.Add(Rule::kIgnored);
  return {next, OutputOf(std::move(reaction))};
}

std::string Catalogue::CompareTwin(NodeState state, const Input& input, const Reaction& reaction,
                                   const Node& after) const {
  auto it = twins_.find(state);
  if (it == twins_.end()) return "";
  Node twin(*it->second);
  const Reaction other = twin.Do(input);
  if (other.possible == reaction.possible && Claims(other) == Claims(reaction) &&
      twin.Fingerprint() == after.Fingerprint()) {
    return "";
  }
  return fmt::format("two ways to one state of node {} go on differently", after.raft().id());
}

NodeState Catalogue::IdOf(std::unique_ptr<Node> node, std::optional<uint32_t> facts, Origin origin) {
  const uint32_t facts_id = facts ? *facts : FactsOf(*node);
  const auto [it, fresh] = ids_.try_emplace(KeyOf(*node, facts_id), static_cast<NodeState>(nodes_.size()));
  if (fresh) {
    nodes_.push_back(std::move(node));
    origins_.push_back(origin);
    facts_of_.push_back(facts_id);
  } else if (check_twins_) {
    twins_.try_emplace(it->second, std::move(node));
  }
  return it->second;
}

Catalogue::Key Catalogue::KeyOf(const Node& node, uint32_t facts) const {
  const std::string seen(reinterpret_cast<const char*>(&facts), sizeof facts);
  const Digest digest = Sha256({seen, node.Fingerprint()});
  Key key;
  std::memcpy(&key.first, digest.data(), 8);
  std::memcpy(&key.second, digest.data() + 8, 8);
  return key;
}

uint32_t Catalogue::FactsOf(const Node& node) {
  const Raft& raft = node.raft();
  Facts facts;
  facts.role = raft.role();
  facts.term = static_cast<uint8_t>(raft.term().value());
  facts.commit = static_cast<uint8_t>(raft.commit().value());
  facts.disk_term = static_cast<uint8_t>(node.disk_hard_state().term.value());
  facts.log = logs_.IdOf(node.Log());
  facts.disk = logs_.IdOf(node.disk().entries());
  for (NodeId voter : raft.configuration().voters())
    facts.voters |= static_cast<uint8_t>(1u << (voter.value() - 1));
  if (raft.role() == Role::kLeader) facts.match.resize(world_.nodes());
  for (const Raft::PeerProgress& peer : raft.Peers()) {
    facts.match.at(peer.node.value() - 1) = static_cast<uint8_t>(peer.match.value());
  }
  const auto [it, fresh] = facts_ids_.emplace(facts, static_cast<uint32_t>(facts_.size()));
  if (fresh) facts_.push_back(std::move(facts));
  return it->second;
}

MessageId Catalogue::IdOf(const Message& message) {
  const auto [it, fresh] =
      message_ids_.try_emplace(consensus::Fingerprint::Of(message), static_cast<MessageId>(messages_.size()));
  if (fresh) messages_.push_back(message);
  return it->second;
}

uint32_t Catalogue::OutputOf(Reaction reaction) {
  const auto [it, fresh] = output_ids_.try_emplace(Claims(reaction), static_cast<uint32_t>(outputs_.size()));
  if (!fresh) return it->second;
  Output output{{},
                std::move(reaction.reads),
                std::move(reaction.proposals),
                std::move(reaction.transfers),
                reaction.coverage,
                std::move(reaction.violation)};
  for (const Message& message : reaction.said) {
    const MessageId id = IdOf(message);
    if (std::find(output.said.begin(), output.said.end(), id) == output.said.end()) output.said.push_back(id);
  }
  outputs_.push_back(std::move(output));
  return it->second;
}

}  // namespace symbolon::consensus::exploration
