// Changes of membership: thesis 4.1 (one server at a time), 4.2.1 (learners first), 4.2.2 (removing the
// leader), 4.2.3 (removed servers), with the correction to 4.1 that Ongaro sent to raft-dev in 2015. A
// configuration is in force as soon as it is in the log; it holds the whole set, never a difference.

#include <fmt/format.h>

#include "base/status_macros.h"
#include "consensus/raft.h"

namespace symbolon::consensus {
namespace {

absl::Status TooFarApart(Index index, const Configuration& before, const Configuration& after) {
  return absl::InvalidArgumentError(
      fmt::format("configuration entry {} changes more than one voter at once, from {} to {}", index,
                  before.ToString(), after.ToString()));
}

absl::StatusOr<Configuration> Read(const Options& options, const Entry& entry) {
  if (!options.read_configuration) {
    return absl::FailedPreconditionError(fmt::format(
        "entry {} is a configuration, and this node has no reader for such entries", entry.index));
  }
  absl::StatusOr<Configuration> configuration = options.read_configuration(*entry.data);
  absl::Status status = configuration.ok() ? configuration->Validate() : configuration.status();
  if (!status.ok()) return Annotate(status, fmt::format("configuration entry {}", entry.index));
  return configuration;
}

// Nodes that vote in `next` and not in `now`.
std::vector<NodeId> NewVoters(const Configuration& now, const Configuration& next) {
  std::vector<NodeId> out;
  for (NodeId voter : next.voters()) {
    if (!now.IsVoter(voter)) out.push_back(voter);
  }
  return out;
}

absl::Status TryAgain(std::string why) {
  return absl::UnavailableError(std::move(why) + "; try again");
}

}  // namespace

// At start: the configurations are what the log says, committed or not (thesis 4.1).
absl::StatusOr<ConfigurationHistory> Raft::LoadConfigurations(const Options& options, const LogView& view,
                                                              const Log& log) {
  ConfigurationHistory history(options.genesis);
  ASSIGN_OR_RETURN(const std::vector<Index> indexes, view.ConfigurationIndexes());
  for (Index index : indexes) {
    if (index <= history.newest_index() || index > log.last().index) {
      return absl::DataLossError(fmt::format(
          "the stored list of configuration entries names entry {}, after entry {}, in a log that ends at {}",
          index, history.newest_index(), log.last().index));
    }
    ASSIGN_OR_RETURN(const std::vector<Entry> entries, log.Read(index, index, 1));
    if (entries.front().kind != EntryKind::kConfiguration) {
      return absl::DataLossError(
          fmt::format("entry {} is listed as a configuration entry and is none", index));
    }
    ASSIGN_OR_RETURN(Configuration next, Read(options, entries.front()));
    if (Configuration::VoterDifference(history.newest(), next) > 1) {
      return absl::DataLossError(TooFarApart(index, history.newest(), next).message());
    }
    history.Append(index, std::move(next));
  }
  return history;
}

// Before anything is changed: can this node use what the request brings?
absl::Status Raft::CheckConfigurations(const AppendRequest& request) const {
  for (const Entry& entry : request.entries) {
    if (entry.kind == EntryKind::kConfiguration) RETURN_IF_ERROR(Read(options_, entry).status());
  }
  return absl::OkStatus();
}

// Thesis 4.1. `request.prev` is in the log. No leader changes more than one voter at a time, and two
// majorities of sets that differ by more need not meet.
absl::Status Raft::CheckChanges(const AppendRequest& request) const {
  Configuration before = configurations_.At(request.prev.index);
  for (const Entry& entry : request.entries) {
    if (entry.kind != EntryKind::kConfiguration) continue;
    ASSIGN_OR_RETURN(Configuration after, Read(options_, entry));
    if (Configuration::VoterDifference(before, after) > 1) return TooFarApart(entry.index, before, after);
    before = std::move(after);
  }
  return absl::OkStatus();
}

// The only way into the log.
absl::Status Raft::AppendToLog(Entry entry) {
  if (entry.kind == EntryKind::kConfiguration) {
    ASSIGN_OR_RETURN(Configuration configuration, Read(options_, entry));
    configurations_.Append(entry.index, std::move(configuration));
  }
  log_.Append(std::move(entry));
  return absl::OkStatus();
}

absl::StatusOr<LogPosition> Raft::ProposeConfiguration(const EntryFactory& make, const Configuration& next,
                                                       bool forced) {
  RETURN_IF_ERROR(failure_);
  if (AsLeader() == nullptr) return NotLeaderError(leader());
  if (IsTransferring()) return TransferringError(transfer_->target);
  RETURN_IF_ERROR(CheckMoment());
  RETURN_IF_ERROR(CheckProposedSet(next));
  for (NodeId voter : NewVoters(configuration(), next)) RETURN_IF_ERROR(CheckPromotion(voter));
  if (!forced) RETURN_IF_ERROR(CheckRemoval(next));

  const Entry entry{Next(log_.last().index), this->term(), EntryKind::kConfiguration,
                    make(Next(log_.last().index), this->term())};
  if (entry.data != nullptr) {
    ASSIGN_OR_RETURN(const Configuration read, Read(options_, entry));
    if (read != next) {
      return absl::InternalError(
          fmt::format("the bytes made for {} would be read as {}", next.ToString(), read.ToString()));
    }
  }
  RETURN_IF_ERROR(AppendOwn(entry.kind, [&](Index, Term) { return entry.data; }));
  ServeMembers(log_.last().index);
  proposals_.Add(log_.last(), ticks_ + options_.proposal_timeout_ticks);
  return log_.last();
}

// One change at a time, and none before this leader knows what is committed: the correction of 2015. Without
// it two leaders may each build a change on the same old set, and their majorities need not meet.
absl::Status Raft::CheckMoment() const {
  if (commit_ < std::get<Leader>(role_).term_start) {
    return TryAgain("this leader has committed nothing in its term yet, so it cannot change members");
  }
  if (configurations_.newest_index() > commit_) {
    return TryAgain(
        fmt::format("the change of members in entry {} is not committed yet, and only one is made "
                    "at a time",
                    configurations_.newest_index()));
  }
  return absl::OkStatus();
}

absl::Status Raft::CheckProposedSet(const Configuration& next) const {
  RETURN_IF_ERROR(next.Validate());
  if (Configuration::VoterDifference(configuration(), next) <= 1) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("more than one voter would change, from {} to {}: make one change after the other",
                  configuration().ToString(), next.ToString()));
}

// Thesis 4.2.1: who would vote without the log holds up every commit until it has it.
absl::Status Raft::CheckPromotion(NodeId node) const {
  const Leader& leader = std::get<Leader>(role_);
  if (node == id()) return absl::OkStatus();  // a leader that an entry demoted has the whole log
  auto it = leader.progress.find(node);
  if (it == leader.progress.end() || !configuration().IsLearner(node)) {
    return absl::FailedPreconditionError(fmt::format(
        "node {} cannot vote at once: add it as a learner first, promote it when it has caught up", node));
  }
  const Progress& progress = it->second;
  if (progress.observer) {
    return absl::FailedPreconditionError(fmt::format(
        "node {} has lost its promises and cannot vote: replace it by a node with a new identity", node));
  }
  if (!IsActive(progress)) {
    return absl::FailedPreconditionError(fmt::format(
        "node {} was not heard from for an election timeout: promote it when it is reachable", node));
  }
  if (!progress.catch_up.IsDone(ticks_, options_.election_ticks)) {
    return absl::FailedPreconditionError(
        fmt::format("node {} has not caught up: it has acknowledged entry {} of {}; try again later", node,
                    progress.match(), log_.last().index));
  }
  return absl::OkStatus();
}

// Not in the paper (M11 in docs/hazards.md): a removal must not leave a set that cannot commit.
absl::Status Raft::CheckRemoval(const Configuration& next) const {
  const Leader& leader = std::get<Leader>(role_);
  if (Configuration::VoterDifference(configuration(), next) == 0 ||
      !NewVoters(configuration(), next).empty()) {
    return absl::OkStatus();
  }
  std::vector<NodeId> silent;
  for (NodeId voter : next.voters()) {
    if (voter == id()) continue;
    const Progress& progress = leader.progress.at(voter);
    if (progress.observer || !IsActive(progress)) silent.push_back(voter);
  }
  if (next.voters().size() - silent.size() >= next.Majority()) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "of the voters that would remain ({}), {} would be needed and {} do not answer ({}): bring one back or "
      "remove one of those first; the change can also be forced",
      fmt::join(next.voters(), " "), next.Majority(), silent.size(), fmt::join(silent, " ")));
}

bool Raft::IsActive(const Progress& progress) const {
  return progress.heard && ticks_ - *progress.heard < options_.election_ticks;
}

// Served are the members of the newest configuration, and, up to the entry that removes them, those whom it
// takes out: they need it to know. The first guess for new ones is that they have everything before `next`.
void Raft::ServeMembers(Index next) {
  Leader& leader = *AsLeader();
  const Index newest = configurations_.newest_index();
  auto serve = [&](const std::vector<NodeId>& nodes, Index guess) {
    for (NodeId node : nodes) {
      if (node != id()) leader.progress.try_emplace(node, Progress(guess));
    }
  };
  serve(configuration().voters(), next);
  serve(configuration().learners(), next);
  if (newest > commit_) {
    serve(configurations_.previous().voters(), newest);
    serve(configurations_.previous().learners(), newest);
  }
  for (auto& [node, progress] : leader.progress) {
    if (IsMember(node)) {
      progress.removed_at.reset();
    } else if (!progress.removed_at) {
      progress.removed_at = newest;
    }
  }
}

// A removed node goes when it has the entry that removes it and knows it committed, or does not answer any
// more: should it ever ask, it is told then.
void Raft::DismissRemoved() {
  std::erase_if(AsLeader()->progress, [this](const auto& item) {
    const auto& [node, progress] = item;
    if (!progress.removed_at || *progress.removed_at > commit_) return false;
    const bool told =
        progress.match() >= *progress.removed_at && progress.sent_commit >= *progress.removed_at;
    if (!told && IsActive(progress)) return false;
    SendRemoved(node, *progress.removed_at);
    return true;
  });
}

void Raft::SendRemoved(NodeId node, Index index) {
  Send(node, Term(0), Removed{{index, *log_.TermAt(index)}}, Needs::kNothing);
}

// Where a committed entry removed `node`, which no later one has admitted again.
std::optional<Index> Raft::RemovalOf(NodeId node) const {
  return IsMember(node) ? std::nullopt : configurations_.RemovalOf(node, commit_);
}

void Raft::NoteOwnRemoval() {
  if (const std::optional<Index> removal = RemovalOf(id()))
    removed_ = LogPosition{*removal, *log_.TermAt(*removal)};
}

// Thesis 4.2.3: a server that was removed does not know it and would campaign for ever. Its requests raise no
// term and reset no timer; it is told. A node that this log has never had as a member is not meant: it may
// have been added by entries that are not here yet.
bool Raft::DismissedAsRemoved(NodeId from) {
  const std::optional<Index> removal = RemovalOf(from);
  if (removal) SendRemoved(from, *removal);
  return removal.has_value();
}

// Thesis 4.2.3. Believed by who hears no leader, or hears it from its leader; the own log knows better what
// it has committed.
void Raft::OnRemoved(NodeId from, const Removed& removed) {
  if (HearsLeader() && leader() != from) return;
  if (removed.position.index <= commit_) return;
  removed_ = removed.position;
  BecomeFollower(std::nullopt);
}

// Thesis 4.2.2: a leader that is not in the newest set leads on, without counting itself, until the entry is
// committed. Then one of the new set that has it takes over.
void Raft::MaybeStepAside() {
  if (configuration().IsVoter(id()) || configurations_.newest_index() > commit_) return;
  const Leader& leader = *AsLeader();
  std::optional<NodeId> successor;
  for (NodeId voter : configuration().voters()) {
    const Progress& progress = leader.progress.at(voter);
    if (progress.observer || progress.match() < configurations_.newest_index()) continue;
    if (!successor || progress.match() > leader.progress.at(*successor).match()) successor = voter;
  }
  if (successor) Send(*successor, TimeoutNow{});
  BecomeFollower(std::nullopt);
}

}  // namespace symbolon::consensus
