#include "tests/exploration/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "consensus/fingerprint.h"
#include "tests/consensus/invariants.h"
#include "tests/exploration/renaming.h"

namespace symbolon::consensus::exploration {
namespace {

// The smallest that Options allow: one heartbeat between two checks of the quorum, two ticks to a timeout.
constexpr uint64_t kElectionTicks = 2;
constexpr uint64_t kHeartbeatTicks = 1;
constexpr uint64_t kNever = uint64_t{1} << 62;

Configuration Genesis(const World& world) {
  std::vector<NodeId> voters, learners;
  for (uint64_t n = 1; n <= world.voters; ++n) voters.push_back(NodeId(n));
  for (uint64_t n = 1; n <= world.learners; ++n) learners.push_back(NodeId(world.voters + n));
  return Configuration(std::move(voters), std::move(learners));
}

// The members after a change: "add 4", "promote 4", "demote 2", "remove 2". Nullopt if there is nothing to
// change.
std::optional<Configuration> After(const Configuration& members, const std::string& change) {
  const size_t space = change.find(' ');
  const std::string what = change.substr(0, space);
  const NodeId node(std::stoull(change.substr(space + 1)));
  std::vector<NodeId> voters = members.voters(), learners = members.learners();
  const bool fits = what == "add"       ? !members.IsMember(node)
                    : what == "promote" ? members.IsLearner(node)
                    : what == "demote"  ? members.IsVoter(node)
                                        : members.IsMember(node);
  if (!fits) return std::nullopt;
  std::erase(voters, node);
  std::erase(learners, node);
  if (what == "promote") voters.push_back(node);
  if (what == "add" || what == "demote") learners.push_back(node);
  return Configuration(std::move(voters), std::move(learners));
}

EntryFactory Bytes(NodeId leader, std::string_view what) {
  return [text = EntryText(what, leader)](Index, Term) { return MakeData(text); };
}

size_t CommonPrefix(const std::vector<Entry>& a, const std::vector<Entry>& b) {
  size_t n = 0;
  while (n < a.size() && n < b.size() && a[n].term == b[n].term) ++n;
  return n;
}

// What an answer to `heard` (null: to none) shows.
void CoverWords(const Message* heard, const Message& said, Coverage& did) {
  if (const auto* reply = std::get_if<VoteReply>(&said.body)) {
    did.Add(reply->granted ? Rule::kVoteGranted : Rule::kVoteRefused);
  } else if (const auto* pre_vote = std::get_if<PreVoteReply>(&said.body)) {
    did.Add(pre_vote->granted ? Rule::kPreVoteGranted : Rule::kPreVoteRefused);
  } else if (const auto* append = std::get_if<AppendReply>(&said.body);
             append && heard && !append->accepted) {
    did.Add(heard->term < said.term ? Rule::kOldTermAnswered : Rule::kAppendRefused);
  } else if (append && append->partial) {
    did.Add(Rule::kNoRoom);
  } else if (std::holds_alternative<Removed>(said.body)) {
    did.Add(Rule::kRemovedTold);
  }
}

void Violate(Reaction& reaction, std::string what) {
  if (reaction.violation.empty()) reaction.violation = std::move(what);
}

}  // namespace

struct Node::Before {
  explicit Before(const Node& node)
      : role(node.raft_->role()),
        hard_state(node.raft_->hard_state()),
        commit(node.raft_->commit()),
        applied(node.raft_->applied()),
        last(node.raft_->last()),
        log(node.Log()),
        peers(node.raft_->Peers()) {}

  Role role;
  HardState hard_state;
  Index commit;
  Index applied;
  LogPosition last;
  std::vector<Entry> log;
  std::vector<Raft::PeerProgress> peers;
};

Node::Node(const World& world, NodeId id) : world_(&world), id_(id) {
  Start();
}

Node::Node(const Node& other)
    : world_(other.world_),
      id_(other.id_),
      life_(other.life_),
      disk_(other.disk_),
      disk_hard_state_(other.disk_hard_state_),
      disk_applied_(other.disk_applied_),
      disk_full_(other.disk_full_),
      writes_(other.writes_),
      untaken_(other.untaken_),
      raft_(other.raft_->Clone(&disk_)) {}

void Node::Start() {
  raft_.reset();
  Options options;
  options.id = id_;
  options.genesis = Genesis(*world_);
  if (world_->keeps_applied) options.applied = disk_applied_;
  options.no_op = Bytes(id_, "no-op");
  options.read_configuration = ReadConfigurationData;
  // Even, so that every timeout is the shortest; and read numbers begin far from those of former lives.
  options.random = [start = life_ << 20] { return start; };
  options.election_ticks = kElectionTicks;
  options.heartbeat_ticks = kHeartbeatTicks;
  options.read_timeout_ticks = kNever;
  options.proposal_timeout_ticks = kNever;
  options.tail_cache_bytes = 0;  // two nodes that differ only in what is cached would be two states
  if (world_->single_entries) options.max_append_bytes = 1;
  absl::StatusOr<std::unique_ptr<Raft>> raft = Raft::Create(std::move(options), disk_hard_state_, &disk_);
  if (!raft.ok()) return;
  raft_ = *std::move(raft);
  raft_->SetDiskFull(disk_full_);
}

std::vector<Entry> Node::Log() const {
  MemoryLog log = disk_;
  for (const Write& write : writes_) log.Write(write.append);
  return log.entries();
}

Reaction Node::Do(const Input& input) {
  Reaction reaction;
  const Before before(*this);
  Apply(input, reaction);
  if (!reaction.possible || !reaction.violation.empty()) return reaction;
  if (input.kind == Kind::kTake || input.kind == Kind::kCrash || !world_->batches || untaken_ == 1) {
    untaken_ = 0;
    Settle(reaction);
  } else if (raft_->HasEffects()) {
    untaken_ = 1;
  }
  if (!reaction.violation.empty()) return reaction;
  const bool too_many_writes = world_->writes > 0 && writes_.size() > world_->writes;
  if (raft_->term().value() > world_->terms || too_many_writes) {
    reaction.possible = false;
    return reaction;
  }
  Check(input, before, reaction);
  return reaction;
}

void Node::Apply(const Input& input, Reaction& reaction) {
  switch (input.kind) {
    case Kind::kDeliver:
      // All senders are honest: what is refused as impossible should not have been said.
      if (absl::Status status = raft_->Step(*input.message); !status.ok()) {
        Violate(reaction, fmt::format("node {} refuses: {}", id_, std::string(status.message())));
      }
      return;
    case Kind::kTimeout:
      return Timeout(reaction);
    case Kind::kCampaign:
      return Campaign(reaction);
    case Kind::kHeartbeat:
      return Heartbeat(reaction);
    case Kind::kPersist:
      if (writes_.empty() || untaken_ > 0) return void(reaction.possible = false);
      return Persist(reaction);
    case Kind::kCrash:
      return Crash(reaction);
    case Kind::kFill:
    case Kind::kFree:
      return SetDiskFull(input.kind == Kind::kFill, reaction);
    case Kind::kPropose:
      return Propose(reaction);
    case Kind::kRead:
      return Read(input.number, reaction);
    case Kind::kTransfer:
      return Transfer(input.number, reaction);
    case Kind::kChange:
      return Change(world_->possible_changes[input.number], reaction);
    case Kind::kTake:
      reaction.possible = untaken_ > 0;
      return;
  }
}

void Node::Timeout(Reaction& reaction) {
  if (raft_->role() == Role::kLeader || (raft_->role() == Role::kPreCandidate && !world_->real_pre_vote)) {
    reaction.possible = false;
    return;
  }
  for (uint64_t i = 0; i < kElectionTicks; ++i) raft_->Tick();
}

// As if a majority had granted the pre-vote. In truth some may refuse, so more elections begin here than can
// begin in truth, and none is missing.
void Node::Campaign(Reaction& reaction) {
  if (raft_->role() != Role::kPreCandidate || world_->real_pre_vote) {
    reaction.possible = false;
    return;
  }
  for (NodeId voter : raft_->configuration().voters()) {
    if (voter == id_ || raft_->role() != Role::kPreCandidate) continue;
    if (absl::Status status = raft_->Step({voter, id_, Next(raft_->term()), PreVoteReply{true}});
        !status.ok()) {
      Violate(reaction, fmt::format("node {} refuses a pre-vote: {}", id_, std::string(status.message())));
    }
  }
}

void Node::Heartbeat(Reaction& reaction) {
  if (raft_->role() != Role::kLeader) return void(reaction.possible = false);
  raft_->Tick();
}

void Node::Crash(Reaction& reaction) {
  if (!writes_.empty()) reaction.coverage.Add(Rule::kUnsyncedLost);
  writes_.clear();
  untaken_ = 0;
  if (world_->reads > 0) ++life_;
  if (world_->forgets_votes) disk_hard_state_.vote.reset();
  Start();
  if (raft_ == nullptr) Violate(reaction, fmt::format("node {} does not start from its own disk", id_));
}

void Node::SetDiskFull(bool full, Reaction& reaction) {
  reaction.possible = disk_full_ != full;
  disk_full_ = full;
  raft_->SetDiskFull(full);
}

void Node::Propose(Reaction& reaction) {
  if (raft_->last().index.value() >= world_->entries || !raft_->Propose(Bytes(id_, "proposal")).ok()) {
    reaction.possible = false;
  }
}

void Node::Read(uint64_t number, Reaction& reaction) {
  reaction.possible = raft_->ReadIndex(ReadId(number)).ok();
}

void Node::Transfer(uint64_t target, Reaction& reaction) {
  reaction.possible = raft_->TransferLeadership(NodeId(target)).ok();
}

void Node::Change(const std::string& change, Reaction& reaction) {
  const std::optional<Configuration> next = After(raft_->configuration(), change);
  const EntryFactory make = [&](Index, Term) { return MakeData(ConfigurationText(*next, id_)); };
  reaction.possible = next && raft_->ProposeConfiguration(make, *next).ok();
}

// What a driver does after an input, applying entries at once.
void Node::Settle(Reaction& reaction) {
  while (reaction.violation.empty() && raft_->HasEffects()) {
    absl::StatusOr<Effects> effects = raft_->TakeEffects();
    if (!effects.ok()) {
      return Violate(reaction,
                     fmt::format("node {} stops: {}", id_, std::string(effects.status().message())));
    }
    for (const Message& message : effects->messages_now) Say(message, reaction);
    auto keep = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
    keep(reaction.reads, effects->reads);
    keep(reaction.proposals, effects->proposals);
    keep(reaction.transfers, effects->transfers);
    if (effects->token != PersistToken()) {
      writes_.push_back({effects->token, effects->hard_state, std::move(effects->append),
                         std::move(effects->messages_after_persist)});
    }
    if (effects->applicable > raft_->applied()) {
      if (absl::Status status = raft_->Applied(effects->applicable); !status.ok()) {
        Violate(reaction, fmt::format("node {} cannot apply: {}", id_, std::string(status.message())));
      }
      disk_applied_ = effects->applicable;
    }
    while (!world_->slow_disk && !writes_.empty()) Persist(reaction);
  }
}

void Node::Persist(Reaction& reaction) {
  const Write write = std::move(writes_.front());
  writes_.pop_front();
  if (write.hard_state) {
    Invariants invariants{Configuration()};
    invariants.OnDurable(id_, disk_hard_state_, *write.hard_state);
    if (!invariants.violation().empty()) Violate(reaction, invariants.violation());
    disk_hard_state_ = *write.hard_state;
  }
  for (const Entry& entry : write.append) {
    if (disk_.TermOrNone(entry.index).value_or(entry.term) != entry.term)
      reaction.coverage.Add(Rule::kDurableCut);
    if (raft_->TermAt(entry.index) != entry.term) reaction.coverage.Add(Rule::kLateWrite);
  }
  disk_.Write(write.append);
  for (const Message& message : write.messages) Say(message, reaction);
  if (absl::Status status = raft_->Persisted(write.token); !status.ok()) {
    Violate(reaction, fmt::format("node {} refuses a completion: {}", id_, std::string(status.message())));
  }
}

void Node::Say(const Message& message, Reaction& reaction) {
  Invariants invariants{Configuration()};
  invariants.OnSend({id_, raft_.get(), &disk_, &disk_hard_state_}, message);
  if (!invariants.violation().empty()) Violate(reaction, invariants.violation());
  const bool pre_vote = std::holds_alternative<PreVoteRequest>(message.body);
  if (pre_vote && !world_->real_pre_vote) return;
  reaction.said.push_back(message);
}

// What one node must never do, whatever it hears; and what it did.
void Node::Check(const Input& input, const Before& before, Reaction& reaction) const {
  const HardState& now = raft_->hard_state();
  const std::vector<Entry> log = Log();
  if (!IsUntaken()) {
    const bool same = log.size() == raft_->last().index.value() &&
                      std::all_of(log.begin(), log.end(), [&](const Entry& entry) {
                        return raft_->TermAt(entry.index) == entry.term;
                      });
    if (!same) Violate(reaction, fmt::format("I-06: the writes of node {} do not make its log", id_));
    CheckMembers(input, before, log, reaction);
  }
  if (raft_->applied() > raft_->commit()) {
    Violate(reaction, fmt::format("I-05: node {} applied past its commit", id_));
  }
  if (input.kind == Kind::kCrash) return;

  const HardState& then = before.hard_state;
  if (now.term < then.term) Violate(reaction, fmt::format("I-05: the term of node {} fell", id_));
  if (now.term == then.term && then.vote && now.vote != then.vote) {
    Violate(reaction, fmt::format("I-05: node {} took its vote of term {} back", id_, now.term));
  }
  if (raft_->commit() < before.commit || raft_->applied() < before.applied) {
    Violate(reaction, fmt::format("I-05: node {} took back what it had committed or applied", id_));
  }
  if (before.role == Role::kLeader && raft_->role() == Role::kLeader && now.term == then.term) {
    for (const Raft::PeerProgress& peer : raft_->Peers()) {
      for (const Raft::PeerProgress& was : before.peers) {
        if (peer.node == was.node && peer.match < was.match) {
          Violate(reaction, fmt::format("I-08: match of node {} at leader {} fell", peer.node, id_));
        }
      }
    }
    if (CommonPrefix(log, before.log) < before.log.size()) {
      Violate(reaction, fmt::format("I-02: leader {} cut its own log", id_));
    }
  }
  Cover(input, before, log, reaction);
}

// I-11.
void Node::CheckMembers(const Input& input, const Before& before, const std::vector<Entry>& log,
                        Reaction& reaction) const {
  Configuration newest = Genesis(*world_);
  Index newest_index, previous_index;
  for (const Entry& entry : log) {
    if (entry.kind != EntryKind::kConfiguration) continue;
    const Configuration next = *ReadConfigurationData(*entry.data);
    if (Configuration::VoterDifference(newest, next) > 1) {
      Violate(reaction, fmt::format("I-11: entry {} changes more than one voter", entry.index));
    }
    newest = next;
    previous_index = std::exchange(newest_index, entry.index);
  }
  if (raft_->configuration() != newest) {
    Violate(reaction, fmt::format("I-11: node {} goes by other members than its log says", id_));
  }
  if (input.kind != Kind::kChange || newest_index <= before.last.index) return;
  if (previous_index > before.commit) {
    Violate(reaction, fmt::format("I-11: node {} changes members over an uncommitted change", id_));
  }
  if (raft_->TermAt(before.commit) != raft_->term()) {
    Violate(reaction, fmt::format("I-11: node {} changes members before a commit of its term", id_));
  }
}

void Node::Cover(const Input& input, const Before& before, const std::vector<Entry>& log,
                 Reaction& reaction) const {
  const HardState& now = raft_->hard_state();
  Coverage& did = reaction.coverage;
  const Role role = raft_->role();
  const bool term_grew = now.term > before.hard_state.term;
  const Message* message = input.kind == Kind::kDeliver ? input.message : nullptr;
  if (role == Role::kLeader && before.role != Role::kLeader) did.Add(Rule::kElected);
  if (role != Role::kLeader && before.role == Role::kLeader) {
    did.Add(term_grew ? Rule::kDeposed : Rule::kLeftByItself);
  }
  if (role == Role::kFollower && !term_grew && raft_->leader() &&
      (before.role == Role::kCandidate || before.role == Role::kPreCandidate)) {
    did.Add(Rule::kCandidateGaveUp);
  }
  if (message != nullptr && term_grew && now.vote != id_) did.Add(Rule::kTermLearned);
  for (const Message& said : reaction.said) CoverWords(message, said, did);
  const size_t common = CommonPrefix(log, before.log);
  if (common < before.log.size()) {
    did.Add(Rule::kCut);
    const bool members =
        std::any_of(before.log.begin() + static_cast<ptrdiff_t>(common), before.log.end(),
                    [](const Entry& entry) { return entry.kind == EntryKind::kConfiguration; });
    if (members) did.Add(Rule::kChangeCut);
  }
  if (const auto* request = message ? std::get_if<AppendRequest>(&message->body) : nullptr) {
    if (common < log.size()) {
      did.Add(Rule::kAppendAccepted);
    } else if (!request->entries.empty() &&
               raft_->TermAt(request->entries.back().index) == request->entries.back().term) {
      did.Add(Rule::kAppendKnown);
    }
  }
  for (Index i = Next(before.commit); i <= raft_->commit(); i = Next(i)) {
    did.Add(role == Role::kLeader ? Rule::kCommitLed : Rule::kCommitFollowed);
    if (role == Role::kLeader && *raft_->TermAt(i) < now.term) did.Add(Rule::kCommitOlderTerm);
    if (log.size() >= i.value() && log[i.value() - 1].kind == EntryKind::kConfiguration)
      did.Add(Rule::kChangeCommitted);
  }
  for (const ReadState& read : reaction.reads)
    did.Add(read.confirmed ? Rule::kReadConfirmed : Rule::kReadFailed);
  for (const ProposalOutcome& proposal : reaction.proposals) {
    did.Add(proposal.outcome == Outcome::kCommitted ? Rule::kProposalCommitted
            : proposal.outcome == Outcome::kDropped ? Rule::kProposalDropped
                                                    : Rule::kProposalUnknown);
  }
  for (const TransferOutcome& transfer : reaction.transfers) {
    did.Add(transfer.done ? Rule::kTransferDone : Rule::kTransferGivenUp);
  }
}

std::string Node::Fingerprint() const {
  std::string out = consensus::Fingerprint::Of(*raft_);
  auto put = [&out](uint64_t n) { out.append(reinterpret_cast<const char*>(&n), sizeof n); };
  auto put_entries = [&](const std::vector<Entry>& entries) {
    put(entries.size());
    for (const Entry& entry : entries) out += consensus::Fingerprint::Of(entry);
  };
  auto put_hard_state = [&](const HardState& state) {
    put(state.term.value());
    put(state.vote.value_or(NodeId(0)).value());
  };
  put(id_.value());
  put(life_);
  put(untaken_);
  put(world_->keeps_applied ? disk_applied_.value() : 0);
  put_hard_state(disk_hard_state_);
  put_entries(disk_.entries());
  for (const Write& write : writes_) {
    put(write.hard_state.has_value());
    if (write.hard_state) put_hard_state(*write.hard_state);
    put_entries(write.append);
    put(write.messages.size());
    for (const Message& message : write.messages) out += consensus::Fingerprint::Of(message);
  }
  return out;
}

}  // namespace symbolon::consensus::exploration
