#include "tests/conformance/etcd/cluster.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>

#include "base/status_macros.h"
#include "tests/conformance/etcd/facts.h"

namespace symbolon::conformance {

using consensus::Configuration;
using consensus::ConfigurationData;
using consensus::Entry;
using consensus::EntryKind;
using consensus::Index;
using consensus::LogPosition;
using consensus::Message;
using consensus::NodeId;
using consensus::NodeSetup;
using consensus::Options;
using consensus::Raft;
using consensus::Role;
using consensus::Term;
using consensus::TestNode;

namespace {

absl::StatusOr<uint64_t> ReadNumber(const std::string& text) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number))
    return absl::InvalidArgumentError(fmt::format("not a number: {}", text));
  return number;
}

absl::StatusOr<std::vector<NodeId>> ReadNodes(const std::vector<std::string>& texts) {
  std::vector<NodeId> out;
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(const uint64_t number, ReadNumber(text));
    out.push_back(NodeId(number));
  }
  return out;
}

std::vector<NodeId> Without(std::vector<NodeId> nodes, NodeId node) {
  std::erase(nodes, node);
  return nodes;
}

std::vector<NodeId> With(std::vector<NodeId> nodes, NodeId node) {
  nodes.push_back(node);
  return nodes;
}

}  // namespace

absl::Status Cluster::Run(const Directive& directive) {
  for (auto& [id, node] : nodes_) node.answer = node.votes = node.refusals = "";
  const std::string& command = directive.command;
  if (command == "log-level" || command == "status" || command == "raft-log") return absl::OkStatus();
  if (command == "add-nodes") return AddNodes(directive);
  if (command == "deliver-msgs") return DeliverMessages(directive);
  std::vector<uint64_t> ids;
  ASSIGN_OR_RETURN(const std::vector<NodeId> named,
                   ReadNodes(command == "propose" ? std::vector<std::string>{directive.positional.at(0)}
                                                  : directive.positional));
  for (NodeId id : named) ids.push_back(id.value());
  if (command == "stabilize") return Stabilize(ids.empty() ? nodes() : ids), absl::OkStatus();
  if (ids.size() != 1 || !nodes_.contains(ids[0]))
    return absl::InvalidArgumentError("name one node of the cluster");
  const uint64_t id = ids[0];
  if (command == "campaign") return Campaign(id);
  if (command == "propose") return Propose(id, directive.positional.at(1)), absl::OkStatus();
  if (command == "propose-conf-change") return ProposeChange(id, directive.input);
  if (command == "process-ready") return Process(id), absl::OkStatus();
  if (command == "tick-heartbeat") return nodes_.at(id).node->Tick(2), absl::OkStatus();  // bridge 5
  if (command == "tick-election") return nodes_.at(id).node->Tick(TestNode::kElectionTicks), absl::OkStatus();
  return absl::UnimplementedError("a command that is not known");
}

std::vector<uint64_t> Cluster::nodes() const {
  std::vector<uint64_t> out;
  for (const auto& [id, node] : nodes_) out.push_back(id);
  return out;
}

// --- commands ---

absl::Status Cluster::AddNodes(const Directive& directive) {
  ASSIGN_OR_RETURN(const uint64_t count, ReadNumber(directive.positional.at(0)));
  ASSIGN_OR_RETURN(std::vector<NodeId> voters, ReadNodes(directive.Values("voters")));
  ASSIGN_OR_RETURN(std::vector<NodeId> learners, ReadNodes(directive.Values("learners")));
  uint64_t index = 0;
  if (!voters.empty()) {
    ASSIGN_OR_RETURN(index, ReadNumber(directive.Values("index").at(0)));
    genesis_ = Configuration(std::move(voters), std::move(learners));
    snapshot_ = index;
  }
  for (uint64_t i = 0; i < count; ++i) {
    NodeSetup setup;
    setup.id = nodes_.size() + 1;
    setup.configuration = genesis_;
    setup.log_terms.assign(index, 1);  // bridge 2
    setup.term = index == 0 ? 0 : 1;   // bridge 1
    setup.tune = [index](Options& options) {
      options.applied = Index(index);
      options.random = [] { return TestNode::kElectionTicks - 1; };  // nobody campaigns but who is told to
    };
    Node& node = nodes_[setup.id];
    node.node = std::make_unique<TestNode>(std::move(setup));
    node.node->persist_at_once = false;
    node.commit = Index(index);
  }
  return absl::OkStatus();
}

// The scenario's clock stands still but for ticks that it names, and a campaign there is at once. Here time
// passes until the node's own timer ends.
absl::Status Cluster::Campaign(uint64_t id) {
  Node& candidate = nodes_.at(id);
  for (auto& [other, node] : nodes_) {
    // Bridge 3: who hears the leader must have ceased to.
    const bool hears = raft(other).role() == Role::kFollower && raft(other).leader().has_value();
    if (other != id && hears) node.node->Tick(TestNode::kElectionTicks);
  }
  for (uint64_t i = 0; i < 2 * TestNode::kElectionTicks && raft(id).role() == Role::kFollower; ++i)
    candidate.node->Tick();
  if (raft(id).role() == Role::kPreCandidate) PreVote(id);
  if (raft(id).role() != Role::kCandidate)
    return absl::FailedPreconditionError(fmt::format("node {} does not become a candidate", id));
  if (raft(id).configuration().voters().size() == 1) {  // bridge 4
    candidate.node->Drain();
    candidate.node->PersistAll();
  }
  return absl::OkStatus();
}

// Bridge 3. Nothing changes at those who are asked.
void Cluster::PreVote(uint64_t id) {
  TestNode& candidate = *nodes_.at(id).node;
  for (Message& request : candidate.Sent()) {
    if (!std::holds_alternative<consensus::PreVoteRequest>(request.body)) {
      Emit(std::move(request));
      continue;
    }
    auto asked = nodes_.find(request.to.value());
    if (asked == nodes_.end()) continue;
    TestNode& voter = *asked->second.node;
    EXPECT_TRUE(voter.Step(std::move(request)).ok());
    for (Message& reply : voter.Sent()) {
      if (!std::holds_alternative<consensus::PreVoteReply>(reply.body)) {
        Emit(std::move(reply));
      } else if (raft(id).role() == Role::kPreCandidate) {
        EXPECT_TRUE(candidate.Step(std::move(reply)).ok());
      }
    }
  }
}

void Cluster::Propose(uint64_t id, const std::string& text) {
  nodes_.at(id).answer = nodes_.at(id).node->Propose(text).ok() ? "ok" : "dropped";
}

absl::Status Cluster::ProposeChange(uint64_t id, const std::string& changes) {
  const std::vector<std::string> texts = absl::StrSplit(changes, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  for (const std::string& text : texts) {
    ASSIGN_OR_RETURN(const uint64_t node, ReadNumber(text.substr(1)));
    changes_.push_back({id, text[0], NodeId(node)});
  }
  MakePendingChange(id);
  return absl::OkStatus();
}

// Bridge 6: what a leader refuses now, it is asked again before its next turn.
bool Cluster::MakePendingChange(uint64_t id) {
  if (changes_.empty() || changes_.front().leader != id) return false;
  const Change change = changes_.front();
  const Configuration& now = raft(id).configuration();
  std::vector<NodeId> voters = Without(now.voters(), change.node);
  std::vector<NodeId> learners = Without(now.learners(), change.node);
  const bool learner_first = change.kind == 'v' && !now.IsMember(change.node);  // bridge 7
  if (change.kind == 'v' && !learner_first) voters = With(voters, change.node);
  if (change.kind == 'l' || learner_first) learners = With(learners, change.node);
  const Configuration next(std::move(voters), std::move(learners));
  const auto position = raft(id).ProposeConfiguration(
      [&](Index index, Term term) { return ConfigurationData(index, term, next); }, next);
  if (!position.ok()) return false;
  if (learner_first) {
    learner_entries_.insert(position->index);
  } else {
    changes_.pop_front();
  }
  return true;
}

// In the order of the scenarios' own driver: whoever has something to do does it, then whoever has mail reads
// it.
void Cluster::Stabilize(std::vector<uint64_t> ids) {
  for (bool more = true; more;) {
    more = false;
    for (uint64_t id : ids) {
      if (!HasWork(id) && !MakePendingChange(id)) continue;
      Process(id);
      more = true;
    }
    for (uint64_t id : ids) {
      if (!HasMessages(id)) continue;
      Deliver(id, false);
      more = true;
    }
  }
}

absl::Status Cluster::DeliverMessages(const Directive& directive) {
  ASSIGN_OR_RETURN(const std::vector<NodeId> recipients, ReadNodes(directive.positional));
  ASSIGN_OR_RETURN(const std::vector<NodeId> dropped, ReadNodes(directive.Values("drop")));
  for (NodeId id : recipients) Deliver(id.value(), false);
  for (NodeId id : dropped) Deliver(id.value(), true);
  return absl::OkStatus();
}

// --- nodes and messages ---

bool Cluster::HasWork(uint64_t id) const {
  return raft(id).HasEffects() || nodes_.at(id).node->batches() > 0;
}

void Cluster::Process(uint64_t id) {
  Node& node = nodes_.at(id);
  do {
    node.node->Drain();
    node.node->PersistAll();
    EXPECT_TRUE(raft(id).Applied(std::min(raft(id).commit(), raft(id).durable())).ok());
  } while (HasWork(id) || MakePendingChange(id));
  EXPECT_TRUE(node.node->error.ok()) << node.node->error;
  node.commit = raft(id).commit();
  for (Message& message : node.node->Sent()) Emit(std::move(message));
}

void Cluster::Emit(Message message) {
  std::string& votes = nodes_.at(message.from.value()).votes;
  if (const auto* request = std::get_if<consensus::VoteRequest>(&message.body)) {
    votes = WithLine(votes, fmt::format("asks {} in term {}, last {}", message.to, TheirTerm(message.term),
                                        TheirPosition(request->last)));
  } else if (const auto* reply = std::get_if<consensus::VoteReply>(&message.body)) {
    votes = WithLine(votes, fmt::format("{} {} in term {}", reply->granted ? "grants" : "refuses", message.to,
                                        TheirTerm(message.term)));
  }
  network_.push_back(std::move(message));
}

bool Cluster::HasMessages(uint64_t id) const {
  return std::any_of(network_.begin(), network_.end(), [id](const Message& m) { return m.to == NodeId(id); });
}

void Cluster::Deliver(uint64_t id, bool drop) {
  std::vector<Message> rest, mail;
  for (Message& m : network_) (m.to == NodeId(id) ? mail : rest).push_back(std::move(m));
  network_ = std::move(rest);
  for (Message& m : mail) {
    if (!drop) Hear(id, std::move(m));
  }
}

void Cluster::Hear(uint64_t id, Message message) {
  const auto* reply = std::get_if<consensus::AppendReply>(&message.body);
  const bool refused = reply != nullptr && !reply->accepted;
  const uint64_t from = message.from.value();
  const std::string before = ObserveProgress(id, from, false);
  EXPECT_TRUE(nodes_.at(id).node->Step(std::move(message)).ok());
  const std::string after = ObserveProgress(id, from, false);
  if (!refused || after == before) return;
  std::string& refusals = nodes_.at(id).refusals;
  refusals = WithLine(refusals, fmt::format("{}: {}", from, after));
}

// --- what is so ---

uint64_t Cluster::TheirTerm(Term term) const {
  return snapshot_ == 0 || term == Term(0) ? term.value() : term.value() - 1;
}

uint64_t Cluster::TheirIndex(Index index) const {
  const auto extra = std::distance(learner_entries_.begin(), learner_entries_.upper_bound(index));
  return index.value() - static_cast<uint64_t>(extra);
}

std::string Cluster::TheirPosition(LogPosition position) const {
  const uint64_t index = TheirIndex(position.index);
  return fmt::format("{}/{}", index <= snapshot_ ? std::min<uint64_t>(index, 1) : TheirTerm(position.term),
                     index);
}

std::string Cluster::Describe(const Entry& entry) const {
  std::string out = TheirPosition(entry.position());
  if (entry.kind == EntryKind::kNoOp) return out + " no-op";
  if (entry.kind == EntryKind::kConfiguration) return out + " configuration";
  return fmt::format("{} normal \"{}\"", out, entry.data->header.substr(entry.data->header.find(") ") + 2));
}

std::optional<std::string> Cluster::Observe(uint64_t id, const std::string& field) const {
  if (!nodes_.contains(id)) return "(no such node)";
  const Node& node = nodes_.at(id);
  const Raft& raft = this->raft(id);
  const std::vector<std::string> words = absl::StrSplit(field, ' ');
  auto number = [](uint64_t n) { return fmt::format("{}", n); };
  if (field == "term") return number(TheirTerm(raft.term()));
  if (field == "vote") return number(raft.hard_state().vote.value_or(NodeId(0)).value());
  if (field == "leader") return number(raft.leader().value_or(NodeId(0)).value());
  if (field == "role") return fmt::format("{}", fmt::streamed(raft.role()));
  if (field == "commit") return number(TheirIndex(node.commit));
  if (field == "last") {
    const std::vector<Entry>& entries = node.node->disk().entries();
    return entries.empty() ? "0/0" : TheirPosition(entries.back().position());
  }
  if (words[0] == "entry") return ObserveEntry(id, std::stoull(words[1]));
  if (field == "configuration") return ObserveMembers(id);
  if (words[0] == "match") {
    const auto peer = Peer(id, std::stoull(words[2]));
    return peer ? number(TheirIndex(peer->match)) : "none";
  }
  if (words[0] == "progress") return ObserveProgress(id, std::stoull(words[2]), true);
  if (field == "answer") return node.answer;
  if (field == "votes") return node.votes;
  if (field == "refusals") return node.refusals;
  return fmt::format("(no such field: {})", field);
}

std::optional<std::string> Cluster::ObserveEntry(uint64_t id, uint64_t their_index) const {
  for (const Entry& entry : nodes_.at(id).node->disk().entries()) {
    if (TheirIndex(entry.index) == their_index && !learner_entries_.contains(entry.index))
      return Describe(entry);
  }
  return "none";
}

// Bridge 6: theirs is in force when it is applied, ours when it is appended. Comparable when both are.
std::optional<std::string> Cluster::ObserveMembers(uint64_t id) const {
  if (raft(id).configuration_index() > nodes_.at(id).commit) return std::nullopt;
  const Configuration& members = raft(id).configuration();
  std::string out = fmt::format("voters=({})", fmt::join(members.voters(), " "));
  if (!members.learners().empty()) out += fmt::format(" learners=({})", fmt::join(members.learners(), " "));
  return out;
}

std::optional<Raft::PeerProgress> Cluster::Peer(uint64_t id, uint64_t peer) const {
  for (const Raft::PeerProgress& progress : raft(id).Peers()) {
    if (progress.node == NodeId(peer)) return progress;
  }
  return std::nullopt;
}

std::string Cluster::ObserveProgress(uint64_t id, uint64_t peer, bool with_activity) const {
  const auto progress = Peer(id, peer);
  if (!progress) return "none";
  return fmt::format("{} match={} next={}{}",
                     progress->state == consensus::Progress::State::kProbe ? "StateProbe" : "StateReplicate",
                     TheirIndex(progress->match), TheirIndex(Before(progress->next)) + 1,
                     with_activity && !progress->active ? " inactive" : "");
}

}  // namespace symbolon::conformance
