// From the genesis to the present by decisions and configurations alone.

#include <fmt/format.h>

#include "base/status_macros.h"
#include "ledger/decoded_entry.h"
#include "ledger/index.h"
#include "ledger/membership.h"

namespace symbolon::ledger {

absl::StatusOr<Membership> Follow(const Membership& now, ByteView entry_header) {
  ASSIGN_OR_RETURN(const EntryHeader header, DecodeEntryHeader(entry_header));
  const auto refuse = [&](std::string_view why) {
    return absl::InvalidArgumentError(
        fmt::format("membership: entry {} does not follow: {}", header.index, why));
  };
  const uint64_t last = now.history.empty() ? kGenesisIndex : now.history.back();
  if (header.index <= last) return refuse("it is not behind the one before");
  const DecodedPayload payload = DecodePayload(header.kind, header.payload, {});
  if (const Decision* decision = payload.decision(); decision != nullptr) {
    const Verdict verdict = JudgeDecision(now, *decision);
    if (verdict != Verdict::kAccepted) return refuse(VerdictSentence(verdict));
    return AfterDecision(now, *decision, header.index, header.payload);
  }
  if (const Configuration* configuration = payload.configuration(); configuration != nullptr) {
    const Verdict verdict = JudgeConfiguration(now, *configuration);
    if (verdict != Verdict::kAccepted) return refuse(VerdictSentence(verdict));
    return AfterConfiguration(now, *configuration, header.index);
  }
  return refuse("it is neither a decision nor a configuration");
}

}  // namespace symbolon::ledger
