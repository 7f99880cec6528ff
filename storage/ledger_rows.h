#pragma once
// Values of the derived families, one pair of functions each. Decoders give nothing unless the bytes are
// exactly one value.

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "ledger/attestation_source.h"
#include "ledger/verdict.h"

namespace symbolon::storage {

// meta, kAppliedKey
struct AppliedRow {
  uint64_t index = 0;
  Digest root{};
};
Bytes EncodeApplied(const AppliedRow& row);
std::optional<AppliedRow> DecodeApplied(ByteView bytes);

// attestations; the key holds the first number
Bytes EncodeBatchRef(const ledger::BatchRef& batch);
std::optional<ledger::BatchRef> DecodeBatchRef(uint64_t first_number, ByteView bytes);

// sequences
struct SequenceRow {
  uint64_t entry_index = 0;
  Digest signed_digest{};
};
Bytes EncodeSequence(const SequenceRow& row);
std::optional<SequenceRow> DecodeSequence(ByteView bytes);

// verdicts
Bytes EncodeVerdict(ledger::Verdict verdict);
std::optional<ledger::Verdict> DecodeVerdict(ByteView bytes);

}  // namespace symbolon::storage
