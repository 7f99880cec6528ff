#include "cli/audit.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "cli/export.h"
#include "cli/files.h"
#include "ledger/index.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr size_t kMaxNoteBytes = 1 << 20;

absl::StatusOr<ledger::Waypoint> WaypointOf(const ledger::Trust& trust, ByteView note, const std::string& name) {
  const auto checked = trust.VerifyCheckpoint(note);
  if (!checked.ok()) return absl::InvalidArgumentError(fmt::format("{}: {}", name, checked.message()));
  return ledger::Waypoint{checked->size, checked->root, name};
}

absl::StatusOr<ledger::Auditor> StartAuditor(const ledger::Trust& trust, ledger::Waypoint end,
                                             const std::string& since_file) {
  std::vector<ledger::Waypoint> waypoints = {std::move(end)};
  if (!since_file.empty()) {
    ASSIGN_OR_RETURN(Bytes note, storage::ReadWholeFile(since_file, kMaxNoteBytes));
    ASSIGN_OR_RETURN(ledger::Waypoint since, WaypointOf(trust, note, since_file));
    waypoints.push_back(std::move(since));
  }
  return ledger::Auditor::Start(trust.genesis(), std::move(waypoints));
}

}  // namespace

absl::StatusOr<ledger::AuditReport> AuditNode(const Console& console, const ClientProfile& profile,
                                              const std::string& since_file) {
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  ASSIGN_OR_RETURN(ledger::Trust trust, LoadTrust(profile, *client));
  ASSIGN_OR_RETURN(Bytes note, client->Checkpoint());
  ASSIGN_OR_RETURN(ledger::Waypoint end, WaypointOf(trust, note, "the node's checkpoint"));
  const uint64_t size = end.size;
  ASSIGN_OR_RETURN(ledger::Auditor auditor, StartAuditor(trust, std::move(end), since_file));
  Progress progress(console, "auditing", size);
  const absl::Status streamed = client->ReadEntries(1, size, [&](api::LedgerEntry entry) -> absl::Status {
    progress.Set(auditor.report().entries);
    ledger::EntryClaim claim;
    claim.verdict = static_cast<ledger::Verdict>(entry.verdict);
    return auditor.Add(entry.header, entry.body, claim) ? absl::OkStatus() : absl::CancelledError("found");
  });
  if (!auditor.report().finding) RETURN_IF_ERROR(streamed);
  return auditor.Finish();
}

absl::StatusOr<ledger::AuditReport> AuditBundle(const Console& console, const std::string& folder,
                                                const std::string& trust_file, const std::string& since_file) {
  ASSIGN_OR_RETURN(ExportReader reader, ExportReader::Open(folder));
  auto trust = trust_file.empty() ? ledger::Trust::FromGenesis(reader.genesis()) : ReadTrustFile(trust_file);
  RETURN_IF_ERROR(trust.status());
  RETURN_IF_ERROR(reader.FollowMembers(*trust));
  if (trust_file.empty()) {
    console.Note("no --trust given: the export is checked against the genesis that came with it");
  }
  ASSIGN_OR_RETURN(ledger::Waypoint end, WaypointOf(*trust, reader.checkpoint(), "the export's checkpoint"));
  const uint64_t size = end.size;
  ASSIGN_OR_RETURN(ledger::Auditor auditor, StartAuditor(*trust, std::move(end), since_file));
  Progress progress(console, "auditing", size);
  for (uint64_t index = 1; index <= size; ++index) {
    progress.Set(index);
    ASSIGN_OR_RETURN(ExportedEntry entry, reader.Read(index, size));
    ledger::EntryClaim claim;
    claim.leaf_hash = entry.leaf_hash;
    if (!auditor.Add(entry.header, entry.body, claim)) break;
  }
  return auditor.Finish();
}

}  // namespace symbolon::cli
