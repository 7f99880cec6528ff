#pragma once
// consensus::Message <-> its message on the wire. Reading takes everything for hostile: a member's node may
// lie.

#include <absl/status/statusor.h>

#include "base/bytes.h"
#include "consensus/message.h"
#include "proto/consensus.pb.h"

namespace symbolon::api::internal {

// Bounds of one message; far above what consensus/ sends, far below what would hurt.
inline constexpr int kMaxEntriesPerMessage = 8192;
inline constexpr size_t kMaxEntryHeaderBytes = 65535;
inline constexpr size_t kMaxEntryBodyBytes = 12 << 20;

v1::ConsensusMessage ToProto(const consensus::Message& message, const Digest& network);

// Who may be meant: `from` is the node of the sender's certificate.
struct Link {
  Digest network{};
  uint64_t from = 0;
  uint64_t to = 0;
};

// Takes entries' bytes out of `message` without a copy. InvalidArgument names the field and never its value.
absl::StatusOr<consensus::Message> FromProto(v1::ConsensusMessage&& message, const Link& link);

}  // namespace symbolon::api::internal
