#pragma once
// A backend that answers at once, or holds answers back until the test says so.

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/backend.h"

namespace symbolon::api {

class FakeBackend final : public Backend {
 public:
  static constexpr uint64_t kApplied = 1000;
  static constexpr uint64_t kAttestations = 5000;  // a number at or past this is unknown

  // ---- what a test sets and sees
  void Register(const Digest& spki_digest, Caller caller);
  void Unregister(const Digest& spki_digest);
  // From now on Submit and Forward (or waits) answer only when released.
  void HoldSubmissions() { Set(&hold_submissions_); }
  void HoldWaits() { Set(&hold_waits_); }
  // ReadEntry blocks its thread, as a slow disk does, until released.
  void HoldReads() { Set(&hold_reads_); }
  void ReleaseReads();
  void WaitUntilHeld(size_t submissions, size_t waits);
  void ReleaseSubmissions();
  void ReleaseWaits();
  // Ends with CANCELLED the waits that nobody waits for; true when none is left. As a node does from time to
  // time.
  bool EndAbandonedWaits();
  // All messages so far, when there are at least `count`.
  std::vector<consensus::Message> WaitForMessages(size_t count);
  size_t message_count() const;
  std::vector<std::pair<Caller, Transaction>> submitted() const;
  // The error that every call that can fail answers with.
  void FailWith(absl::Status status);

  // ---- Backend
  std::optional<Caller> FindCaller(const Digest& spki_digest) const override;
  void Submit(const Caller& caller, Transaction transaction, Done<Submitted> done) override;
  absl::StatusOr<uint64_t> NextSequence(const Caller& caller, const std::string& issuer,
                                        uint32_t key_id) override;
  void WaitFor(Freshness freshness, Abandoned abandoned, Done<AsOf> done) override;
  absl::StatusOr<Verified> Verify(uint64_t attestation_number) override;
  std::vector<AttestationStatus> Statuses(const std::vector<uint64_t>& numbers, AsOf* as_of) override;
  Bytes Genesis() const override { return "genesis bytes"; }
  absl::StatusOr<Bytes> Checkpoint() override;
  absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t entry_index, uint64_t tree_size) override;
  absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t first_size, uint64_t second_size) override;
  uint64_t AppliedIndex() const override { return kApplied; }
  absl::StatusOr<LedgerEntry> ReadEntry(uint64_t entry_index) override;
  NodeState State() override;
  void Deliver(consensus::Message message) override;
  void Forward(Transaction transaction, Done<Forwarded> done) override;
  absl::StatusOr<MembershipState> Membership(uint64_t after_index) override;
  // Registers who says "let me in" as node kPeerNode of KEN-CRS.
  absl::Status Introduce(const Digest& spki_digest, const std::vector<Bytes>& headers) override;

 private:
  struct HeldWait {
    Abandoned abandoned;
    Done<AsOf> done;
  };
  void Set(bool* flag);
  absl::Status Failure() const;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Digest, Caller> callers_;
  bool hold_submissions_ = false;
  bool hold_waits_ = false;
  bool hold_reads_ = false;
  std::vector<std::function<void()>> held_submissions_;
  std::vector<HeldWait> held_waits_;
  std::vector<consensus::Message> messages_;
  std::vector<std::pair<Caller, Transaction>> submitted_;
  absl::Status failure_;
};

}  // namespace symbolon::api
