#include "tests/api/fake_backend.h"

#include <algorithm>

namespace symbolon::api {

void FakeBackend::Set(bool* flag) {
  const std::lock_guard lock(mutex_);
  *flag = true;
}

absl::Status FakeBackend::Failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void FakeBackend::FailWith(absl::Status status) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(status);
}

void FakeBackend::Register(const Digest& spki_digest, Caller caller) {
  const std::lock_guard lock(mutex_);
  callers_[spki_digest] = std::move(caller);
}

void FakeBackend::Unregister(const Digest& spki_digest) {
  const std::lock_guard lock(mutex_);
  callers_.erase(spki_digest);
}

void FakeBackend::WaitUntilHeld(size_t submissions, size_t waits) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return held_submissions_.size() >= submissions && held_waits_.size() >= waits; });
}

void FakeBackend::ReleaseSubmissions() {
  std::vector<std::function<void()>> held;
  {
    const std::lock_guard lock(mutex_);
    hold_submissions_ = false;
    held.swap(held_submissions_);
  }
  for (const auto& answer : held) answer();
}

void FakeBackend::ReleaseWaits() {
  std::vector<HeldWait> held;
  {
    const std::lock_guard lock(mutex_);
    hold_waits_ = false;
    held.swap(held_waits_);
  }
  for (const HeldWait& wait : held) wait.done(AsOf{kApplied, 1});
}

void FakeBackend::ReleaseReads() {
  const std::lock_guard lock(mutex_);
  hold_reads_ = false;
  changed_.notify_all();
}

bool FakeBackend::EndAbandonedWaits() {
  std::vector<HeldWait> ended;
  bool none_left = false;
  {
    const std::lock_guard lock(mutex_);
    const auto middle = std::stable_partition(held_waits_.begin(), held_waits_.end(),
                                              [](const HeldWait& wait) { return !wait.abandoned->load(); });
    ended.assign(middle, held_waits_.end());
    held_waits_.erase(middle, held_waits_.end());
    none_left = held_waits_.empty();
  }
  for (const HeldWait& wait : ended) wait.done(absl::CancelledError("abandoned"));
  return none_left;
}

std::vector<consensus::Message> FakeBackend::WaitForMessages(size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return messages_.size() >= count; });
  return messages_;
}

size_t FakeBackend::message_count() const {
  const std::lock_guard lock(mutex_);
  return messages_.size();
}

std::vector<std::pair<Caller, Transaction>> FakeBackend::submitted() const {
  const std::lock_guard lock(mutex_);
  return submitted_;
}

std::optional<Caller> FakeBackend::FindCaller(const Digest& spki_digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = callers_.find(spki_digest);
  if (found == callers_.end()) return std::nullopt;
  return found->second;
}

void FakeBackend::Submit(const Caller& caller, Transaction transaction, Done<Submitted> done) {
  const absl::Status failure = Failure();
  const bool existing = transaction.signed_bytes == "sent before";
  auto answer = [done = std::move(done), failure, existing] {
    if (!failure.ok()) return done(failure);
    done(Submitted{"receipt bytes", existing, 40, 2, 7});
  };
  {
    const std::lock_guard lock(mutex_);
    if (!hold_submissions_) submitted_.emplace_back(caller, std::move(transaction));
    if (hold_submissions_) {
      held_submissions_.emplace_back(std::move(answer));
      changed_.notify_all();
      return;
    }
  }
  answer();
}

absl::StatusOr<uint64_t> FakeBackend::NextSequence(const Caller& caller, const std::string& issuer,
                                                   uint32_t key_id) {
  if (issuer != caller.agency) return absl::PermissionDeniedError("not a key of the caller's agency");
  return key_id + 100;
}

void FakeBackend::WaitFor(Freshness freshness, Abandoned abandoned, Done<AsOf> done) {
  {
    const std::lock_guard lock(mutex_);
    if (hold_waits_) {
      held_waits_.push_back({std::move(abandoned), std::move(done)});
      changed_.notify_all();
      return;
    }
  }
  if (freshness.mode == Freshness::Mode::kAtLeast && freshness.index > kApplied + 10) {
    return done(absl::UnavailableError("that far the ledger is not"));
  }
  done(AsOf{kApplied, 1});
}

absl::StatusOr<Verified> FakeBackend::Verify(uint64_t attestation_number) {
  if (absl::Status failure = Failure(); !failure.ok()) return failure;
  Verified verified;
  verified.as_of = {kApplied, 12345};
  if (attestation_number >= kAttestations) return verified;
  verified.status = attestation_number % 10 == 3 ? AttestationStatus::kRevoked : AttestationStatus::kValid;
  verified.proof = "proof of " + std::to_string(attestation_number);
  return verified;
}

std::vector<AttestationStatus> FakeBackend::Statuses(const std::vector<uint64_t>& numbers, AsOf* as_of) {
  *as_of = {kApplied, 12345};
  std::vector<AttestationStatus> statuses;
  for (const uint64_t number : numbers) {
    statuses.push_back(number >= kAttestations ? AttestationStatus::kUnknown
                       : number % 10 == 3      ? AttestationStatus::kRevoked
                                               : AttestationStatus::kValid);
  }
  return statuses;
}

absl::StatusOr<Bytes> FakeBackend::Checkpoint() {
  if (absl::Status failure = Failure(); !failure.ok()) return failure;
  return Bytes("checkpoint bytes");
}

absl::StatusOr<std::vector<Digest>> FakeBackend::InclusionProof(uint64_t entry_index, uint64_t tree_size) {
  if (entry_index == 0 || entry_index > tree_size)
    return absl::InvalidArgumentError("no such entry in that tree");
  return std::vector<Digest>{Digest{1}, Digest{2}};
}

absl::StatusOr<std::vector<Digest>> FakeBackend::ConsistencyProof(uint64_t first_size, uint64_t second_size) {
  if (first_size > second_size) return absl::InvalidArgumentError("sizes in the wrong order");
  return std::vector<Digest>{Digest{3}};
}

absl::StatusOr<LedgerEntry> FakeBackend::ReadEntry(uint64_t entry_index) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !hold_reads_; });
  }
  if (absl::Status failure = Failure(); !failure.ok()) return failure;
  return LedgerEntry{"header " + std::to_string(entry_index), "body", static_cast<uint32_t>(entry_index % 3)};
}

NodeState FakeBackend::State() {
  NodeState state;
  state.node_name = "THA-NODE";
  state.node_number = 1;
  state.role = "follower";
  state.term = 4;
  state.leader_name = "KEN-NODE";
  state.last_index = 1003;
  state.commit_index = 1002;
  state.applied_index = kApplied;
  state.attestation_count = kAttestations;
  state.checkpoint_size = 999;
  state.voters = 3;
  state.voters_reachable = 1;
  state.failures_tolerable = -1;
  state.peers.push_back({"KEN-NODE", 2, "ken.example:7000", true, 998, "learner", true, "KEN-CRS"});
  state.kind = "voter";
  state.registry_version = 3;
  state.change_under_way = "remove node 4";
  state.waits_for = "more voters";
  state.standing = "recovering";
  state.version = "1.2.3";
  state.last_error = "disk full";
  return state;
}

void FakeBackend::Deliver(consensus::Message message) {
  const std::lock_guard lock(mutex_);
  messages_.push_back(std::move(message));
  changed_.notify_all();
}

void FakeBackend::Forward(Transaction transaction, Done<Forwarded> done) {
  const absl::Status failure = Failure();
  auto answer = [done = std::move(done), failure] {
    if (!failure.ok()) return done(failure);
    done(Forwarded{55, 4, true});
  };
  {
    const std::lock_guard lock(mutex_);
    if (!hold_submissions_) submitted_.emplace_back(Caller{}, std::move(transaction));
    if (hold_submissions_) {
      held_submissions_.emplace_back(std::move(answer));
      changed_.notify_all();
      return;
    }
  }
  answer();
}

absl::StatusOr<MembershipState> FakeBackend::Membership(uint64_t after_index) {
  if (absl::Status failure = Failure(); !failure.ok()) return failure;
  MembershipState state{.applied_index = kApplied,
                        .registry_version = 3,
                        .decided_at = 40,
                        .in_force_at = 30,
                        .carried_out = false,
                        .waits_for = "node 6 to catch up",
                        .headers = {}};
  for (uint64_t index : {20, 30, 40}) {
    if (index > after_index) state.headers.push_back("header " + std::to_string(index));
  }
  return state;
}

absl::Status FakeBackend::Introduce(const Digest& spki_digest, const std::vector<Bytes>& headers) {
  if (headers != std::vector<Bytes>{"let", "me", "in"}) return absl::PermissionDeniedError("a stranger");
  Register(spki_digest, {"KEN-CRS", Role::kNode, 2});
  return absl::OkStatus();
}

}  // namespace symbolon::api
