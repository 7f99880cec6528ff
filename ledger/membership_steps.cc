// How a decision is carried out: configurations, one voter's change at a time (Ongaro's thesis 4.1, 4.2).

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ledger/membership.h"

namespace symbolon::ledger {
namespace {

using ByNumber = std::map<uint64_t, Member>;

ByNumber Index(const std::vector<Member>& members) {
  ByNumber out;
  for (const Member& member : members) out.emplace(member.number, member);
  return out;
}

std::vector<Member> List(const ByNumber& members) {
  std::vector<Member> out;
  for (const auto& [number, member] : members) out.push_back(member);
  return out;
}

std::optional<Member> Find(const ByNumber& members, uint64_t number) {
  const auto it = members.find(number);
  if (it == members.end()) return std::nullopt;
  return it->second;
}

bool IsVoter(const std::optional<Member>& member) {
  return member.has_value() && member->kind == NodeKind::kVoter;
}

size_t CountVoters(const ByNumber& members) {
  return static_cast<size_t>(
      std::count_if(members.begin(), members.end(), [](const auto& item) { return IsVoter(item.second); }));
}

std::optional<Member> AsLearner(std::optional<Member> member) {
  if (member.has_value()) member->kind = NodeKind::kLearner;
  return member;
}

// Whether one node may pass from `from` to `next` on its way to `target`: it stays, or it arrives; only a
// learner becomes a voter, and who is to vote becomes a learner first.
bool MayPass(const std::optional<Member>& from, const std::optional<Member>& next,
             const std::optional<Member>& target) {
  if (next == from) return true;
  if (IsVoter(next) && !from.has_value()) return false;
  if (next == target) return true;
  return IsVoter(target) && !IsVoter(from) && next == AsLearner(target);
}

bool IsStep(const ByNumber& from, const ByNumber& next, const ByNumber& target) {
  ByNumber all = from;
  all.insert(next.begin(), next.end());
  all.insert(target.begin(), target.end());
  size_t votes_changed = 0;
  for (const auto& [number, unused] : all) {
    const std::optional<Member> a = Find(from, number);
    const std::optional<Member> b = Find(next, number);
    if (!MayPass(a, b, Find(target, number))) return false;
    if (IsVoter(a) != IsVoter(b)) ++votes_changed;
  }
  return votes_changed <= 1 && CountVoters(next) >= 1;
}

void Set(ByNumber& members, uint64_t number, const std::optional<Member>& to) {
  members.erase(number);
  if (to.has_value()) members.emplace(number, *to);
}

// Finds the next step; see NextConfiguration.
class Planner {
 public:
  Planner(const Membership& now, const std::function<NodeProgress(uint64_t)>& progress)
      : now_(now),
        progress_(progress),
        from_(Index(now.in_force.members)),
        target_(Index(MembersOf(*now.registry))) {}

  NextStep Plan() const {
    if (from_ == target_) return {};
    // Everything that costs no vote, at once.
    ByNumber next = from_;
    std::optional<uint64_t> gains, loses;
    ByNumber all = from_;
    all.insert(target_.begin(), target_.end());
    for (const auto& [number, unused] : all) {
      const std::optional<Member> from = Find(from_, number);
      const std::optional<Member> to = Find(target_, number);
      if (IsVoter(from) && !IsVoter(to)) {
        loses = number;
      } else if (!IsVoter(from) && IsVoter(to)) {
        gains = number;
        Set(next, number, AsLearner(to));
      } else {
        Set(next, number, to);
      }
    }
    if (next != from_) return Propose(next);
    return ChangeVote(gains, loses);
  }

 private:
  // What is left differs in votes only: of at most one node that gets one and one that gives one up.
  NextStep ChangeVote(std::optional<uint64_t> gains, std::optional<uint64_t> loses) const {
    if (gains.has_value()) {
      const NodeProgress progress = progress_(*gains);
      if (!progress.reachable) return Wait(fmt::format("node {} to be reachable", *gains));
      if (!progress.caught_up) return Wait(fmt::format("node {} to catch up", *gains));
    }
    if (!loses.has_value()) return GiveVote(*gains);
    // An agency's vote passes from one node to the other. One voter more than an odd number can lose as many
    // as before, as can one voter less than an even number; and a node that does not answer must not count in
    // between.
    const bool give_first = gains.has_value() && CountVoters(from_) % 2 == 1 && progress_(*loses).reachable;
    return give_first ? GiveVote(*gains) : TakeVote(*loses);
  }

  NextStep GiveVote(uint64_t number) const {
    ByNumber next = from_;
    Set(next, number, Find(target_, number));
    return Propose(next);
  }

  NextStep TakeVote(uint64_t number) const {
    ByNumber next = from_;
    Set(next, number, Find(target_, number));
    size_t voters = 0, reachable = 0;
    for (const auto& [other, member] : next) {
      if (!IsVoter(member)) continue;
      ++voters;
      if (progress_(other).reachable) ++reachable;
    }
    if (voters == 0) return Wait("another voter");
    if (reachable < voters / 2 + 1) {
      return Wait(
          fmt::format("more voters to be reachable: without node {} there are {} of {}, and no majority",
                      number, reachable, voters));
    }
    return Propose(next);
  }

  NextStep Propose(const ByNumber& members) const {
    return {Configuration{now_.network, now_.decided_at, List(members)}, ""};
  }
  static NextStep Wait(std::string what) { return {std::nullopt, std::move(what)}; }

  const Membership& now_;
  const std::function<NodeProgress(uint64_t)>& progress_;
  const ByNumber from_;
  const ByNumber target_;
};

}  // namespace

Verdict JudgeConfiguration(const Membership& now, const Configuration& configuration) {
  if (configuration.network != now.network) return Verdict::kConfigurationNotDecided;
  const bool same = configuration.members == now.in_force.members;
  if (same && configuration.decision_index == now.in_force.decision_index) return Verdict::kAccepted;
  if (configuration.decision_index != now.decided_at) return Verdict::kConfigurationNotDecided;
  const bool step =
      IsStep(Index(now.in_force.members), Index(configuration.members), Index(MembersOf(*now.registry)));
  return step ? Verdict::kAccepted : Verdict::kConfigurationNoStep;
}

Membership AfterConfiguration(const Membership& now, const Configuration& configuration,
                              uint64_t entry_index) {
  if (configuration.members == now.in_force.members) return now;
  Membership next = now;
  next.in_force = configuration;
  next.in_force_at = entry_index;
  next.history.push_back(entry_index);
  return next;
}

NextStep NextConfiguration(const Membership& now,
                           const std::function<NodeProgress(uint64_t number)>& progress) {
  return Planner(now, progress).Plan();
}

}  // namespace symbolon::ledger
