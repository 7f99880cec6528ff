#include <absl/status/status.h>
#include <fmt/format.h>

#include "base/status_macros.h"
#include "identity/credential.h"
#include "identity/record_tree.h"
#include "ledger/receipt.h"

namespace symbolon::identity {
namespace {

absl::Status Refuse(const std::string& why) {
  return absl::DataLossError("credential: " + why);
}

}  // namespace

absl::Status CheckCredential(const Credential& credential) {
  const absl::StatusOr<ledger::Receipt> receipt = ledger::DecodeReceipt(credential.receipt);
  if (!receipt.ok()) return Refuse("the receipt cannot be read: " + std::string(receipt.status().message()));
  const absl::StatusOr<ledger::EntryHeader> entry = ledger::DecodeEntryHeader(receipt->entry_header);
  if (!entry.ok()) return Refuse("the receipt's entry header cannot be read");
  if (entry->kind != ledger::Kind::kBatch) return Refuse("the receipt is not one of a batch");
  const absl::StatusOr<ledger::SignedBatch> batch = ledger::DecodeSignedBatch(entry->payload);
  if (!batch.ok()) return Refuse("the receipt's signed batch cannot be read");

  const ledger::BatchHeader& header = batch->header;
  const RecordType& type = *credential.record.type;
  if (header.network != credential.network) return Refuse("the receipt is of another network");
  if (header.record_type != type.type || header.version != type.version) {
    return Refuse(fmt::format("the receipt's batch has record type {} version {}, the record {} version {}",
                              header.record_type, header.version, type.type, type.version));
  }
  const absl::StatusOr<RecordTree> tree = RecordTree::Build(credential.record, credential.secret);
  if (!tree.ok()) return Refuse(std::string(tree.status().message()));
  const auto found =
      ledger::VerifyCommitment(header, credential.position, tree->commitment(), credential.commitment_path);
  if (!found.ok()) {
    return Refuse("attributes, secret, position or path do not lead to the receipt's batch: " +
                  found.message());
  }
  return absl::OkStatus();
}

}  // namespace symbolon::identity
