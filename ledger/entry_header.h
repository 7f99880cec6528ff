#pragma once
// The header of an entry: what is replicated, hashed into the ledger tree and kept for ever, exactly as its
// leader made it (docs/formats.md section 7). The body of a batch hangs off it by the roots in its payload.

#include <absl/status/statusor.h>

#include <cstdint>

#include "base/bytes.h"
#include "ledger/entries/batch_limits.h"

namespace symbolon::ledger {

// Kinds of entries. A header may carry a number that is none of these; the verdict is then unknown_kind.
enum class Kind : uint8_t {
  kNoOp = 0,
  kBatch = 1,
  kStatus = 2,
  kGovernance = 3,
  kSeal = 4,
  kConfiguration = 5,
};

// "batch", "status", ...; "unknown" for a number that is no kind.
std::string_view KindName(Kind kind);

// A whole header is one leaf of a C2SP entry bundle, whose length prefix has 16 bits.
inline constexpr size_t kMaxEntryHeaderSize = 0xffff;
// Tag, index, term, time, kind, first attestation number, count and the payload's length.
inline constexpr size_t kEntryHeaderOverhead = 16 + 8 + 8 + 8 + 1 + 8 + 4 + 2;
inline constexpr size_t kMaxPayloadSize = kMaxEntryHeaderSize - kEntryHeaderOverhead;

struct EntryHeader {
  uint64_t index = 0;    // entry index = Raft index, from 1
  uint64_t term = 0;     // Raft term
  uint64_t time_ms = 0;  // leader's time; never decreases
  Kind kind = Kind::kNoOp;
  // The running count of all earlier entries' attestation counts, whatever the kind.
  uint64_t first_attestation_number = 0;
  // 1..4096 for a batch, 0 for every other kind. Consumed whatever the verdict.
  uint32_t attestation_count = 0;
  Bytes payload;  // at most kMaxPayloadSize
};

// The exact bytes. The payload must fit.
Bytes EncodeEntryHeader(const EntryHeader& header);

// InvalidArgument when the bytes are no header: wrong tag, wrong lengths, a count that does not go with the
// kind, or longer than kMaxEntryHeaderSize.
absl::StatusOr<EntryHeader> DecodeEntryHeader(ByteView bytes);

// The leaf hash of the ledger tree, over the header's bytes as received. Works on any bytes.
Digest EntryLeafHash(ByteView header_bytes);

// How far these header bytes move the running attestation count: a leader computes the next first attestation
// number from its log by this alone, without waiting for verdicts. 0 for bytes that are no header.
uint64_t AttestationsConsumedBy(ByteView header_bytes);

}  // namespace symbolon::ledger
