#include "node/checkpoint_signer.h"

#include <algorithm>
#include <span>

#include "base/status_macros.h"
#include "ledger/checkpoint/checkpoint.h"
#include "ledger/checkpoint/cosignature.h"

namespace symbolon::node {

CheckpointSigner::CheckpointSigner(Names names, const SigningKey* log_key, const SigningKey* cosigning_key,
                                   storage::LedgerStore* store, std::function<uint64_t()> wall_seconds,
                                   storage::Disk* disk, std::string stopped_file)
    : names_(std::move(names)),
      log_key_(log_key),
      cosigning_key_(cosigning_key),
      store_(store),
      wall_seconds_(std::move(wall_seconds)),
      disk_(disk),
      stopped_file_(std::move(stopped_file)) {
  if (!disk_->Exists(stopped_file_)) return;
  const auto why = disk_->Read(stopped_file_, 4096);
  stopped_ = absl::FailedPreconditionError("signs no checkpoints: " +
                                           (why.ok() ? *why : std::string(why.status().message())));
}

void CheckpointSigner::Stop(const std::string& why) {
  stopped_ = absl::FailedPreconditionError("signs no checkpoints: " + why);
}

absl::Status CheckpointSigner::StopForEver(const std::string& why) {
  Stop(why);
  return disk_->Replace(stopped_file_, why, 0600);
}

bool CheckpointSigner::MaySign(uint64_t size) const {
  return size >= store_->last_signed().size;
}

absl::StatusOr<Bytes> CheckpointSigner::Sign(uint64_t size, const Digest& root) {
  RETURN_IF_ERROR(stopped_);
  RETURN_IF_ERROR(store_->RecordSigned({size, root}));
  const ledger::Checkpoint checkpoint{names_.origin, size, root};
  // A clock that was set back must not make a later cosignature look older.
  last_time_s_ = std::max(last_time_s_, std::min(wall_seconds_(), ledger::kMaxCosignatureTime));
  const ledger::NoteSignature cosignature =
      ledger::Cosign(checkpoint, names_.cosigning_name, *cosigning_key_, last_time_s_);
  return ledger::SignCheckpoint(checkpoint, *log_key_, std::span(&cosignature, 1));
}

}  // namespace symbolon::node
