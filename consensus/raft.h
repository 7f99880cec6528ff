#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "consensus/configuration.h"
#include "consensus/effects.h"
#include "consensus/errors.h"
#include "consensus/log.h"
#include "consensus/log_view.h"
#include "consensus/message.h"
#include "consensus/options.h"
#include "consensus/persistence.h"
#include "consensus/proposals.h"
#include "consensus/read_index.h"
#include "consensus/role.h"
#include "consensus/types.h"

namespace symbolon::consensus {

// Raft (Ongaro and Ousterhout 2014; Ongaro's thesis 2014) as a state machine. Inputs are ticks, messages,
// proposals and completions; outputs are Effects. No I/O but the LogView given, no thread, no clock, no
// randomness but the function given: the same inputs give the same outputs.
//
// A driver's loop:
//
//     feed inputs (Step, Tick, Propose, ...); while (raft->HasEffects()) { carry out *raft->TakeEffects(); }
//
// Not thread-safe: one thread (or strand) owns it.
//
// Errors: InvalidArgument from Step means that the message was refused: log, vote and commit index are as
// before (its term may have been adopted, if that was not what was wrong with it). Any error of TakeEffects
// is final (a log that cannot be read, lost durable data, contradiction with the committed log): the instance
// takes no more part, every call returns the same error, and the process should stop with it.
//
// Where to read what: election.cc (paper 5.2, 5.4.1; thesis 6.2, 9.6), replication.cc (leader: 5.3, 5.4.2;
// thesis 10.2), follower.cc (5.3), membership.cc (thesis 4), reads.cc (thesis 6.4), transfer.cc
// (thesis 3.10), recovery.cc (what a node is worth that lost data), raft.cc (the rest).
//
// The inputs are virtual for one reason: trace.cc writes down each of them, whoever drives.
class Raft {
 public:
  // `log` is what the process found persisted, `hard_state` likewise (default-constructed on the first
  // start). Both are of one past: a log whose last term is above hard_state.term has lost its promises, and
  // is refused, but from an observer. `log` must outlive the instance.
  static absl::StatusOr<std::unique_ptr<Raft>> Create(Options options, HardState hard_state,
                                                      const LogView* log);

  virtual ~Raft() = default;

  // A copy that goes its own way, for exploring what could happen next. `log` stands in for the original's:
  // it must read the same now, and outlive the copy. Options::random is copied as it is; nothing is traced.
  std::unique_ptr<Raft> Clone(const LogView* log) const;

  // One unit of time has passed. After a pause, deliver waiting messages first and tick once: ticks are not
  // owed.
  virtual void Tick();

  // A message from an authenticated member of the same network.
  virtual absl::Status Step(Message message);

  // Appends an entry whose bytes `make` gives for the position that it gets. OK: the position, and exactly
  // one ProposalOutcome later. Errors (errors.h): not leader, transferring, busy; then nothing was appended
  // and `make` not called. Entries proposed between two TakeEffects travel together.
  virtual absl::StatusOr<LogPosition> Propose(const EntryFactory& make);

  // Changes the members (thesis 4.1), by an entry whose bytes `make` gives and Options::read_configuration
  // reads as `next`. In force from now on; one ProposalOutcome later, as for Propose. Refused, with the
  // reason and what to do: while an earlier change is not committed, or nothing of this leader's term
  // (Unavailable); more than one voter changed (InvalidArgument); a new voter that is not a learner,
  // reachable and caught up, or voters that would remain and of whom no majority answers, unless `forced`
  // (FailedPrecondition). Equal to what is in force: an entry like any other.
  virtual absl::StatusOr<LogPosition> ProposeConfiguration(const EntryFactory& make,
                                                           const Configuration& next, bool forced = false);

  // Begins a linearizable read. OK: exactly one ReadState later. FailedPrecondition at once when no leader is
  // known. A retry needs another id.
  virtual absl::Status ReadIndex(ReadId id);

  // While its disk is full a node takes no proposals, as leader or from one, and campaigns late. All else
  // goes on: term, vote, no-ops and configurations fit in the reserve that the driver keeps.
  virtual void SetDiskFull(bool full) { disk_full_ = full; }

  // Hands leadership to `target`, a voter (thesis 3.10). OK: exactly one TransferOutcome later, within about
  // one election timeout; meanwhile proposals are refused.
  virtual absl::Status TransferLeadership(NodeId target);

  // Is there anything for the driver to do?
  bool HasEffects() const;
  virtual absl::StatusOr<Effects> TakeEffects();

  // The batch of `token` and all before it are durable.
  virtual absl::Status Persisted(PersistToken token);

  // The state machine has applied everything up to `index`, which must not be past commit() nor fall.
  virtual absl::Status Applied(Index index);

  // --- what is so now ---

  NodeId id() const { return options_.id; }
  Role role() const { return static_cast<Role>(role_.index()); }
  Term term() const { return hard_state_.term; }
  const HardState& hard_state() const { return hard_state_; }
  // The leader of the current term, when known; this node when it leads.
  std::optional<NodeId> leader() const;
  Index commit() const { return commit_; }
  Index applied() const { return applied_; }
  LogPosition last() const { return log_.last(); }
  Index durable() const { return log_.durable(); }
  // The term of the entry at `index`, whether durable yet or not; nullopt past the end.
  std::optional<Term> TermAt(Index index) const { return log_.TermAt(index); }
  // The members in force, and the entry that says so (0: genesis); committed once commit() has reached it.
  const Configuration& configuration() const { return configurations_.newest(); }
  Index configuration_index() const { return configurations_.newest_index(); }
  // Turns from recovering to member when the log is whole again; never else.
  Standing standing() const { return standing_; }
  // While recovering: how far its log went when it last acknowledged anything. Else (0, 0).
  LogPosition promised() const { return promised_; }
  // Ticks since the election timer was last set to zero; not counted while it leads.
  uint64_t election_elapsed() const { return election_elapsed_; }
  // The committed configuration entry that removed this node, as far as it knows.
  std::optional<LogPosition> removed() const { return removed_; }

  // Leads, and has applied its own no-op: its state machine now reflects everything ever committed. Work that
  // only a leader does starts here, not at the election.
  bool IsReadyLeader() const;

  // Entries for the state machine or for a stream to a new node: first..last, bounded by `max_bytes`, at
  // least one. Requires 1 <= first <= last <= durable().
  absl::StatusOr<std::vector<Entry>> Entries(Index first, Index last, size_t max_bytes) const;

  // How far each other member is; empty unless leader.
  struct PeerProgress {
    NodeId node;
    Index match;
    Index next;
    Progress::State state = Progress::State::kProbe;
    bool active = false;     // heard from within the last election timeout
    bool caught_up = false;  // of a learner: it may be promoted (thesis 4.2.1)
    bool observer = false;   // has lost its promises: counts in no majority
    bool full = false;       // its disk takes no more entries
    bool removed = false;    // no member any more, on its way out
  };
  std::vector<PeerProgress> Peers() const;

  // What is held in memory on behalf of others, in bytes: entries, messages not yet taken, callers waiting.
  // Bounded by the limits in Options: docs/consensus.md.
  size_t MemoryBytes() const;

  // OK, or the final error.
  const absl::Status& failure() const { return failure_; }

 protected:
  Raft(Raft&&) = default;
  const Log& log() const { return log_; }

 private:
  friend class Fingerprint;

  // How durable must this node's state be before a message may leave?
  enum class Needs {
    kNothing,     // it claims nothing
    kTerm,        // it shows the term, or the vote
    kEverything,  // it claims entries
  };

  Raft(Options options, HardState hard_state, Log log, ConfigurationHistory configurations);
  Raft(const Raft&) = default;

  // raft.cc
  absl::Status Fail(absl::Status status);  // records the final error and returns it
  void Send(NodeId to, Term term, MessageBody body, Needs needs);
  void Send(NodeId to, MessageBody body, Needs needs = Needs::kTerm) {
    Send(to, term(), std::move(body), needs);
  }
  bool HardStateIsDurable() const;
  bool IsMember(NodeId node) const { return configuration().IsMember(node); }
  Leader* AsLeader() { return std::get_if<Leader>(&role_); }
  RoleChange CurrentRole() const { return {role(), term(), leader()}; }
  Index applicable() const { return std::min(commit_, log_.durable()); }
  absl::Status Dispatch(Message& message);
  void AnswerOldTerm(const Message& message);
  void AdvanceCommit(Index index);

  // election.cc
  void ResetElectionTimer();
  uint64_t ElectionDelay() const;
  void TickElection();
  bool MayCampaign() const;
  bool HearsLeader() const;
  void AdoptTerm(Term term);
  void BecomeFollower(std::optional<NodeId> leader);
  void StartPreVote();
  void StartElection(bool transfer);
  void MaybeWin();
  void BecomeLeader();
  void LeaveLeadership();
  void WithdrawVoteRequests();
  void ToEachOtherVoter(Term term, const MessageBody& body);
  void OnPreVoteRequest(NodeId from, Term proposed, const PreVoteRequest& request);
  void OnPreVoteReply(NodeId from, Term term, const PreVoteReply& reply);
  void OnVoteRequest(NodeId from, Term term, const VoteRequest& request);
  void OnVoteReply(NodeId from, const VoteReply& reply);

  // follower.cc
  absl::Status FollowLeader(NodeId from);
  absl::Status CheckMatch(Index match);
  absl::Status OnAppend(NodeId from, AppendRequest request);
  absl::StatusOr<Index> AcceptEntries(LogPosition prev, std::vector<Entry> entries);
  absl::StatusOr<size_t> CountKnown(const std::vector<Entry>& entries) const;
  absl::Status OnHeartbeat(NodeId from, const Heartbeat& heartbeat);

  // replication.cc
  absl::Status AppendOwn(EntryKind kind, const EntryFactory& make);
  void TickLeader();
  bool IsPaced(NodeId node) const;
  void SendHeartbeats();
  absl::Status Speak();
  absl::Status ReplicateTo(NodeId node, Progress& progress);
  absl::Status SendAppend(NodeId node, Progress& progress, Index last);
  void MaybeCommit();
  void HeardFrom(Progress& progress, uint64_t round);
  absl::Status OnAppendReply(NodeId from, const AppendReply& reply);
  absl::Status OnHeartbeatReply(NodeId from, const HeartbeatReply& reply);

  // membership.cc
  static absl::StatusOr<ConfigurationHistory> LoadConfigurations(const Options& options, const LogView& view,
                                                                 const Log& log);
  absl::Status CheckConfigurations(const AppendRequest& request) const;
  absl::Status CheckChanges(const AppendRequest& request) const;
  absl::Status AppendToLog(Entry entry);
  absl::Status CheckMoment() const;
  absl::Status CheckProposedSet(const Configuration& next) const;
  absl::Status CheckPromotion(NodeId node) const;
  absl::Status CheckRemoval(const Configuration& next) const;
  bool IsActive(const Progress& progress) const;
  void ServeMembers(Index next);
  void DismissRemoved();
  void SendRemoved(NodeId node, Index index);
  std::optional<Index> RemovalOf(NodeId node) const;
  void NoteOwnRemoval();
  bool DismissedAsRemoved(NodeId from);
  void OnRemoved(NodeId from, const Removed& removed);
  void MaybeStepAside();

  // recovery.cc
  LogPosition PromisedLast() const;
  void MaybeRecovered();
  bool AskedToBeginAgain(NodeId leader, Index match, uint64_t round);
  absl::Status CheckIncarnation(const Message& message);
  void NoteStanding(Leader& leader, const Message& message, bool restarted);

  // reads.cc
  void RegisterRead(NodeId origin, uint64_t id);
  void BeginReadRound();
  void ConfirmReads();
  void AnswerRead(const RegisteredRead& read, bool confirmed);
  void OnReadRequest(NodeId from, const ReadRequest& request);
  void OnReadReply(NodeId from, const ReadReply& reply);

  // transfer.cc
  struct Transfer {
    NodeId target;
    Term term;  // in which it was asked for
    uint64_t ticks = 0;
    bool told = false;  // the target has been told to campaign
  };
  bool IsTransferring() const { return transfer_.has_value() && role() == Role::kLeader; }
  void TickTransfer();
  void TellTransferTarget();
  void EndTransfer(bool done);
  void NoteLeaderForTransfer(NodeId leader);
  void OnTimeoutNow(NodeId from);

  Options options_;
  HardState hard_state_;
  RoleState role_;
  Log log_;
  ConfigurationHistory configurations_;
  Index commit_;
  Index applied_;
  absl::Status failure_;

  Standing standing_;
  LogPosition promised_;                     // while recovering; else (0, 0)
  std::optional<LogPosition> removed_;       // by a committed entry, as the own log or another node says
  std::map<NodeId, uint64_t> incarnations_;  // the largest number of each sender
  bool disk_full_ = false;

  uint64_t ticks_ = 0;
  // Since a leader of this term was heard, or a vote granted, or a campaign begun.
  uint64_t election_elapsed_ = 0;
  uint64_t election_timeout_ = 0;  // drawn anew at each reset (Raft paper 5.2)

  WritesInFlight writes_;
  bool hard_state_dirty_ = false;
  LocalReads local_reads_;
  PendingProposals proposals_;
  std::optional<Transfer> transfer_;  // outlives the leadership: its caller is owed an answer

  // Gathered for the next TakeEffects.
  std::vector<Message> messages_now_;
  std::vector<Message> messages_after_persist_;
  std::vector<ProposalOutcome> proposal_outcomes_;
  std::vector<TransferOutcome> transfer_outcomes_;
  RoleChange told_role_;  // what the driver was told last
  std::optional<LogPosition> told_removed_;
  Index told_commit_;
  Index told_applicable_;
};

}  // namespace symbolon::consensus
