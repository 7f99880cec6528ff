#include "ledger/log_head.h"

#include <algorithm>

namespace symbolon::ledger {

LogHead After(const LogHead& head, ByteView header_bytes) {
  LogHead next = head;
  ++next.index;
  const absl::StatusOr<EntryHeader> header = DecodeEntryHeader(header_bytes);
  if (!header.ok()) return next;
  next.term = std::max(head.term, header->term);
  next.time_ms = std::max(head.time_ms, header->time_ms);
  next.attestation_count += header->attestation_count;
  return next;
}

EntryHeader NextHeader(const LogHead& head, uint64_t term, uint64_t now_ms, Kind kind,
                       uint32_t attestation_count, Bytes payload) {
  EntryHeader header;
  header.index = head.index + 1;
  header.term = term;
  header.time_ms = std::max(now_ms, head.time_ms);
  header.kind = kind;
  header.first_attestation_number = head.attestation_count;
  header.attestation_count = attestation_count;
  header.payload = std::move(payload);
  return header;
}

Verdict CheckFollows(const LogHead& head, ByteView header_bytes) {
  const absl::StatusOr<EntryHeader> header = DecodeEntryHeader(header_bytes);
  if (!header.ok()) return Verdict::kMalformedHeader;
  if (header->index != head.index + 1) return Verdict::kWrongIndex;
  if (header->term < head.term) return Verdict::kTermDecreased;
  if (header->time_ms < head.time_ms) return Verdict::kTimeDecreased;
  if (header->first_attestation_number != head.attestation_count)
    return Verdict::kWrongFirstAttestationNumber;
  return Verdict::kAccepted;
}

}  // namespace symbolon::ledger
