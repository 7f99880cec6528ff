#pragma once
// Replaying a ledger, from a running node or from an export.

#include <absl/status/statusor.h>

#include <string>

#include "cli/console.h"
#include "cli/profile.h"
#include "ledger/auditor.h"

namespace symbolon::cli {

// Streams every entry from the profile's node, and ends at the checkpoint that the node showed first.
// `since_file`: a checkpoint (signed note) seen earlier; empty: none.
absl::StatusOr<ledger::AuditReport> AuditNode(const Console& console, const ClientProfile& profile,
                                              const std::string& since_file);

// Reads an export. `trust_file` pins the network; when empty the export's own genesis is taken, which proves that
// the export is sound in itself and not which network it is of: a note says so.
absl::StatusOr<ledger::AuditReport> AuditBundle(const Console& console, const std::string& folder,
                                                const std::string& trust_file, const std::string& since_file);

}  // namespace symbolon::cli
