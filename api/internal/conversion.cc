#include "api/internal/conversion.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"

namespace symbolon::api::internal {
namespace {

absl::StatusOr<Transaction> CheckedTransaction(Transaction::Kind kind, std::string&& signed_bytes,
                                               std::string&& body) {
  if (signed_bytes.empty() || signed_bytes.size() > kMaxSignedBytes) {
    return absl::InvalidArgumentError(fmt::format("the signed bytes have {} bytes; 1 to {} are allowed",
                                                  signed_bytes.size(), kMaxSignedBytes));
  }
  if (body.size() > kMaxBodyBytes) {
    return absl::InvalidArgumentError(
        fmt::format("the body has {} bytes; at most {} are allowed", body.size(), kMaxBodyBytes));
  }
  if (kind != Transaction::Kind::kBatch && !body.empty()) {
    return absl::InvalidArgumentError("only a batch has a body");
  }
  return Transaction{kind, std::move(signed_bytes), std::move(body)};
}

}  // namespace

void Write(const Freshness& freshness, v1::Freshness* out) {
  switch (freshness.mode) {
    case Freshness::Mode::kAny:
      out->set_any(true);
      return;
    case Freshness::Mode::kAtLeast:
      out->set_at_least_index(freshness.index);
      return;
    case Freshness::Mode::kLinearizable:
      out->set_linearizable(true);
      return;
  }
}

absl::StatusOr<Freshness> Read(const v1::Freshness& in) {
  switch (in.mode_case()) {
    case v1::Freshness::MODE_NOT_SET:
      return Freshness{};
    case v1::Freshness::kAny:
      if (!in.any()) return absl::InvalidArgumentError("freshness: `any` is either true or left out");
      return Freshness{};
    case v1::Freshness::kAtLeastIndex:
      return Freshness{Freshness::Mode::kAtLeast, in.at_least_index()};
    case v1::Freshness::kLinearizable:
      if (!in.linearizable())
        return absl::InvalidArgumentError("freshness: `linearizable` is either true or left out");
      return Freshness{Freshness::Mode::kLinearizable, 0};
  }
  return absl::InvalidArgumentError("freshness: unknown mode");
}

void Write(const AsOf& as_of, v1::AsOf* out) {
  out->set_applied_index(as_of.applied_index);
  out->set_applied_time_ms(as_of.applied_time_ms);
}

AsOf Read(const v1::AsOf& in) {
  return {in.applied_index(), in.applied_time_ms()};
}

absl::StatusOr<AttestationStatus> Read(v1::AttestationStatus in) {
  if (!v1::AttestationStatus_IsValid(in)) {
    return absl::DataLossError(
        "the node answered a status that this version does not know: upgrade this program");
  }
  return static_cast<AttestationStatus>(in);
}

void Write(Submitted submitted, v1::SubmitReply* out) {
  out->set_receipt(std::move(submitted.receipt));
  out->set_existing(submitted.existing);
  out->set_first_attestation(submitted.first_attestation);
  out->set_attestation_count(submitted.attestation_count);
  out->set_entry_index(submitted.entry_index);
}

Submitted Read(v1::SubmitReply&& in) {
  return {std::move(*in.mutable_receipt()), in.existing(), in.first_attestation(), in.attestation_count(),
          in.entry_index()};
}

absl::StatusOr<Transaction> Read(v1::SubmitBatchRequest&& in) {
  return CheckedTransaction(Transaction::Kind::kBatch, std::move(*in.mutable_signed_batch()),
                            std::move(*in.mutable_body()));
}

absl::StatusOr<Transaction> Read(v1::SubmitStatusRequest&& in) {
  return CheckedTransaction(Transaction::Kind::kStatus, std::move(*in.mutable_signed_transaction()), {});
}

absl::StatusOr<Transaction> Read(v1::SubmitDecisionRequest&& in) {
  return CheckedTransaction(Transaction::Kind::kGovernance, std::move(*in.mutable_decision()), {});
}

absl::StatusOr<Transaction> Read(v1::ForwardRequest&& in) {
  if (in.kind() < static_cast<uint32_t>(Transaction::Kind::kBatch) ||
      in.kind() > static_cast<uint32_t>(Transaction::Kind::kGovernance)) {
    return absl::InvalidArgumentError("only batches, status transactions and decisions are forwarded");
  }
  return CheckedTransaction(static_cast<Transaction::Kind>(in.kind()), std::move(*in.mutable_signed_bytes()),
                            std::move(*in.mutable_body()));
}

void Write(const Transaction& transaction, v1::ForwardRequest* out) {
  out->set_kind(static_cast<uint32_t>(transaction.kind));
  out->set_signed_bytes(transaction.signed_bytes);
  out->set_body(transaction.body);
}

void Write(Verified verified, v1::VerifyReply* out) {
  out->set_status(static_cast<v1::AttestationStatus>(verified.status));
  Write(verified.as_of, out->mutable_as_of());
  out->set_proof(std::move(verified.proof));
}

absl::StatusOr<Verified> Read(v1::VerifyReply&& in) {
  Verified verified;
  ASSIGN_OR_RETURN(verified.status, Read(in.status()));
  verified.as_of = Read(in.as_of());
  verified.proof = std::move(*in.mutable_proof());
  return verified;
}

void Write(const std::vector<Digest>& proof, v1::ProofReply* out) {
  for (const Digest& hash : proof) out->add_hashes(Bytes(View(hash)));
}

absl::StatusOr<std::vector<Digest>> Read(const v1::ProofReply& in) {
  if (in.hashes_size() > kMaxProofHashes)
    return absl::DataLossError("the node answered a proof of too many hashes");
  std::vector<Digest> proof;
  for (const std::string& hash : in.hashes()) {
    if (hash.size() != sizeof(Digest))
      return absl::DataLossError("the node answered a hash that is not 32 bytes long");
    std::copy(hash.begin(), hash.end(), proof.emplace_back().begin());
  }
  return proof;
}

void Write(LedgerEntry entry, v1::LedgerEntry* out) {
  out->set_header(std::move(entry.header));
  out->set_body(std::move(entry.body));
  out->set_verdict(entry.verdict);
}

LedgerEntry Read(v1::LedgerEntry&& in) {
  return {std::move(*in.mutable_header()), std::move(*in.mutable_body()), in.verdict()};
}

void Write(MembershipState membership, v1::GetMembershipReply* out) {
  out->set_applied_index(membership.applied_index);
  out->set_registry_version(membership.registry_version);
  out->set_decided_at(membership.decided_at);
  out->set_in_force_at(membership.in_force_at);
  out->set_carried_out(membership.carried_out);
  out->set_waits_for(std::move(membership.waits_for));
  for (Bytes& header : membership.headers) out->add_headers(std::move(header));
}

MembershipState Read(v1::GetMembershipReply&& in) {
  MembershipState membership{.applied_index = in.applied_index(),
                             .registry_version = in.registry_version(),
                             .decided_at = in.decided_at(),
                             .in_force_at = in.in_force_at(),
                             .carried_out = in.carried_out(),
                             .waits_for = std::move(*in.mutable_waits_for()),
                             .headers = {}};
  for (std::string& header : *in.mutable_headers()) membership.headers.push_back(std::move(header));
  return membership;
}

void Write(const NodeState& state, v1::GetNodeStatusReply* out) {
  out->set_node_name(state.node_name);
  out->set_node_number(state.node_number);
  out->set_role(state.role);
  out->set_term(state.term);
  out->set_leader_name(state.leader_name);
  out->set_last_index(state.last_index);
  out->set_commit_index(state.commit_index);
  out->set_applied_index(state.applied_index);
  out->set_attestation_count(state.attestation_count);
  out->set_checkpoint_size(state.checkpoint_size);
  out->set_voters(state.voters);
  out->set_voters_reachable(state.voters_reachable);
  out->set_failures_tolerable(state.failures_tolerable);
  for (const PeerState& peer : state.peers) {
    v1::PeerStatus* p = out->add_peers();
    p->set_name(peer.name);
    p->set_number(peer.number);
    p->set_address(peer.address);
    p->set_reachable(peer.reachable);
    p->set_match_index(peer.match_index);
    p->set_kind(peer.kind);
    p->set_caught_up(peer.caught_up);
    p->set_agency(peer.agency);
  }
  out->set_version(state.version);
  out->set_last_error(state.last_error);
  out->set_kind(state.kind);
  out->set_registry_version(state.registry_version);
  out->set_change_under_way(state.change_under_way);
  out->set_waits_for(state.waits_for);
  out->set_standing(state.standing);
}

NodeState Read(const v1::GetNodeStatusReply& in) {
  NodeState state;
  state.node_name = in.node_name();
  state.node_number = in.node_number();
  state.role = in.role();
  state.term = in.term();
  state.leader_name = in.leader_name();
  state.last_index = in.last_index();
  state.commit_index = in.commit_index();
  state.applied_index = in.applied_index();
  state.attestation_count = in.attestation_count();
  state.checkpoint_size = in.checkpoint_size();
  state.voters = in.voters();
  state.voters_reachable = in.voters_reachable();
  state.failures_tolerable = in.failures_tolerable();
  for (const v1::PeerStatus& p : in.peers()) {
    state.peers.push_back({.name = p.name(),
                           .number = p.number(),
                           .address = p.address(),
                           .reachable = p.reachable(),
                           .match_index = p.match_index(),
                           .kind = p.kind(),
                           .caught_up = p.caught_up(),
                           .agency = p.agency()});
  }
  state.version = in.version();
  state.last_error = in.last_error();
  state.kind = in.kind();
  state.registry_version = in.registry_version();
  state.change_under_way = in.change_under_way();
  state.waits_for = in.waits_for();
  state.standing = in.standing();
  return state;
}

}  // namespace symbolon::api::internal
