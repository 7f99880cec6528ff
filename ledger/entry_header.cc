#include "ledger/entry_header.h"

#include <cstdlib>

#include "base/encoding.h"
#include "base/labels.h"
#include "ledger/merkle/hash.h"

namespace symbolon::ledger {
namespace {

bool CountFits(Kind kind, uint32_t count) {
  return kind == Kind::kBatch ? count >= 1 && count <= kMaxBatchCount : count == 0;
}

}  // namespace

std::string_view KindName(Kind kind) {
  switch (kind) {
    case Kind::kNoOp:
      return "no_op";
    case Kind::kBatch:
      return "batch";
    case Kind::kStatus:
      return "status";
    case Kind::kGovernance:
      return "governance";
    case Kind::kSeal:
      return "seal";
    case Kind::kConfiguration:
      return "configuration";
  }
  return "unknown";
}

Bytes EncodeEntryHeader(const EntryHeader& header) {
  if (header.payload.size() > kMaxPayloadSize) std::abort();  // callers bound payloads before
  Writer out;
  out.Tag(labels::kEntryLeaf)
      .U64(header.index)
      .U64(header.term)
      .U64(header.time_ms)
      .U8(static_cast<uint8_t>(header.kind))
      .U64(header.first_attestation_number)
      .U32(header.attestation_count)
      .Vec16(header.payload);
  return out.Take();
}

absl::StatusOr<EntryHeader> DecodeEntryHeader(ByteView bytes) {
  Reader in(bytes, "entry header");
  if (bytes.size() > kMaxEntryHeaderSize) in.Fail("size", "longer than an entry header may be");
  EntryHeader header;
  in.Tag(labels::kEntryLeaf);
  header.index = in.U64("index");
  header.term = in.U64("term");
  header.time_ms = in.U64("time");
  header.kind = static_cast<Kind>(in.U8("kind"));
  header.first_attestation_number = in.U64("first attestation number");
  header.attestation_count = in.U32("attestation count");
  if (in.ok() && !CountFits(header.kind, header.attestation_count)) {
    in.Fail("attestation count", "does not go with the kind");
  }
  header.payload = in.Vec16("payload");
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  return header;
}

Digest EntryLeafHash(ByteView header_bytes) {
  return LeafHash(header_bytes);
}

uint64_t AttestationsConsumedBy(ByteView header_bytes) {
  absl::StatusOr<EntryHeader> header = DecodeEntryHeader(header_bytes);
  return header.ok() ? header->attestation_count : 0;
}

}  // namespace symbolon::ledger
