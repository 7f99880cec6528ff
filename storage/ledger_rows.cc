#include "storage/ledger_rows.h"

#include "base/encoding.h"

namespace symbolon::storage {

Bytes EncodeApplied(const AppliedRow& row) {
  return Writer().U64(row.index).Fixed(row.root).Take();
}

std::optional<AppliedRow> DecodeApplied(ByteView bytes) {
  Reader r(bytes, "applied index");
  AppliedRow row;
  row.index = r.U64("index");
  row.root = r.Fixed32("root");
  if (!r.ExpectEnd().ok()) return std::nullopt;
  return row;
}

Bytes EncodeBatchRef(const ledger::BatchRef& batch) {
  return Writer()
      .U64(batch.entry_index)
      .U32(batch.count)
      .U8(batch.accepted ? 1 : 0)
      .Vec8(ByteView(batch.issuer).substr(0, 0xff))
      .Take();
}

std::optional<ledger::BatchRef> DecodeBatchRef(uint64_t first_number, ByteView bytes) {
  Reader r(bytes, "batch reference");
  ledger::BatchRef batch;
  batch.first_number = first_number;
  batch.entry_index = r.U64("entry index");
  batch.count = r.U32("count");
  const uint8_t accepted = r.U8("accepted");
  batch.issuer = r.Vec8("issuer");
  if (!r.ExpectEnd().ok() || accepted > 1) return std::nullopt;
  batch.accepted = accepted == 1;
  return batch;
}

Bytes EncodeSequence(const SequenceRow& row) {
  return Writer().U64(row.entry_index).Fixed(row.signed_digest).Take();
}

std::optional<SequenceRow> DecodeSequence(ByteView bytes) {
  Reader r(bytes, "sequence");
  SequenceRow row;
  row.entry_index = r.U64("entry index");
  row.signed_digest = r.Fixed32("digest");
  if (!r.ExpectEnd().ok()) return std::nullopt;
  return row;
}

Bytes EncodeVerdict(ledger::Verdict verdict) {
  return Writer().U16(static_cast<uint16_t>(verdict)).Take();
}

std::optional<ledger::Verdict> DecodeVerdict(ByteView bytes) {
  Reader r(bytes, "verdict");
  const uint16_t number = r.U16("number");
  if (!r.ExpectEnd().ok()) return std::nullopt;
  return ledger::VerdictFromNumber(number);
}

}  // namespace symbolon::storage
