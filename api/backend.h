#pragma once
// What a node must offer so that api/ can serve it over gRPC. Implemented by node/; faked in tests of api/.
//
// All functions are called from gRPC's threads, concurrently, and must not block on disk or network for long.
// Functions with a `Done` return at once and call it exactly once, later or before they return, from any
// thread, also when the node is stopping (with UNAVAILABLE). Authorisation by role has happened; checks that
// need more than the role (is this registrar of the issuing agency?) are the backend's.
//
// Error codes that clients rely on: UNAVAILABLE (not done, or unknown: send the same bytes again),
// FAILED_PRECONDITION (never will be: the message names the verdict), OUT_OF_RANGE (sequence: the message and
// next_sequence say what is expected), RESOURCE_EXHAUSTED (busy, or a batch from the future by the leader's
// clock: try the same bytes later), NOT_FOUND, INVALID_ARGUMENT, PERMISSION_DENIED.

#include <absl/status/statusor.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "api/roles.h"
#include "base/bytes.h"
#include "consensus/message.h"

namespace symbolon::api {

template <typename T>
using Done = std::function<void(absl::StatusOr<T>)>;

// Becomes true when nobody waits for the answer any more: the client has gone or its deadline has passed.
using Abandoned = std::shared_ptr<const std::atomic<bool>>;

// A signed batch with its body, a signed status transaction, or a decision of the stewards.
struct Transaction {
  enum class Kind : uint8_t { kBatch = 1, kStatus = 2, kGovernance = 3 };  // as ledger kinds
  Kind kind = Kind::kBatch;
  Bytes signed_bytes;
  Bytes body;
};

struct Submitted {
  Bytes receipt;
  bool existing = false;
  uint64_t first_attestation = 0;
  uint32_t attestation_count = 0;
  uint64_t entry_index = 0;
};

// Where the leader put a forwarded transaction.
struct Forwarded {
  uint64_t index = 0;
  uint64_t term = 0;
  bool existing = false;
};

struct Freshness {
  enum class Mode : uint8_t { kAny, kAtLeast, kLinearizable };
  Mode mode = Mode::kAny;
  uint64_t index = 0;  // for kAtLeast
};

struct AsOf {
  uint64_t applied_index = 0;
  uint64_t applied_time_ms = 0;
};

// Values as AttestationStatus in proto/common.proto.
enum class AttestationStatus : uint8_t { kValid = 0, kRevoked = 1, kSuspended = 2, kVoid = 3, kUnknown = 4 };

struct Verified {
  AttestationStatus status = AttestationStatus::kUnknown;
  AsOf as_of;
  Bytes proof;  // verification proof; empty when unknown or void
};

struct LedgerEntry {
  Bytes header;
  Bytes body;
  uint32_t verdict = 0;
};

// Who the nodes are, as entries that prove it (proto/governance.proto).
struct MembershipState {
  uint64_t applied_index = 0;
  uint64_t registry_version = 0;
  uint64_t decided_at = 0;
  uint64_t in_force_at = 0;
  bool carried_out = true;
  std::string waits_for;
  std::vector<Bytes> headers;
};

struct PeerState {
  std::string name;
  uint64_t number = 0;
  std::string address;
  bool reachable = false;
  uint64_t match_index = 0;
  std::string kind;  // "voter", "learner", "to come"
  bool caught_up = false;
  std::string agency;
};

struct NodeState {
  std::string node_name;
  uint64_t node_number = 0;
  std::string role;
  uint64_t term = 0;
  std::string leader_name;
  uint64_t last_index = 0;
  uint64_t commit_index = 0;
  uint64_t applied_index = 0;
  uint64_t attestation_count = 0;
  uint64_t checkpoint_size = 0;
  uint32_t voters = 0;
  uint32_t voters_reachable = 0;
  int32_t failures_tolerable = 0;
  std::vector<PeerState> peers;
  std::string version;
  std::string last_error;
  std::string kind;  // "voter", "learner", "removed", "joining"
  uint64_t registry_version = 0;
  std::string change_under_way;
  std::string waits_for;
  std::string standing;  // "member", "recovering", "observer" (consensus/options.h)
};

class Backend {
 public:
  virtual ~Backend() = default;

  // ---- authorisation: the registered holder of a certificate's key, by H(SubjectPublicKeyInfo)
  virtual std::optional<Caller> FindCaller(const Digest& spki_digest) const = 0;

  // ---- publishing and status
  virtual void Submit(const Caller& caller, Transaction transaction, Done<Submitted> done) = 0;
  virtual absl::StatusOr<uint64_t> NextSequence(const Caller& caller, const std::string& issuer,
                                                uint32_t key_id) = 0;

  // ---- governance: decisions come by Submit, whoever the caller is
  // The history behind `after_index`, of at most a few hundred KB.
  virtual absl::StatusOr<MembershipState> Membership(uint64_t after_index) = 0;

  // ---- verification
  // Calls done when the node's state is as fresh as asked; the AsOf is the state's at that moment. Never
  // called for kAny. Waits that were abandoned must not pile up: whoever keeps a list of them goes through it
  // at least once a second and ends the abandoned ones with CANCELLED (a slot of ServerOptions is held until
  // then).
  virtual void WaitFor(Freshness freshness, Abandoned abandoned, Done<AsOf> done) = 0;
  // At once, from the state as it is.
  virtual absl::StatusOr<Verified> Verify(uint64_t attestation_number) = 0;
  virtual std::vector<AttestationStatus> Statuses(const std::vector<uint64_t>& numbers, AsOf* as_of) = 0;

  // ---- ledger reading (applied entries only)
  virtual Bytes Genesis() const = 0;
  virtual absl::StatusOr<Bytes> Checkpoint() = 0;
  virtual absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t entry_index, uint64_t tree_size) = 0;
  virtual absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t first_size, uint64_t second_size) = 0;
  virtual uint64_t AppliedIndex() const = 0;
  virtual absl::StatusOr<LedgerEntry> ReadEntry(uint64_t entry_index) = 0;

  // ---- operation
  virtual NodeState State() = 0;

  // ---- consensus; `from` of the message was checked against the sender's certificate, `to` and the network
  // against this node; what the message says is as hostile as the member that sent it
  virtual void Deliver(consensus::Message message) = 0;
  virtual void Forward(Transaction transaction, Done<Forwarded> done) = 0;
  // The holder of a certificate's key says that these entries made it a member; from the genesis on. OK: from
  // now on FindCaller knows it. PERMISSION_DENIED when they do not.
  virtual absl::Status Introduce(const Digest& spki_digest, const std::vector<Bytes>& headers) = 0;
};

}  // namespace symbolon::api
