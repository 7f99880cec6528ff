#pragma once
// Where the log stands after its last entry, as far as headers tell: what a leader needs to make the next
// header, and what a follower checks before it stores one. No verdict is needed for it, and so nothing has to
// be applied first: header fields that depend on earlier entries depend on their headers alone.

#include <cstdint>

#include "base/bytes.h"
#include "ledger/entry_header.h"
#include "ledger/verdict.h"

namespace symbolon::ledger {

struct LogHead {
  uint64_t index = 0;  // of the last entry; 0: genesis
  uint64_t term = 0;
  uint64_t time_ms = 0;
  uint64_t attestation_count = 0;  // consumed so far: the next first attestation number
  bool operator==(const LogHead&) const = default;
};

// The head after one more entry. Bytes that are no header move the index alone.
LogHead After(const LogHead& head, ByteView header_bytes);

// The header of the next entry. `now_ms` is raised to the last entry's time if the clock went back.
// `attestation_count` is the batch's count, 0 for other kinds.
EntryHeader NextHeader(const LogHead& head, uint64_t term, uint64_t now_ms, Kind kind,
                       uint32_t attestation_count, Bytes payload);

// Whether a header may follow: accepted, or the verdict that it would earn. A follower stores nothing else,
// so that a lying leader's header is never acknowledged.
Verdict CheckFollows(const LogHead& head, ByteView header_bytes);

}  // namespace symbolon::ledger
