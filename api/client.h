#pragma once
// A client of one node, for the command line and for tests: blocking calls, thread-safe.

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/backend.h"
#include "api/server.h"

namespace symbolon::api {

struct ClientOptions {
  std::string address;            // host:port
  std::string server_name;        // DNS name in the node's certificate: ServerName(node name)
  std::string trusted_authority;  // PEM: the CA of the node's agency and no other
  TlsIdentity identity;
  int timeout_ms = 30000;  // per call
};

// The DNS name that the TLS certificate of a node carries: lower case, ".node.symbolon" behind it.
std::string ServerName(std::string_view node_name);

// Errors are the node's own (codes: backend.h), and UNAVAILABLE, DEADLINE_EXCEEDED, PERMISSION_DENIED with
// what to check: address, certificate, role. DATA_LOSS: the node's answer makes no sense.
class Client {
 public:
  // Connects at the first call, and again whenever the connection is lost.
  static absl::StatusOr<std::unique_ptr<Client>> Create(ClientOptions options);
  virtual ~Client() = default;

  virtual absl::StatusOr<Submitted> SubmitBatch(const Bytes& signed_batch, const Bytes& body) = 0;
  virtual absl::StatusOr<Submitted> SubmitStatus(const Bytes& signed_transaction) = 0;
  virtual absl::StatusOr<uint64_t> NextSequence(const std::string& issuer, uint32_t key_id) = 0;
  virtual absl::StatusOr<Verified> Verify(uint64_t number, Freshness freshness) = 0;
  // Streams; `on_reply(i, result)` is called once for each numbers[i], on the calling thread, in the order of
  // the answers. An error means that the stream broke: numbers without a reply were not answered.
  virtual absl::Status VerifyMany(const std::vector<uint64_t>& numbers, Freshness freshness,
                                  const std::function<void(size_t, absl::StatusOr<Verified>)>& on_reply) = 0;
  virtual absl::StatusOr<std::vector<AttestationStatus>> GetStatus(const std::vector<uint64_t>& numbers,
                                                                   Freshness freshness, AsOf* as_of) = 0;
  virtual absl::StatusOr<Bytes> Genesis() = 0;
  virtual absl::StatusOr<Bytes> Checkpoint() = 0;
  virtual absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t entry_index, uint64_t tree_size) = 0;
  virtual absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t first_size, uint64_t second_size) = 0;
  // In order from first_index; `on_entry` returning an error ends the stream with it. last_index 0: all
  // applied.
  virtual absl::Status ReadEntries(uint64_t first_index, uint64_t last_index,
                                   const std::function<absl::Status(LedgerEntry)>& on_entry) = 0;
  virtual absl::StatusOr<NodeState> State() = 0;
  // A decision of the stewards (docs/formats.md section 4.1).
  virtual absl::StatusOr<Submitted> SubmitDecision(const Bytes& decision) = 0;
  // The history behind `after_index`, perhaps not all of it: ask again behind the last entry.
  virtual absl::StatusOr<MembershipState> Membership(uint64_t after_index) = 0;
};

}  // namespace symbolon::api
