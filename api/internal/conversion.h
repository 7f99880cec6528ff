#pragma once
// The plain structs of backend.h <-> messages on the wire (consensus: consensus_conversion.h). Everything
// read is checked: a server believes no client and a client no server.

#include <absl/status/statusor.h>

#include <vector>

#include "api/backend.h"
#include "proto/common.pb.h"
#include "proto/consensus.pb.h"
#include "proto/governance.pb.h"
#include "proto/ledger.pb.h"
#include "proto/node.pb.h"
#include "proto/publishing.pb.h"
#include "proto/status.pb.h"
#include "proto/verification.pb.h"

namespace symbolon::api::internal {

inline constexpr int kMaxStatusNumbers = 4096;    // of one GetStatus
inline constexpr size_t kMaxSignedBytes = 65535;  // fits an entry's payload
inline constexpr size_t kMaxBodyBytes = 12
                                        << 20;  // of a batch: 4096 commitments with 32 tags each take 4.6 MB
inline constexpr size_t kMaxIssuerLength = 25;  // longest agency id
inline constexpr size_t kMaxIntroductionBytes = 8 << 20;  // of one Introduce
inline constexpr int kMaxProofHashes = 128;  // a path of a tree of 2^64 leaves, and a consistency proof's

void Write(const Freshness& freshness, v1::Freshness* out);
absl::StatusOr<Freshness> Read(const v1::Freshness& in);

void Write(const AsOf& as_of, v1::AsOf* out);
AsOf Read(const v1::AsOf& in);

absl::StatusOr<AttestationStatus> Read(v1::AttestationStatus in);

void Write(Submitted submitted, v1::SubmitReply* out);
Submitted Read(v1::SubmitReply&& in);

// Lengths only: what the bytes mean is the backend's to judge.
absl::StatusOr<Transaction> Read(v1::SubmitBatchRequest&& in);
absl::StatusOr<Transaction> Read(v1::SubmitStatusRequest&& in);
absl::StatusOr<Transaction> Read(v1::SubmitDecisionRequest&& in);
absl::StatusOr<Transaction> Read(v1::ForwardRequest&& in);
void Write(const Transaction& transaction, v1::ForwardRequest* out);

void Write(Verified verified, v1::VerifyReply* out);
absl::StatusOr<Verified> Read(v1::VerifyReply&& in);

void Write(const std::vector<Digest>& proof, v1::ProofReply* out);
absl::StatusOr<std::vector<Digest>> Read(const v1::ProofReply& in);

void Write(LedgerEntry entry, v1::LedgerEntry* out);
LedgerEntry Read(v1::LedgerEntry&& in);

void Write(MembershipState membership, v1::GetMembershipReply* out);
MembershipState Read(v1::GetMembershipReply&& in);

void Write(const NodeState& state, v1::GetNodeStatusReply* out);
NodeState Read(const v1::GetNodeStatusReply& in);

}  // namespace symbolon::api::internal
