// Each class is taken apart into all of its members by name: a member that is added and forgotten here does
// not compile. What is derived from other members, or cannot change, is named and not written.

#include "consensus/fingerprint.h"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "consensus/raft.h"

namespace symbolon::consensus {

class Fingerprint::Writer {
 public:
  std::string Take() { return std::move(out_); }

  void Put(const Raft& raft) {
    const auto& [options, hard_state, role, log, configurations, commit, applied, failure, standing, promised,
                 removed, incarnations, disk_full, ticks, election_elapsed, election_timeout, writes,
                 hard_state_dirty, local_reads, proposals, transfer, messages_now, messages_after_persist,
                 proposal_outcomes, transfer_outcomes, told_role, told_removed, told_commit,
                 told_applicable] = raft;
    now_ = ticks;
    election_ticks_ = options.election_ticks;
    standing_ = standing;
    PutAll(hard_state, role, log, configurations, commit, applied, failure.ok(),
           static_cast<uint64_t>(standing), promised, removed, disk_full, election_elapsed, election_timeout,
           writes, hard_state_dirty, local_reads, proposals, transfer, messages_now, messages_after_persist,
           proposal_outcomes, transfer_outcomes, told_role, told_removed, told_commit, told_applicable);
    for (const auto& [node, incarnation] : incarnations) {
      if (incarnation > 0) PutAll(node, incarnation);  // 0 is as good as none
    }
  }

  void Put(const Message& message) {
    const auto& [from, to, term, body, incarnation, observer] = message;
    PutAll(from, to, term, body, incarnation, observer);
  }

  void Put(const Entry& entry) {
    const auto& [index, term, kind, data] = entry;
    PutAll(index, term, static_cast<uint64_t>(kind), data->header, data->body);
  }

 private:
  static constexpr uint64_t kFar = uint64_t{1} << 32;

  template <typename... T>
  void PutAll(const T&... values) {
    (Put(values), ...);
  }

  // Numbers in groups of seven bits, the smallest first.
  template <std::unsigned_integral T>
  void Put(T value) {
    uint64_t rest = value;
    for (; rest >= 0x80; rest >>= 7) out_.push_back(static_cast<char>(rest | 0x80));
    out_.push_back(static_cast<char>(rest));
  }
  template <typename Tag>
  void Put(Number<Tag> n) {
    Put(n.value());
  }
  void Put(const std::string& bytes) {
    Put(bytes.size());
    out_ += bytes;
  }
  template <typename T>
  void Put(const std::optional<T>& value) {
    Put(value.has_value());
    if (value) Put(*value);
  }
  template <typename A, typename B>
  void Put(const std::pair<A, B>& pair) {
    PutAll(pair.first, pair.second);
  }
  template <typename C>
  requires requires(const C& c) { c.begin(), c.size(); }
  void Put(const C& items) {
    Put(items.size());
    for (const auto& item : items) Put(item);
  }
  template <typename... T>
  void Put(const std::variant<T...>& value) {
    Put(value.index());
    std::visit([this](const auto& v) { Put(v); }, value);
  }
  void PutDeadline(uint64_t tick) { Put(std::min(tick - std::min(tick, now_), kFar)); }

  void Put(const LogPosition& position) { PutAll(position.index, position.term); }
  void Put(const HardState& state) { PutAll(state.term, state.vote); }
  void Put(const RoleChange& change) {
    PutAll(static_cast<uint64_t>(change.role), change.term, change.leader);
  }
  void Put(const ProposalOutcome& outcome) {
    PutAll(outcome.position, static_cast<uint64_t>(outcome.outcome));
  }
  void Put(const TransferOutcome& outcome) { PutAll(outcome.target, outcome.done); }
  void Put(const ReadState& read) { PutAll(read.id, read.confirmed, read.index); }

  // --- messages ---
  void Put(const PreVoteRequest& m) { Put(m.last); }
  void Put(const PreVoteReply& m) { Put(m.granted); }
  void Put(const VoteRequest& m) { PutAll(m.last, m.transfer); }
  void Put(const VoteReply& m) { Put(m.granted); }
  void Put(const AppendRequest& m) {
    const auto& [prev, entries, commit, round, match] = m;
    PutAll(prev, entries, commit, round, match);
  }
  void Put(const AppendReply& m) {
    const auto& [accepted, last, partial, prev, hint, round, recovering, full] = m;
    PutAll(accepted, last, partial, prev, hint, round, recovering, full);
  }
  void Put(const Heartbeat& m) {
    const auto& [commit, round, match] = m;
    PutAll(commit, round, match);
  }
  void Put(const HeartbeatReply& m) { Put(m.round); }
  void Put(const ReadRequest& m) { Put(m.id); }
  void Put(const ReadReply& m) { PutAll(m.id, m.confirmed, m.index); }
  void Put(const TimeoutNow&) {}
  void Put(const Removed& m) { Put(m.position); }

  // --- roles ---
  void Put(const Follower& role) {
    const auto& [leader, proved] = role;
    Put(leader);
    if (standing_ != Standing::kMember) Put(proved);  // not looked at otherwise
  }
  void Put(const PreCandidate& role) { Put(role.votes); }
  void Put(const Candidate& role) { Put(role.votes); }
  void Put(const Votes& votes) {
    const auto& [answers] = votes;
    Put(answers);
  }
  void Put(const Leader& role) {
    const auto& [term_start, since, progress, reads, ticks_since_heartbeat, speak, uncommitted,
                 uncommitted_bytes] = role;
    PutAll(term_start, progress, reads, ticks_since_heartbeat, speak, uncommitted);
    for (const auto& [node, peer] : progress) PutAge(peer.heard.value_or(since));
  }
  // Ages of answers and of rounds count up to an election timeout.
  void PutAge(uint64_t tick) { Put(std::min(now_ - tick, election_ticks_)); }
  void Put(const CatchUp& catch_up) {
    const auto& [quick, open, goal, began] = catch_up;
    PutAll(quick, open);
    if (!open) return;
    Put(goal);
    PutAge(began);
  }
  void Put(const Pace& pace) {
    const auto& [credit] = pace;
    Put(static_cast<uint64_t>(credit));
  }
  void Put(const Progress& progress) {
    const auto& [heard, sent_commit, confirmed_round, catch_up, pace, observer, removed_at, state, match,
                 next, probe_outstanding, full, was_waiting, match_then, stalled, window, window_bytes] =
        progress;
    PutAll(heard.has_value(), sent_commit, confirmed_round, catch_up, pace, observer, removed_at,
           static_cast<uint64_t>(state), match, next, probe_outstanding, full, was_waiting, stalled,
           window.size());
    if (was_waiting) Put(match_then);  // not looked at otherwise
    for (const auto& [last, bytes] : window) PutAll(last, bytes);
  }
  void Put(const RegisteredRead& read) { PutAll(read.origin, read.id, read.index); }
  void Put(const ReadRounds& rounds) {
    const auto& [round, gathering, under_way] = rounds;
    PutAll(round, gathering, under_way);
  }

  // --- the rest of a node ---
  void Put(const TermMap& terms) {
    const auto& [runs, last_index] = terms;
    PutAll(runs, last_index);
  }
  void Put(const Log& log) {
    const auto& [view, cache_bytes, terms, tail, tail_bytes, unpersisted_bytes, durable, handed] = log;
    PutAll(terms, tail, durable, handed);
  }
  void Put(const Configuration& configuration) {
    const auto& [voters, learners] = configuration;
    PutAll(voters, learners);
  }
  void Put(const ConfigurationHistory& history) {
    const auto& [items] = history;
    Put(items.size());
    for (const auto& [index, configuration] : items) PutAll(index, configuration);
  }
  // The age of a write counts up to the time after which a leader calls its disk hung.
  void Put(const WritesInFlight& writes) {
    const auto& [in_flight, last_issued] = writes;
    Put(in_flight.size());
    for (const auto& [token, last, hard_state, tick] : in_flight) {
      PutAll(last_issued.value() - token.value(), last, hard_state, std::min(now_ - tick, election_ticks_));
    }
  }
  void Put(const LocalReads& reads) {
    const auto& [unconfirmed, confirmed, ids, failed, next_id] = reads;
    PutAll(unconfirmed.size(), confirmed.size());
    for (const auto& [wire_id, read] : unconfirmed) {
      PutAll(wire_id, read.id);
      PutDeadline(read.deadline);
    }
    for (const auto& [index, read] : confirmed) {
      PutAll(index, read.id);
      PutDeadline(read.deadline);
    }
    PutAll(failed, next_id);
  }
  void Put(const PendingProposals& proposals) {
    const auto& [pending] = proposals;
    Put(pending.size());
    for (const auto& [position, deadline] : pending) {
      Put(position);
      PutDeadline(deadline);
    }
  }
  void Put(const Raft::Transfer& transfer) {
    const auto& [target, term, ticks, told] = transfer;
    PutAll(target, term, ticks, told);
  }

  std::string out_;
  uint64_t now_ = 0;
  uint64_t election_ticks_ = 0;
  Standing standing_ = Standing::kMember;
};

std::string Fingerprint::Of(const Raft& raft) {
  Writer writer;
  writer.Put(raft);
  return writer.Take();
}

std::string Fingerprint::Of(const Message& message) {
  Writer writer;
  writer.Put(message);
  return writer.Take();
}

std::string Fingerprint::Of(const Entry& entry) {
  Writer writer;
  writer.Put(entry);
  return writer.Take();
}

}  // namespace symbolon::consensus
