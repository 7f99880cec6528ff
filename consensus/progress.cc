#include "consensus/progress.h"

#include <algorithm>

namespace symbolon::consensus {

bool Progress::MaySend(size_t max_bytes, size_t max_messages) const {
  if (state_ == State::kProbe) return !probe_outstanding_;
  return window_.size() < max_messages && window_bytes_ < max_bytes;
}

void Progress::Sent(Index last, size_t bytes) {
  if (state_ == State::kProbe) {
    // next stays: where the logs part is not known, so the same place is asked until an answer comes.
    probe_outstanding_ = true;
    return;
  }
  if (last < next_) return;  // an empty request occupies no window
  next_ = Next(last);
  window_.push_back({last, bytes});
  window_bytes_ += bytes;
}

bool Progress::Accepted(Index last) {
  full_ = false;
  // Replies may be reordered: only the largest ever proved counts.
  const bool grew = last > match_;
  match_ = std::max(match_, last);
  while (!window_.empty() && window_.front().last <= match_) {
    window_bytes_ -= window_.front().bytes;
    window_.pop_front();
  }
  next_ = std::max(next_, Next(match_));
  if (state_ == State::kProbe && last >= Before(next_)) {
    // The place probed (or one beyond) has been accepted: the logs agree up to here.
    state_ = State::kReplicate;
    probe_outstanding_ = false;
    next_ = Next(match_);
  }
  return grew;
}

bool Progress::AcceptedPart(Index last) {
  const bool grew = Accepted(last);
  if (last == match_) ProbeFrom(Next(match_));
  return grew;
}

bool Progress::AcceptedFull(Index last) {
  const bool grew = AcceptedPart(last);
  if (last == match_) full_ = probe_outstanding_ = true;
  return grew;
}

void Progress::ProbeFrom(Index next) {
  state_ = State::kProbe;
  next_ = next;
  probe_outstanding_ = false;
  window_.clear();
  window_bytes_ = 0;
}

void Progress::BeginAgain(Index next) {
  match_ = Index();
  sent_commit = Index();
  catch_up = CatchUp();
  ProbeFrom(next);
}

bool Progress::Refused(Index prev, Index hint) {
  // Stale: what it refuses has since been proved, or it answers an older probe.
  if (prev <= match_) return false;
  if (state_ == State::kProbe && prev != Before(next_)) return false;
  if (prev >= next_) return false;
  // At least one step back, as far as the hint says, never behind what is proved. The hint is a guess: it
  // moves next and never match.
  ProbeFrom(std::max(Next(match_), std::min(prev, Next(hint))));
  return true;
}

void Progress::HeartbeatTick() {
  stalled_ = was_waiting_ && IsWaiting() && match_ == match_then_;
  was_waiting_ = IsWaiting();
  match_then_ = match_;
}

bool Progress::NeedsNudge() {
  if (!stalled_) return false;
  stalled_ = false;
  probe_outstanding_ = false;
  return true;
}

void CatchUp::Begin(Index goal, uint64_t tick) {
  open_ = true;
  goal_ = goal;
  began_ = tick;
}

void CatchUp::Appended(Index last, uint64_t tick) {
  const bool had_everything = quick_ && !open_;
  if (had_everything) Begin(last, tick);
}

void CatchUp::Acknowledged(Index match, Index last, uint64_t tick, uint64_t limit_ticks) {
  if (open_ && match >= goal_) {
    const bool quick = tick - began_ < limit_ticks;
    *this = CatchUp();
    quick_ = quick;
  }
  if (match >= last) quick_ = true;
  if (!open_ && match < last) Begin(last, tick);
}

bool CatchUp::IsDone(uint64_t tick, uint64_t limit_ticks) const {
  return quick_ && (!open_ || tick - began_ < limit_ticks);
}

}  // namespace symbolon::consensus
