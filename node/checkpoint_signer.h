#pragma once
// Signs checkpoints: only trees that this node computed itself, at a size that it has applied; never two
// roots for one size, nor a smaller size after a larger, whatever crashes in between.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "base/bytes.h"
#include "base/ed25519.h"
#include "ledger/genesis.h"
#include "storage/disk.h"
#include "storage/ledger_store.h"

namespace symbolon::node {

// Belongs to the apply thread.
class CheckpointSigner {
 public:
  struct Names {
    std::string origin;          // of the log, in the note and as the log key's name
    std::string cosigning_name;  // "<origin>/<node name>"
  };

  // `wall_seconds`: seconds since 1970. `stopped_file`: holds, across restarts, why this node signs no more.
  CheckpointSigner(Names names, const SigningKey* log_key, const SigningKey* cosigning_key,
                   storage::LedgerStore* store, std::function<uint64_t()> wall_seconds, storage::Disk* disk,
                   std::string stopped_file);

  // OK, or why it signs no more.
  const absl::Status& stopped() const { return stopped_; }
  // For the rest of this process.
  void Stop(const std::string& why);
  // For ever: the ledger holds something that no node may vouch for. Durable when it returns OK.
  absl::Status StopForEver(const std::string& why);

  // Whether a tree of this size may be signed: false while a store that lost applied state is behind what it
  // signed.
  bool MaySign(uint64_t size) const;

  // A signed note with the log key's signature and a cosignature of now. The promise is durable before the
  // signatures exist.
  absl::StatusOr<Bytes> Sign(uint64_t size, const Digest& root);

 private:
  const Names names_;
  const SigningKey* const log_key_;
  const SigningKey* const cosigning_key_;
  storage::LedgerStore* const store_;
  const std::function<uint64_t()> wall_seconds_;
  storage::Disk* const disk_;
  const std::string stopped_file_;
  absl::Status stopped_;
  uint64_t last_time_s_ = 0;
};

}  // namespace symbolon::node
