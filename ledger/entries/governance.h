#pragma once
// Governance entries: the kind and the label are reserved, so that an older node knows one when it sees it.
// This version makes none and judges every one of them governance_not_supported, whatever its payload.

#include "ledger/verdict.h"

namespace symbolon::ledger {

inline constexpr Verdict kGovernanceVerdict = Verdict::kGovernanceNotSupported;

}  // namespace symbolon::ledger
