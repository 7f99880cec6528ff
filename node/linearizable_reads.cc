#include "node/linearizable_reads.h"

namespace symbolon::node {
namespace {

absl::Status Stopping() {
  return absl::UnavailableError("the node is stopping");
}

}  // namespace

void LinearizableReads::Add(api::Abandoned abandoned, MonotonicTime deadline, Done done) {
  {
    std::lock_guard lock(mutex_);
    if (!stopped_) {
      gathering_.push_back({std::move(abandoned), deadline, std::move(done)});
      if (asked_) return;
      asked_ = true;
      done = nullptr;
    }
  }
  if (done) return done(Stopping());
  const bool posted = loop_->Post([this](consensus::Raft* raft) {
    if (raft != nullptr) Ask(*raft);
  });
  // Too busy: the next tick asks.
  if (!posted) {
    std::lock_guard lock(mutex_);
    asked_ = false;
  }
}

void LinearizableReads::Ask(consensus::Raft& raft) {
  std::lock_guard lock(mutex_);
  asked_ = false;
  if (gathering_.empty() || stopped_) return;
  const uint64_t id = next_id_++;
  // Refused (no leader known): they stay, and the next tick asks again.
  if (raft.ReadIndex(consensus::ReadId(id)).ok()) {
    under_way_[id].swap(gathering_);
  }
}

void LinearizableReads::OnRead(const consensus::ReadState& read) {
  Reads reads;
  {
    std::lock_guard lock(mutex_);
    const auto found = under_way_.find(read.id.value());
    if (found == under_way_.end()) return;
    reads.swap(found->second);
    under_way_.erase(found);
    if (!read.confirmed) {
      for (Read& item : reads) gathering_.push_back(std::move(item));
      return;
    }
  }
  for (const Read& item : reads) item.done(read.index.value());
}

void LinearizableReads::TakeOverdue(Reads& from, MonotonicTime now, Reads& late, Reads& abandoned) {
  Reads rest;
  for (Read& read : from) {
    const bool gone = read.abandoned && *read.abandoned;
    (gone ? abandoned : now >= read.deadline ? late : rest).push_back(std::move(read));
  }
  from.swap(rest);
}

void LinearizableReads::OnTick(consensus::Raft& raft, MonotonicTime now) {
  Reads late, abandoned;
  {
    std::lock_guard lock(mutex_);
    TakeOverdue(gathering_, now, late, abandoned);
    for (auto& [id, reads] : under_way_) TakeOverdue(reads, now, late, abandoned);
  }
  for (const Read& read : abandoned) read.done(absl::CancelledError("nobody waits any more"));
  for (const Read& read : late) {
    read.done(absl::UnavailableError("no leader confirmed in time that this node is up to date: ask again"));
  }
  Ask(raft);
}

void LinearizableReads::Stop() {
  std::vector<Reads> all;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    all.push_back(std::move(gathering_));
    gathering_.clear();
    for (auto& [id, reads] : under_way_) all.push_back(std::move(reads));
    under_way_.clear();
  }
  for (const Reads& reads : all) {
    for (const Read& read : reads) read.done(Stopping());
  }
}

}  // namespace symbolon::node
