#include "node/queries.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "ledger/receipt.h"
#include "ledger/verification_proof.h"

namespace symbolon::node {
namespace {

// The two lists are the same but for "unknown", which the register does not hold.
api::AttestationStatus ToApi(const std::optional<ledger::Status>& status) {
  return status ? static_cast<api::AttestationStatus>(*status) : api::AttestationStatus::kUnknown;
}

absl::Status NotSignedYet() {
  return absl::UnavailableError("the checkpoint that covers this entry is not signed yet: ask again");
}

}  // namespace

absl::StatusOr<api::Verified> Queries::Verify(uint64_t attestation_number) const {
  struct Found {
    ReadViewPtr view;
    std::optional<ledger::Status> status;
    std::optional<ledger::StatusProof> stated;
  };
  // Of one moment: the status, and the seal that the checkpoint proves.
  Found found = state_->Read([&](const ledger::State& state, const ReadViewPtr& view) {
    return Found{view, state.StatusOf(attestation_number), state.StatedStatus(attestation_number)};
  });
  api::Verified out;
  out.status = ToApi(found.status);
  out.as_of = {found.view->applied_index, found.view->applied_time_ms};
  if (!found.status || *found.status == ledger::Status::kVoid) return out;

  const PublishedCheckpoint* checkpoint = found.view->checkpoint.get();
  if (checkpoint == nullptr) return NotSignedYet();
  ASSIGN_OR_RETURN(const auto batch, store_->BatchOf(attestation_number));
  if (!batch || !batch->accepted) {
    return absl::DataLossError(fmt::format("the index of attestations lacks number {}", attestation_number));
  }
  if (batch->entry_index > checkpoint->size) return NotSignedYet();

  ledger::VerificationProof proof;
  proof.attestation_number = attestation_number;
  ASSIGN_OR_RETURN(proof.entry_header, store_->Header(batch->entry_index));
  ASSIGN_OR_RETURN(
      storage::CommitmentProof commitment,
      store_->ProveCommitment(*batch, static_cast<uint32_t>(attestation_number - batch->first_number)));
  proof.commitment = commitment.commitment;
  proof.commitment_path = std::move(commitment.path);
  ASSIGN_OR_RETURN(proof.ledger_path, store_->InclusionPath(batch->entry_index, checkpoint->size));
  if (found.stated) {
    proof.sealed = ledger::SealedStatusProof{.chunk = found.stated->chunk,
                                             .status_path = std::move(found.stated->path),
                                             .seal_header = checkpoint->seal_header,
                                             .seal_path = checkpoint->seal_path};
  }
  proof.checkpoint = checkpoint->note;
  out.proof = ledger::EncodeVerificationProof(proof);
  return out;
}

std::vector<api::AttestationStatus> Queries::Statuses(const std::vector<uint64_t>& numbers,
                                                      api::AsOf* as_of) const {
  std::vector<api::AttestationStatus> out;
  out.reserve(numbers.size());
  state_->Read([&](const ledger::State& state, const ReadViewPtr& view) {
    *as_of = {view->applied_index, view->applied_time_ms};
    for (const uint64_t number : numbers) out.push_back(ToApi(state.StatusOf(number)));
  });
  return out;
}

absl::StatusOr<Bytes> Queries::Checkpoint() const {
  const ReadViewPtr view = state_->view();
  if (!view->checkpoint) return absl::UnavailableError("no checkpoint is signed yet: ask again");
  return view->checkpoint->note;
}

absl::Status Queries::CheckShown(uint64_t size, const char* what) const {
  const uint64_t shown = state_->view()->checkpoint_size();
  if (size <= shown) return absl::OkStatus();
  return absl::OutOfRangeError(
      fmt::format("{} {} is past this node's checkpoint of size {}", what, size, shown));
}

absl::StatusOr<std::vector<Digest>> Queries::InclusionProof(uint64_t entry_index, uint64_t tree_size) const {
  RETURN_IF_ERROR(CheckShown(tree_size, "tree size"));
  if (entry_index == 0 || entry_index > tree_size) {
    return absl::InvalidArgumentError(
        fmt::format("entry {} is not in a tree of size {}: entries count from 1", entry_index, tree_size));
  }
  return store_->InclusionPath(entry_index, tree_size);
}

absl::StatusOr<std::vector<Digest>> Queries::ConsistencyProof(uint64_t first_size,
                                                              uint64_t second_size) const {
  RETURN_IF_ERROR(CheckShown(second_size, "tree size"));
  if (first_size > second_size) {
    return absl::InvalidArgumentError(
        fmt::format("first size {} is larger than second size {}", first_size, second_size));
  }
  return store_->ConsistencyPath(first_size, second_size);
}

absl::StatusOr<api::LedgerEntry> Queries::ReadEntry(uint64_t entry_index) const {
  RETURN_IF_ERROR(CheckShown(entry_index, "entry"));
  if (entry_index == 0) return absl::InvalidArgumentError("entries count from 1");
  api::LedgerEntry entry;
  ASSIGN_OR_RETURN(entry.header, store_->Header(entry_index));
  ASSIGN_OR_RETURN(entry.body, store_->Body(entry_index));
  ASSIGN_OR_RETURN(const ledger::Verdict verdict, store_->VerdictOf(entry_index));
  entry.verdict = static_cast<uint32_t>(verdict);
  return entry;
}

absl::StatusOr<Bytes> Queries::Receipt(uint64_t entry_index) const {
  const ReadViewPtr view = state_->view();
  if (entry_index > view->checkpoint_size()) return NotSignedYet();
  ledger::Receipt receipt;
  ASSIGN_OR_RETURN(receipt.entry_header, store_->Header(entry_index));
  ASSIGN_OR_RETURN(receipt.ledger_path, store_->InclusionPath(entry_index, view->checkpoint->size));
  receipt.checkpoint = view->checkpoint->note;
  return ledger::EncodeReceipt(receipt);
}

}  // namespace symbolon::node
