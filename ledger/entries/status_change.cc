#include "ledger/entries/status_change.h"

#include <cstring>
#include <limits>

#include "base/encoding.h"
#include "base/labels.h"

namespace symbolon::ledger {
namespace {

constexpr uint64_t kNoSuccessor = std::numeric_limits<uint64_t>::max();
constexpr size_t kChangeSize = 8 + 1 + 8;

StatusChange ReadChange(Reader& in) {
  StatusChange change;
  change.attestation_number = in.U64("attestation number");
  const uint8_t status = in.U8("new status");
  if (in.ok() && status > static_cast<uint8_t>(Status::kSuspended)) in.Fail("new status", "no such status");
  change.status = static_cast<Status>(status);
  const uint64_t successor = in.U64("successor");
  if (successor != kNoSuccessor) change.successor = successor;
  return change;
}

}  // namespace

std::string_view StatusName(Status status) {
  switch (status) {
    case Status::kValid:
      return "valid";
    case Status::kRevoked:
      return "revoked";
    case Status::kSuspended:
      return "suspended";
    case Status::kVoid:
      return "void";
  }
  return "unknown";
}

Bytes EncodeStatusTransaction(const StatusTransaction& transaction) {
  Writer out;
  out.Label(labels::kStatus)
      .Fixed(transaction.network)
      .Vec8(transaction.issuer)
      .U32(transaction.key_id)
      .U64(transaction.sequence)
      .U16(static_cast<uint16_t>(transaction.changes.size()));
  for (const StatusChange& change : transaction.changes) {
    out.U64(change.attestation_number)
        .U8(static_cast<uint8_t>(change.status))
        .U64(change.successor.value_or(kNoSuccessor));
  }
  return out.Take();
}

Bytes SignStatusTransaction(const StatusTransaction& transaction, const SigningKey& key) {
  const Bytes bytes = EncodeStatusTransaction(transaction);
  return EncodeSignedStatusTransaction(bytes, key.Sign(bytes));
}

Bytes EncodeSignedStatusTransaction(ByteView transaction_bytes, const Signature& signature) {
  Bytes out(transaction_bytes);
  out.append(View(signature));
  return out;
}

absl::StatusOr<SignedStatusTransaction> DecodeSignedStatusTransaction(ByteView payload) {
  Reader in(payload, "status transaction");
  SignedStatusTransaction result;
  StatusTransaction& transaction = result.transaction;
  in.Label(labels::kStatus);
  transaction.network = in.Fixed32("network");
  transaction.issuer = in.Vec8("issuer");
  transaction.key_id = in.U32("key id");
  if (in.ok() && transaction.key_id == 0) in.Fail("key id", "key ids begin with 1");
  transaction.sequence = in.U64("sequence");
  if (in.ok() && transaction.sequence == 0) in.Fail("sequence", "sequences begin with 1");
  const uint16_t count = in.U16("changes");
  if (in.ok() && (count == 0 || count > kMaxStatusChanges))
    in.Fail("changes", "number of changes out of range");
  if (in.CanHold(count, kChangeSize, "changes")) transaction.changes.reserve(count);
  for (uint16_t i = 0; i < count && in.ok(); ++i) {
    StatusChange change = ReadChange(in);
    if (i > 0 && change.attestation_number <= transaction.changes.back().attestation_number) {
      in.Fail("changes", "not in strictly ascending order of attestation number");
    }
    transaction.changes.push_back(change);
  }
  result.signed_bytes = payload.substr(0, payload.size() - in.remaining());
  const ByteView signature = in.Raw(result.signature.size(), "signature");
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  std::memcpy(result.signature.data(), signature.data(), result.signature.size());
  return result;
}

}  // namespace symbolon::ledger
