#include "tests/simulation/checker.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "base/text_encoding.h"
#include "node/membership_view.h"
#include "storage/durable_mark.h"
#include "tests/simulation/simulated_node.h"

namespace symbolon::simulation {

using consensus::Index;
using consensus::NodeId;
using consensus::Standing;
using consensus::Term;

Checker::Checker(World* world, const Founders* founders, consensus::Configuration configuration)
    : world_(world),
      founders_(founders),
      chance_(world->Chance("checker")),
      genesis_(std::move(configuration)),
      invariants_(genesis_,
                  [founders](const consensus::EntryData& data) {
                    return node::ReadConfiguration(data, founders->network());
                  }),
      trust_(founders->trust()),
      seen_(founders->nodes()) {
  for (uint64_t i = 1; i <= seen_.size(); ++i) {
    views_.push_back({NodeId(i), nullptr, &seen(i).durable, &seen(i).hard_state});
  }
}

void Checker::PassOn() {
  if (!invariants_.violation().empty()) world_->Violate(invariants_.violation());
}

// By log matching (I-02) a log that ends as it did before is what it was before.
bool Checker::LooksUnchanged(const Seen& seen) const {
  const storage::RaftLog& log = seen.parts->raft_log();
  const Index last = log.LastIndex();
  if (last != seen.durable.LastIndex() || log.hard_state() != seen.hard_state) return false;
  return last == Index(0) || *log.TermAt(last) == *seen.durable.TermOrNone(last);
}

// What the node's log says is durable; a restart shows whether that was true (CheckRestart).
void Checker::ReadDurable(uint64_t node) {
  Seen& s = seen(node);
  if (LooksUnchanged(s)) return;
  const storage::RaftLog& log = s.parts->raft_log();
  const consensus::HardState before = s.hard_state;
  s.hard_state = log.hard_state();
  invariants_.OnDurable(NodeId(node), before, s.hard_state);
  const Index last = log.LastIndex();
  Index same = std::min(last, s.durable.LastIndex());
  while (same > Index(0) && s.durable.TermOrNone(same) != *log.TermAt(same)) same = consensus::Before(same);
  if (same < s.durable.LastIndex()) {
    world_->Count("durable entries cut");
    s.durable.mutable_entries().resize(same.value());
  }
  const Index from = consensus::Next(same);
  while (same < last) {
    const std::vector<consensus::Entry> entries = ReadEntries(s, consensus::Next(same), last);
    if (entries.empty()) {
      return world_->Violate(
          fmt::format("the checker cannot read entry {} of node {}", consensus::Next(same), node));
    }
    s.durable.Write(entries);
    for (const consensus::Entry& entry : entries) s.held.emplace(entry.index, entry.term);
    same = entries.back().index;
  }
  CheckChangesOfMembers(node, from);
}

// The newest configuration that stands in the log before an index.
absl::StatusOr<consensus::Configuration> Checker::NewestConfiguration(const consensus::MemoryLog& log,
                                                                      Index before) const {
  for (uint64_t i = before.value() - 1; i > 0; --i) {
    const consensus::Entry& entry = log.entries()[i - 1];
    if (entry.kind == consensus::EntryKind::kConfiguration) {
      return node::ReadConfiguration(*entry.data, founders_->network());
    }
  }
  return genesis_;
}

// I-11: neighbouring configurations in a log differ by at most one voter.
void Checker::CheckChangesOfMembers(uint64_t node, Index from) {
  const consensus::MemoryLog& log = seen(node).durable;
  for (Index i = from; i <= log.LastIndex(); i = consensus::Next(i)) {
    const consensus::Entry& entry = log.entries()[i.value() - 1];
    if (entry.kind != consensus::EntryKind::kConfiguration) continue;
    const auto before = NewestConfiguration(log, i);
    const auto after = node::ReadConfiguration(*entry.data, founders_->network());
    if (!before.ok() || !after.ok() || consensus::Configuration::VoterDifference(*before, *after) > 1) {
      world_->Violate(
          fmt::format("I-11: entry {} in the log of node {} changes more than one voter", i, node));
    }
  }
}

// I-11: a leader changes members only over a change that is committed, and after a commit of its term.
void Checker::CheckMembers(uint64_t node) {
  Seen& s = seen(node);
  const consensus::Raft& raft = s.parts->raft();
  const Index before = s.configuration_index, now = raft.configuration_index();
  s.configuration_index = now;
  if (now == before) return;
  if (now < before) return world_->Count("changes of members cut");
  if (raft.role() != consensus::Role::kLeader || raft.TermAt(now) != raft.term()) return;
  world_->Count("changes of members begun");
  if (before > raft.commit() || raft.TermAt(raft.commit()) != raft.term()) {
    world_->Violate(
        fmt::format("I-11: node {} changes members at {} over the change at {}, with {} committed", node, now,
                    before, raft.commit()));
  }
}

std::vector<consensus::Configuration> Checker::Configurations() const {
  std::vector<consensus::Configuration> out;
  for (const Seen& s : seen_) {
    if (s.durable.LastIndex() == Index(0)) continue;
    const auto durable = NewestConfiguration(s.durable, consensus::Next(s.durable.LastIndex()));
    if (durable.ok()) out.push_back(*durable);
    if (s.parts != nullptr) out.push_back(s.parts->raft().configuration());
  }
  if (out.empty()) out.push_back(genesis_);
  return out;
}

// From the node's own disk, unless it is damaged there: then as they were sent.
std::vector<consensus::Entry> Checker::ReadEntries(const Seen& s, Index first, Index last) const {
  const storage::RaftLog& log = s.parts->raft_log();
  const bool fails = s.disk->reads_fail();
  s.disk->FailReads(false);
  auto entries = log.Read(first, last, size_t{1} << 20);
  s.disk->FailReads(fails);
  if (entries.ok()) return *std::move(entries);
  std::vector<consensus::Entry> out;
  for (Index i = first; i <= last; i = consensus::Next(i)) {
    const auto found = sent_.find({i, *log.TermAt(i)});
    if (found == sent_.end()) break;
    out.push_back(found->second);
  }
  return out;
}

void Checker::OnStart(uint64_t node, const node::NodeParts& parts) {
  Seen& s = seen(node);
  s.parts = &parts;
  s.checkpoint = nullptr;
  s.role = consensus::Role::kFollower;
  s.configuration_index = parts.raft().configuration_index();
  views_[node - 1].raft = &parts.raft();
  CheckStanding(node);
  CheckRestart(node);
  if (s.standing == Standing::kObserver) s.hard_state = parts.raft_log().hard_state();  // it may go back
  ReadDurable(node);
  if (s.disk->IsWhole(SimulatedNode::Database())) s.harmed = false;
  invariants_.OnRestart(views_[node - 1]);
  s.applied = std::min(s.applied, parts.ledger().applied_index());  // it may have lost what is derived
  CheckApplied(node);
  if (s.standing != Standing::kObserver && parts.ledger().last_signed().size < s.signed_size) {
    world_->Violate(fmt::format("I-09: node {} has signed a tree of size {} and remembers only {}", node,
                                s.signed_size, parts.ledger().last_signed().size));
  }
  PassOn();
}

// What a node is at its start follows from what it was and what was done to its disk.
void Checker::CheckStanding(uint64_t node) {
  Seen& s = seen(node);
  const Standing before = s.standing;
  s.standing = s.parts->raft().standing();
  const auto mark = storage::DurableMark::Read(*s.disk, SimulatedNode::Folder() + "/MARK");
  if (!mark.ok()) return world_->Violate("the checker cannot read a mark: " + mark.status().ToString());
  s.promised = {Index(mark->last_index), Term(mark->last_index_term)};
  if (s.promises_lost != (s.standing == Standing::kObserver)) {
    return world_->Violate(fmt::format("L9: node {} {} what it has promised, and comes back as {}", node,
                                       s.promises_lost ? "has lost" : "has", fmt::streamed(s.standing)));
  }
  if (s.standing == Standing::kMember) return;
  world_->Count(s.standing == Standing::kRecovering ? "starts of a recovering node"
                                                    : "starts of an observer");
  if (!s.harmed && before != s.standing) {
    return world_->Violate(
        fmt::format("L14: nothing was done to the disk of node {}, and it comes back as {}", node,
                    fmt::streamed(s.standing)));
  }
  if (s.harmed) {
    s.lost = s.durable;
    views_[node - 1].lost = &*s.lost;
    views_[node - 1].observer = s.standing == Standing::kObserver;
    invariants_.OnDamage(NodeId(node));
  }
}

// What was called durable is there again, and nothing else, but for a write that was cut short, and for what
// the disk has lost: then a recovering node's log is an earlier one, and an observer's may be any that there
// was.
void Checker::CheckRestart(uint64_t node) {
  const Seen& s = seen(node);
  if (s.harmed && s.standing == Standing::kObserver) return;
  const consensus::HardState now = s.parts->raft_log().hard_state();
  const bool same_promises = now == s.hard_state;
  const bool later_promises =
      now.term > s.hard_state.term || (now.term == s.hard_state.term && !s.hard_state.vote);
  if (!same_promises && !(s.write_under_way && later_promises)) {
    return world_->Violate(
        fmt::format("I-05: node {} comes back in term {} with another vote, or from term {}", node, now.term,
                    s.hard_state.term));
  }
  s.harmed&& s.standing == Standing::kRecovering ? CheckEarlierLog(node) : CheckSameLog(node);
}

void Checker::CheckSameLog(uint64_t node) {
  const Seen& s = seen(node);
  const storage::RaftLog& log = s.parts->raft_log();
  const Index last = log.LastIndex();
  if (!s.write_under_way && last != s.durable.LastIndex()) {
    return world_->Violate(
        fmt::format("I-06: the durable log of node {} ended at {} and comes back ending at {}", node,
                    s.durable.LastIndex(), last));
  }
  for (Index i(1); i <= s.durable.LastIndex(); i = consensus::Next(i)) {
    const auto term = log.TermAt(i);
    // A write that was cut short may have cut the log, but never what is committed.
    if (s.write_under_way && !invariants_.IsCommitted({i, *s.durable.TermOrNone(i)})) break;
    if (!term.ok() || *term != *s.durable.TermOrNone(i)) {
      return world_->Violate(fmt::format("I-03: node {} comes back without entry {} of term {}", node, i,
                                         *s.durable.TermOrNone(i)));
    }
  }
}

// Also one that it had before its end was cut: with the record of a write its cut is lost, too.
void Checker::CheckEarlierLog(uint64_t node) {
  const Seen& s = seen(node);
  const storage::RaftLog& log = s.parts->raft_log();
  for (Index i(1); i <= log.LastIndex() && !s.write_under_way; i = consensus::Next(i)) {
    if (s.held.contains({i, *log.TermAt(i)})) continue;
    return world_->Violate(
        fmt::format("I-06: node {} comes back with entry {} of term {}, which was never durable there", node,
                    i, *log.TermAt(i)));
  }
  CheckPromises(node);
}

// L14: a recovering node votes with all that it had; a write that was cut short may have lowered the mark,
// but never below what is committed.
void Checker::CheckPromises(uint64_t node) {
  const Seen& s = seen(node);
  Index end = s.durable.LastIndex();
  const auto promised = [&](Index i) {
    return i == Index(0) || !s.write_under_way || invariants_.IsCommitted({i, *s.durable.TermOrNone(i)});
  };
  while (!promised(end)) end = consensus::Before(end);
  if (end == Index(0) || consensus::IsUpToDate(s.promised, {end, *s.durable.TermOrNone(end)})) return;
  world_->Violate(
      fmt::format("L14: node {} had entry {} of term {}, and promises no more than entry {} of term {}", node,
                  end, *s.durable.TermOrNone(end), s.promised.index, s.promised.term));
}

// It is a member again once its durable log ends at or past what it had promised; an observer never is.
void Checker::CheckRecovered(uint64_t node) {
  Seen& s = seen(node);
  const Standing now = s.parts->raft().standing();
  if (now == s.standing) return;
  const Index end = s.durable.LastIndex();
  const consensus::LogPosition last{end, end == Index(0) ? Term() : *s.durable.TermOrNone(end)};
  if (s.standing != Standing::kRecovering || now != Standing::kMember ||
      !consensus::IsUpToDate(last, s.promised)) {
    world_->Violate(
        fmt::format("L14: node {} was {} with a promise of entry {}, and is {} with a log up to {}", node,
                    fmt::streamed(s.standing), s.promised.index, fmt::streamed(now), end));
  }
  s.standing = now;
  world_->Count("recovering nodes that are members again");
}

// Who lacks what it promised does not campaign; recovering it votes with what it promised, as an observer
// never.
void Checker::CheckVotes(uint64_t node, const consensus::Message& message) {
  if (const auto* m = std::get_if<consensus::VoteRequest>(&message.body)) {
    claimed_.emplace(std::pair(message.from, message.term), m->last);
  }
  const Seen& s = seen(node);
  const Standing standing = s.parts->raft().standing();
  if (standing == Standing::kMember) return;
  const auto* reply = std::get_if<consensus::VoteReply>(&message.body);
  const auto* early = std::get_if<consensus::PreVoteReply>(&message.body);
  const bool grants = (reply && reply->granted) || (early && early->granted);
  if (std::holds_alternative<consensus::VoteRequest>(message.body) ||
      std::holds_alternative<consensus::PreVoteRequest>(message.body) ||
      (standing == Standing::kObserver && (grants || !message.observer))) {
    return world_->Violate(fmt::format("L14: node {} is {} and sends: {}", node, fmt::streamed(standing),
                                       consensus::Describe(message)));
  }
  if (reply == nullptr || !reply->granted) return;
  world_->Count("votes of recovering nodes");
  const auto claimed = claimed_.find({message.to, message.term});
  if (claimed == claimed_.end() || !consensus::IsUpToDate(claimed->second, s.promised)) {
    world_->Violate(fmt::format("L14: node {} has promised entry {} of term {} and grants: {}", node,
                                s.promised.index, s.promised.term, consensus::Describe(message)));
  }
}

void Checker::OnHarm(uint64_t node, bool promises) {
  seen(node).harmed = true;
  seen(node).promises_lost |= promises;
}

void Checker::OnEnd(uint64_t node, bool write_under_way) {
  Seen& s = seen(node);
  ReadDurable(node);
  s.parts = nullptr;
  s.write_under_way = write_under_way;
  views_[node - 1].raft = nullptr;
  invariants_.OnCrash(NodeId(node));
  PassOn();
}

void Checker::OnSend(uint64_t node, const consensus::Message& message) {
  if (const auto* append = std::get_if<consensus::AppendRequest>(&message.body)) {
    for (const consensus::Entry& entry : append->entries)
      sent_.emplace(std::pair(entry.index, entry.term), entry);
  }
  CountMessage(message);
  ReadDurable(node);
  CheckVotes(node, message);
  invariants_.OnSend(views_[node - 1], message);
  PassOn();
}

void Checker::AfterTurn(uint64_t node, const node::NodeParts&, node::WorkerKind kind) {
  switch (kind) {
    case node::WorkerKind::kLogWriter:
      ReadDurable(node);
      break;
    case node::WorkerKind::kConsensus:
      CountRole(node);
      CheckMembers(node);
      CheckRecovered(node);
      invariants_.OnStep(views_[node - 1], views_);
      break;
    case node::WorkerKind::kApply:
      CheckApplied(node);
      CheckCheckpoint(node);
      break;
    case node::WorkerKind::kAnswers:
    case node::WorkerKind::kHousekeeper:
      break;
  }
  PassOn();
}

void Checker::CountRole(uint64_t node) {
  Seen& s = seen(node);
  const consensus::Raft& raft = s.parts->raft();
  const bool led = s.role == consensus::Role::kLeader, leads = raft.role() == consensus::Role::kLeader;
  if (leads && !led) world_->Count("elections");
  if (led && !leads) {
    world_->Count(raft.term() == s.term ? "step-downs within a term" : "step-downs for a later term");
  }
  s.role = raft.role();
  s.term = raft.term();
}

void Checker::CountMessage(const consensus::Message& message) {
  using namespace consensus;  // NOLINT(google-build-using-namespace)
  if (auto* m = std::get_if<AppendReply>(&message.body); m && !m->accepted) world_->Count("appends refused");
  if (auto* m = std::get_if<AppendReply>(&message.body); m && m->partial)
    world_->Count("appends taken in part");
  if (auto* m = std::get_if<VoteReply>(&message.body); m && !m->granted) world_->Count("votes refused");
  if (auto* m = std::get_if<PreVoteReply>(&message.body); m && !m->granted)
    world_->Count("pre-votes refused");
  if (std::holds_alternative<TimeoutNow>(message.body)) world_->Count("transfers told");
  if (std::holds_alternative<ReadRequest>(message.body)) world_->Count("reads forwarded");
  if (auto* m = std::get_if<ReadReply>(&message.body); m && !m->confirmed)
    world_->Count("forwarded reads not confirmed");
  if (auto* m = std::get_if<AppendReply>(&message.body); m && m->full) world_->Count("appends without room");
  if (auto* m = std::get_if<AppendReply>(&message.body); m && m->recovering)
    world_->Count("appends of a leader to a recovering node");
  if (std::holds_alternative<Removed>(message.body)) world_->Count("removal notices");
  if (message.observer) world_->Count("messages of observers");
}

void Checker::CheckApplied(uint64_t node) {
  Seen& s = seen(node);
  const uint64_t applied = s.parts->ledger().applied_index();
  if (applied < s.applied) {
    world_->Violate(
        fmt::format("I-05: the applied index of node {} fell from {} to {}", node, s.applied, applied));
  }
  if (applied > committed()) {
    world_->Violate(
        fmt::format("I-03: node {} applied entry {}, {} are committed", node, applied, committed()));
  }
  if (applied > s.durable.LastIndex().value()) {
    return world_->Violate(fmt::format("I-06: node {} applied entry {}, its durable log ends at {}", node,
                                       applied, s.durable.LastIndex()));
  }
  if (applied == s.applied) return;
  for (uint64_t i = s.applied + 1; i <= applied; ++i) {
    invariants_.OnApply(NodeId(node), s.durable.entries()[i - 1]);
  }
  s.applied = applied;
  NoteRoot(node, applied, s.parts->ledger().applied_root());
  const node::ReadViewPtr view = s.parts->state().view();
  const std::vector<Bytes>& headers = view->membership->headers;
  for (size_t i = 0; i < headers.size(); ++i) {
    if (i == decided_.size()) {
      if (const absl::Status status = trust_.Follow(headers[i]); !status.ok()) {
        world_->Violate(
            fmt::format("node {} shows a decision that does not follow: {}", node, status.ToString()));
      }
      decided_.push_back(headers[i]);
    }
    if (headers[i] != decided_[i])
      world_->Violate(fmt::format("I-09: node {} has another history of members", node));
  }
}

void Checker::NoteRoot(uint64_t node, uint64_t size, const Digest& root) {
  const auto [at, fresh] = roots_.emplace(size, root);
  if (at->second != root) {
    world_->Violate(fmt::format("I-09: node {} has root {} for size {}, another node has {}", node,
                                ToHex(root), size, ToHex(at->second)));
  }
  if (fresh)
    world_->Mix(root[0] | uint64_t{root[1]} << 8 | uint64_t{root[2]} << 16 | uint64_t{root[3]} << 24);
}

void Checker::CheckCheckpoint(uint64_t node) {
  Seen& s = seen(node);
  const node::ReadViewPtr view = s.parts->state().view();
  const auto checkpoint = view->checkpoint;
  if (!checkpoint || checkpoint == s.checkpoint) return;
  s.checkpoint = checkpoint;
  world_->Count("checkpoints signed");
  if (s.standing == Standing::kObserver)
    world_->Violate(fmt::format("L9: node {} signs as an observer", node));
  if (checkpoint->size > s.applied) {
    world_->Violate(
        fmt::format("I-09: node {} signed size {}, applied {}", node, checkpoint->size, s.applied));
  }
  if (checkpoint->size < s.signed_size) {
    world_->Violate(
        fmt::format("I-09: node {} signed size {} after {}", node, checkpoint->size, s.signed_size));
  }
  s.signed_size = checkpoint->size;
  NoteRoot(node, checkpoint->size, checkpoint->root);
  // The signatures cost more than all the rest of a turn.
  if (!chance_.Chance(0.05)) return;
  const auto facts = trust_.VerifyCheckpoint(checkpoint->note);
  if (!facts.ok() || facts->size != checkpoint->size || facts->root != checkpoint->root) {
    world_->Violate(fmt::format("node {} shows a checkpoint that does not verify", node));
  }
}

std::optional<Digest> Checker::RootAt(uint64_t size) const {
  const auto found = roots_.find(size);
  if (found == roots_.end()) return std::nullopt;
  return found->second;
}

void Checker::AtEnd(const std::set<uint64_t>& whole) {
  std::vector<consensus::NodeView> views;
  for (const uint64_t node : whole) views.push_back(views_[node - 1]);
  invariants_.AtEnd(views);
  PassOn();
}

}  // namespace symbolon::simulation
