#include "ledger/entries/batch.h"

#include <cstring>

#include "base/encoding.h"
#include "base/labels.h"

namespace symbolon::ledger {

Bytes EncodeBatchHeader(const BatchHeader& header) {
  Writer out;
  out.Label(labels::kBatch)
      .Fixed(header.network)
      .Vec8(header.issuer)
      .U32(header.key_id)
      .U64(header.sequence)
      .U16(header.record_type)
      .U8(header.version)
      .U32(header.count)
      .Fixed(header.commitment_root)
      .Fixed(header.tag_root)
      .U64(header.issue_time_s);
  return out.Take();
}

Bytes SignBatch(const BatchHeader& header, const SigningKey& key) {
  const Bytes bytes = EncodeBatchHeader(header);
  return EncodeSignedBatch(bytes, key.Sign(bytes));
}

Bytes EncodeSignedBatch(ByteView header_bytes, const Signature& signature) {
  Bytes out(header_bytes);
  out.append(View(signature));
  return out;
}

absl::StatusOr<SignedBatch> DecodeSignedBatch(ByteView payload) {
  Reader in(payload, "batch");
  SignedBatch result;
  BatchHeader& header = result.header;
  in.Label(labels::kBatch);
  header.network = in.Fixed32("network");
  header.issuer = in.Vec8("issuer");
  header.key_id = in.U32("key id");
  if (in.ok() && header.key_id == 0) in.Fail("key id", "key ids begin with 1");
  header.sequence = in.U64("sequence");
  if (in.ok() && header.sequence == 0) in.Fail("sequence", "sequences begin with 1");
  header.record_type = in.U16("record type");
  header.version = in.U8("version");
  header.count = in.U32("count");
  if (in.ok() && (header.count == 0 || header.count > kMaxBatchCount)) in.Fail("count", "out of range");
  header.commitment_root = in.Fixed32("commitment root");
  header.tag_root = in.Fixed32("tag root");
  header.issue_time_s = in.U64("issue time");
  result.signed_bytes = payload.substr(0, payload.size() - in.remaining());
  const ByteView signature = in.Raw(result.signature.size(), "signature");
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  std::memcpy(result.signature.data(), signature.data(), result.signature.size());
  return result;
}

}  // namespace symbolon::ledger
