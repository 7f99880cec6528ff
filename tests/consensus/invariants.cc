#include "tests/consensus/invariants.h"

#include <fmt/format.h>

namespace symbolon::consensus {
namespace {

std::string Show(std::optional<Term> term) {
  return term ? fmt::format("{}", *term) : "none";
}

}  // namespace

void Invariants::OnRestart(const NodeView& node) {
  Watermarks& marks = marks_[node.id];
  // Term and vote survive; commit and applied index may start lower, match is gone.
  marks.members_at = node.raft->configuration_index();
  marks.members = node.raft->configuration();
  marks.commit = node.raft->commit();
  marks.applied = node.raft->applied();
  const bool observer = node.raft->standing() == Standing::kObserver;  // its log may show more than its term
  if (node.raft->term() < node.disk_hard_state->term ||
      (!observer && node.raft->term() != node.disk_hard_state->term))
    Violate(fmt::format("I-05: node {} lost its term", node.id));
  marks.term = node.raft->term();
  for (const Entry& entry : node.disk->entries())
    CheckEntry(entry, node.disk->TermOrNone(Before(entry.index)).value_or(Term()));
}

void Invariants::OnCrash(NodeId node) {
  owed_.erase(node);
}

void Invariants::OnDamage(NodeId node) {
  damaged_.insert(node);
}

void Invariants::OnEffects(const NodeView& node, const Effects& effects) {
  for (const Entry& entry : effects.append) {
    CheckEntry(entry, node.raft->TermAt(Before(entry.index)).value_or(Term()));
    if (entry.kind == EntryKind::kConfiguration) CheckChange(*node.raft, entry);
  }
  for (const ProposalOutcome& outcome : effects.proposals) CheckProposal(node.id, outcome);
  for (const ReadState& read : effects.reads) CheckRead(node, read);
  for (size_t i = 0; i < effects.transfers.size(); ++i) {
    if (owed_[node.id].transfers-- == 0)
      Violate(fmt::format("I-13: node {} answered a transfer twice", node.id));
  }
}

void Invariants::OnDurable(NodeId node, const HardState& before, const HardState& now) {
  if (now.term < before.term) Violate(fmt::format("I-05: the durable term of node {} fell", node));
  if (now.term == before.term && before.vote && now.vote != before.vote) {
    Violate(fmt::format("I-05: node {} took its vote of term {} back", node, now.term));
  }
}

void Invariants::CheckEntry(const Entry& entry, Term before) {
  const auto [it, fresh] =
      entries_.emplace(std::pair(entry.index, entry.term), Seen{entry.data, entry.kind, before});
  if (!fresh &&
      (*it->second.data != *entry.data || it->second.kind != entry.kind || it->second.before != before)) {
    Violate(fmt::format("I-02: two entries at index {} of term {} differ, or what is before them",
                        entry.index, entry.term));
  }
}

// I-11, from the entries that stand before this one in the same log.
void Invariants::CheckChange(const Raft& raft, const Entry& entry) {
  Index at = Before(entry.index);
  auto seen = [&] { return entries_.find({at, raft.TermAt(at).value_or(Term())}); };
  while (at > Index(0) && (seen() == entries_.end() || seen()->second.kind != EntryKind::kConfiguration))
    at = Before(at);
  const absl::StatusOr<Configuration> before = at == Index(0) ? genesis_ : read_(*seen()->second.data);
  const absl::StatusOr<Configuration> after = read_(*entry.data);
  if (!before.ok() || !after.ok() || Configuration::VoterDifference(*before, *after) > 1)
    Violate(fmt::format("I-11: entry {} of term {} changes more than one voter", entry.index, entry.term));
  if (raft.role() != Role::kLeader || entry.term != raft.term()) return;  // its leader's to answer for
  if (at > raft.commit())
    Violate(fmt::format("I-11: entry {} changes members over the uncommitted change at {}", entry.index, at));
  if (raft.TermAt(raft.commit()) != raft.term())
    Violate(fmt::format("I-11: entry {} changes members before a commit of its term", entry.index));
}

void Invariants::CheckCommit(const NodeView& node, const std::vector<NodeView>& nodes) {
  const Raft& raft = *node.raft;
  Watermarks& marks = marks_[node.id];
  if (raft.commit() < marks.commit) Violate(fmt::format("I-05: commit index of node {} fell", node.id));
  for (Index i = Next(marks.commit); i <= raft.commit(); i = Next(i)) {
    const Term term = raft.TermAt(i).value_or(Term());
    if (i.value() <= committed_.size()) {
      if (committed_[i.value() - 1].term != term) {
        Violate(fmt::format("I-03: entry {} was committed with term {}, node {} commits it with term {}", i,
                            committed_[i.value() - 1].term, node.id, term));
      }
      continue;
    }
    committed_.push_back({term, raft.term()});
    if (auto seen = entries_.find({i, term});
        seen != entries_.end() && seen->second.kind == EntryKind::kConfiguration)
      committed_members_ = {i, *read_(*seen->second.data)};
    if (dropped_.contains({i, term})) {
      Violate(fmt::format("I-13: entry {} of term {} was reported dropped and is committed", i, term));
    }
    // By the newest configuration in the log of who reports it, or the one before this step, in which the
    // commit may have let the next change begin. What a damaged disk once held still counts, what an observer
    // holds does not.
    const auto durable_on = [&](const Configuration& members) {
      size_t durable = 0;
      for (const NodeView& other : nodes) {
        if (!members.IsVoter(other.id)) continue;
        const bool had = other.lost ? other.lost->TermOrNone(i) == term : damaged_.contains(other.id);
        const bool has = !other.observer && other.disk->TermOrNone(i) == term;
        durable += had || has ? 1 : 0;
      }
      return durable;
    };
    const Configuration& members = raft.configuration();
    if (durable_on(members) < members.Majority() && durable_on(marks.members) < marks.members.Majority()) {
      Violate(fmt::format("I-07: node {} committed entry {} of term {}, which is durable on {} voters only",
                          node.id, i, term, durable_on(members)));
    }
  }
  marks.commit = raft.commit();
}

void Invariants::OnSend(const NodeView& sender, const Message& message) {
  const HardState& disk = *sender.disk_hard_state;
  const auto* pre_vote_reply = std::get_if<PreVoteReply>(&message.body);
  const bool proposes =
      std::holds_alternative<PreVoteRequest>(message.body) || (pre_vote_reply && pre_vote_reply->granted);
  if (!proposes && message.term > disk.term) {
    Violate(fmt::format("I-06: durable term is {}, yet sent: {}", disk.term, Describe(message)));
  }
  if (message.term != disk.term) return;  // a promise of an older term binds nobody any more
  auto vote_for = [&](NodeId node) {
    if (disk.vote != node) Violate(fmt::format("I-06: the vote is not durable: {}", Describe(message)));
  };
  if (const auto* m = std::get_if<VoteReply>(&message.body); m && m->granted) vote_for(message.to);
  if (const auto* m = std::get_if<VoteRequest>(&message.body)) {
    vote_for(message.from);
    // What a candidate says of its log binds it while it may still win. Once it follows the leader of its
    // term that leader may cut the log while the request waits for its sync. The request then is what one is
    // that the network delayed: nobody counts what it brings, as a node is a candidate once in a term, also
    // across restarts, and a vote spent on it cannot be missed, as the term has its leader.
    const bool candidate = sender.raft->role() == Role::kCandidate && sender.raft->term() == message.term;
    if (candidate && sender.disk->TermOrNone(m->last.index) != m->last.term) {
      Violate(fmt::format("I-06: the log claimed is not durable (it ends at {}, there with term {}): {}",
                          sender.disk->LastIndex(), Show(sender.disk->TermOrNone(m->last.index)),
                          Describe(message)));
    }
  }
  if (const auto* m = std::get_if<AppendReply>(&message.body);
      m && m->accepted && m->last > sender.disk->LastIndex()) {
    Violate(fmt::format("I-06: durable log ends at {}, yet sent: {}", sender.disk->LastIndex(),
                        Describe(message)));
  }
}

void Invariants::OnStep(const NodeView& node, const std::vector<NodeView>& nodes) {
  const Raft& raft = *node.raft;
  Watermarks& marks = marks_[node.id];
  if (raft.term() < marks.term) Violate(fmt::format("I-05: term of node {} fell", node.id));
  if (raft.applied() < marks.applied) Violate(fmt::format("I-05: applied index of node {} fell", node.id));
  if (raft.applied() > raft.commit())
    Violate(fmt::format("I-05: node {} applied past its commit index", node.id));
  marks.term = raft.term();
  marks.applied = raft.applied();
  CheckCommit(node, nodes);
  if (marks.members_at != raft.configuration_index()) {
    marks.members_at = raft.configuration_index();
    marks.members = raft.configuration();
  }
  if (raft.role() == Role::kLeader) CheckLeader(node, nodes);
}

void Invariants::CheckLeader(const NodeView& node, const std::vector<NodeView>& nodes) {
  const Raft& raft = *node.raft;
  const auto [it, fresh] = leaders_.emplace(raft.term(), node.id);
  if (it->second != node.id) {
    Violate(fmt::format("I-01: nodes {} and {} both lead term {}", it->second, node.id, raft.term()));
  }
  if (fresh) {
    for (size_t i = 0; i < committed_.size(); ++i) {
      if (committed_[i].reporter < raft.term() && raft.TermAt(Index(i + 1)) != committed_[i].term) {
        Violate(fmt::format("I-04: node {} leads term {} without the committed entry {}", node.id,
                            raft.term(), i + 1));
      }
    }
  }
  Watermarks& marks = marks_[node.id];
  if (marks.match_term != raft.term()) {
    marks.match.clear();
    marks.match_term = raft.term();
  }
  for (const Raft::PeerProgress& peer : raft.Peers()) {
    Index& match = marks.match[peer.node];
    if (peer.match < match && !damaged_.contains(peer.node))
      Violate(fmt::format("I-08: match of node {} at leader {} fell", peer.node, node.id));
    match = peer.match;
    const NodeView& follower = nodes[peer.node.value() - 1];
    if (follower.disk_hard_state->term != raft.term()) continue;
    if (follower.raft == nullptr || follower.raft->standing() != Standing::kMember) continue;
    if (follower.disk->TermOrNone(match) != raft.TermAt(match)) {
      Violate(fmt::format(
          "I-08: leader {} of term {} believes that node {} shares entry {} of term {}, it has {}", node.id,
          raft.term(), peer.node, match, Show(raft.TermAt(match)), Show(follower.disk->TermOrNone(match))));
    }
  }
}

void Invariants::OnApply(NodeId node, const Entry& entry) {
  const size_t i = entry.index.value() - 1;
  if (i > applied_.size())
    return Violate(fmt::format("I-09: node {} skipped to entry {}", node, entry.index));
  if (i == applied_.size()) applied_.push_back(entry.data);
  if (*applied_[i] != *entry.data)
    Violate(fmt::format("I-09: nodes applied different bytes at index {}", entry.index));
}

void Invariants::OnProposed(NodeId node, LogPosition position) {
  owed_[node].proposals.insert({position.index, position.term});
}

void Invariants::CheckProposal(NodeId node, const ProposalOutcome& outcome) {
  const LogPosition p = outcome.position;
  if (owed_[node].proposals.erase({p.index, p.term}) == 0)
    Violate(fmt::format("I-13: node {} answered a proposal twice, or one never made", node));
  const bool committed =
      p.index <= Index(committed_.size()) && committed_[p.index.value() - 1].term == p.term;
  if (outcome.outcome == Outcome::kCommitted && !committed) {
    Violate(fmt::format("I-13: node {} says that entry {} of term {} is committed; it is not", node, p.index,
                        p.term));
  }
  if (outcome.outcome == Outcome::kDropped) {
    dropped_.insert({p.index, p.term});
    if (committed) {
      Violate(fmt::format("I-13: node {} says that entry {} of term {} is dropped; it is committed", node,
                          p.index, p.term));
    }
  }
}

void Invariants::OnReadBegun(NodeId node, ReadId id) {
  owed_[node].reads.emplace(id, committed());
}

void Invariants::CheckRead(const NodeView& node, const ReadState& read) {
  const auto owed = owed_[node.id].reads.extract(read.id);
  if (owed.empty())
    return Violate(fmt::format("I-13: node {} answered a read twice, or one never made", node.id));
  if (read.confirmed && (read.index < owed.mapped() || read.index > node.raft->applied())) {
    Violate(fmt::format("I-10: node {} reads at {}, {} was committed when the read began, applied is {}",
                        node.id, read.index, owed.mapped(), node.raft->applied()));
  }
}

void Invariants::OnTransferBegun(NodeId node) {
  ++owed_[node].transfers;
}

void Invariants::AtEnd(const std::vector<NodeView>& nodes) {
  for (const auto& [node, owed] : owed_) {
    if (!owed.reads.empty() || !owed.proposals.empty() || owed.transfers != 0) {
      Violate(fmt::format("I-13: node {} owes answers: {} reads, {} proposals, {} transfers", node,
                          owed.reads.size(), owed.proposals.size(), owed.transfers));
    }
  }
  for (const NodeView& node : nodes) {
    for (size_t i = 0; i < committed_.size(); ++i) {
      if (node.disk->TermOrNone(Index(i + 1)) != committed_[i].term) {
        Violate(fmt::format("I-03: at the end node {} does not hold the committed entry {}", node.id, i + 1));
        return;
      }
    }
  }
}

}  // namespace symbolon::consensus
