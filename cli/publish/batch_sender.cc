#include "cli/publish/batch_sender.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/patience.h"

namespace symbolon::cli {
namespace {

// Gives the batch the sequence number `next`. The new pending file is durable before the old one goes.
absl::Status SignAgain(const SigningKey& key, const Path& folder, PendingBatch& batch, uint64_t next) {
  ASSIGN_OR_RETURN(ledger::SignedBatch signed_batch, ledger::DecodeSignedBatch(batch.signed_batch));
  const uint64_t old = batch.sequence;
  signed_batch.header.sequence = batch.sequence = next;
  batch.signed_batch = ledger::SignBatch(signed_batch.header, key);
  RETURN_IF_ERROR(SavePending(folder, batch));
  return RemovePending(folder, old);
}

}  // namespace

absl::StatusOr<api::Submitted> SendBatch(api::Client& client, const SigningKey& key, const Path& folder,
                                         PendingBatch& batch, const SenderOptions& options) {
  ASSIGN_OR_RETURN(const ledger::SignedBatch header, ledger::DecodeSignedBatch(batch.signed_batch));
  Patience patience(options.retry_for_ms);
  bool surely_taken = false;
  while (true) {
    absl::StatusOr<api::Submitted> answer = client.SubmitBatch(batch.signed_batch, batch.body);
    if (answer.ok() || !MayPass(answer.status())) return answer;
    if (answer.status().code() == absl::StatusCode::kOutOfRange) {
      if (surely_taken) {
        ASSIGN_OR_RETURN(uint64_t next, client.NextSequence(header.header.issuer, header.header.key_id));
        options.note(fmt::format("sequence number {} was taken by another batch; signing again as {}", batch.sequence, next));
        RETURN_IF_ERROR(SignAgain(key, folder, batch, next));
        surely_taken = false;
        continue;
      }
      // NextSequence counts what is applied: past this number, the number is used for good, by these bytes
      // (then sending them once more gives the receipt) or by others.
      auto next = client.NextSequence(header.header.issuer, header.header.key_id);
      if (next.ok() && *next > batch.sequence) {
        surely_taken = true;
        continue;
      }
    }
    options.note(fmt::format("not yet: {}; trying again", std::string(answer.status().message())));
    if (!patience.Wait()) {
      return Annotate(answer.status(), "gave up for now; nothing is lost, run the same command again");
    }
  }
}

}  // namespace symbolon::cli
