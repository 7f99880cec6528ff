// Chapters: the auditor replays everything; then one bit on a disk is turned, found, and had from the others.

#include "cli/audit.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "cli/demo/stage.h"
#include "cli/export.h"
#include "cli/files.h"
#include "cli/network/process.h"
#include "cli/network/up.h"
#include "ledger/entry_header.h"
#include "ledger/receipt.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr char kVictim[] = "VNM-XNC";
constexpr int kRepairMs = 30000;
constexpr int kLogLines = 200;  // more than a start writes
constexpr size_t kMaxTableBytes = size_t{1} << 30;

// The first file under `folder` that holds `bytes`, with one bit of them turned.
absl::StatusOr<Path> FlipByte(const Path& folder, ByteView bytes) {
  for (const auto& item : std::filesystem::recursive_directory_iterator(folder)) {
    if (!item.is_regular_file()) continue;
    ASSIGN_OR_RETURN(Bytes content, storage::ReadWholeFile(item.path().string(), kMaxTableBytes));
    const size_t at = content.find(bytes);
    if (at == std::string::npos) continue;
    const char changed = static_cast<char>(content[at] ^ 1);
    const int fd = open(item.path().c_str(), O_WRONLY | O_CLOEXEC);
    const bool ok = fd >= 0 && pwrite(fd, &changed, 1, static_cast<off_t>(at)) == 1;
    if (fd >= 0) close(fd);
    if (!ok) return absl::InternalError(fmt::format("cannot write {}", item.path().string()));
    return item.path();
  }
  return absl::NotFoundError("the bytes are in no file of the node's data");
}

// The entry of the Vietnamese batch, from a credential's receipt.
absl::StatusOr<uint64_t> EntryOfBatch(const Stage& stage) {
  ASSIGN_OR_RETURN(
      identity::Credential credential,
      ReadCredentialFile((stage.Credentials(kVictim) / "travel_document-X9007001.json").string()));
  ASSIGN_OR_RETURN(ledger::Receipt receipt, ledger::DecodeReceipt(credential.receipt));
  ASSIGN_OR_RETURN(ledger::EntryHeader entry, ledger::DecodeEntryHeader(receipt.entry_header));
  return entry.index;
}

}  // namespace

absl::Status TellAudit(Stage& stage) {
  stage.tell.Chapter("An auditor replays all of history");
  ASSIGN_OR_RETURN(ClientProfile profile, stage.ProfileOf("PHL-PSA", "auditor"));
  ASSIGN_OR_RETURN(ledger::AuditReport report, AuditNode(stage.console, profile, ""));
  stage.tell.Step(
      "audit", !report.finding,
      fmt::format("{} entries, {} attestations, {} seals: the history agrees with the checkpoint",
                  report.entries, report.attestations, report.seals),
      {{"entries", report.entries}, {"attestations", report.attestations}, {"root", ToHex(report.root)}});
  return absl::OkStatus();
}

absl::Status TellDamage(Stage& stage) {
  stage.tell.Chapter("One bit is turned in one node's data");
  ASSIGN_OR_RETURN(const uint64_t index, EntryOfBatch(stage));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, stage.ClientOf(kVictim, "auditor"));
  Bytes commitment;
  RETURN_IF_ERROR(client->ReadEntries(index, index, [&](api::LedgerEntry entry) {
    commitment = entry.body.substr(0, sizeof(Digest));
    return absl::OkStatus();
  }));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> operator_client, stage.ClientOf(kVictim, "operator"));
  ASSIGN_OR_RETURN(const api::NodeState before, operator_client->State());
  RETURN_IF_ERROR(StopNode(stage.network, kVictim));
  ASSIGN_OR_RETURN(Path damaged, FlipByte(NodeData(stage.network, kVictim), commitment));
  stage.tell.Step("flip", true, fmt::format("a bit of entry {} in {}", index, damaged.filename().string()),
                  {{"entry_index", index}});

  const Path out = stage.work / "export";
  RETURN_IF_ERROR(
      ExportFromData(stage.console, NodeConfig(stage.network, kVictim).string(), out.string()).status());
  ASSIGN_OR_RETURN(ledger::AuditReport report,
                   AuditBundle(stage.console, out.string(), TrustFile(stage.network).string(), ""));
  stage.tell.Step(
      "audit_finds_damage", report.finding && report.finding->entry_index == index,
      report.finding ? fmt::format("the audit of its export: entry {} of {}, {}", report.finding->entry_index,
                                   report.finding->agency, report.finding->detail)
                     : "the audit of its export found nothing",
      {{"entry_index", report.finding ? report.finding->entry_index : 0},
       {"check", report.finding ? ledger::AuditCheckName(report.finding->check) : ""}});

  RETURN_IF_ERROR(StartNode(stage.network, kVictim));
  RETURN_IF_ERROR(WaitForApplied(stage.network, kVictim, before.applied_index, kRepairMs));
  const std::string log = LogTail(NodeDir(stage.network, kVictim), kLogLines);
  const bool told = log.find("\"event\":\"repair\"") != std::string::npos;
  const bool repaired = log.find("\"event\":\"repaired\"") != std::string::npos;
  ASSIGN_OR_RETURN(ClientProfile profile, stage.ProfileOf(kVictim, "auditor"));
  ASSIGN_OR_RETURN(ledger::AuditReport whole, AuditNode(stage.console, profile, ""));
  stage.tell.Step(
      "repair", told && repaired && !whole.finding && whole.entries >= before.applied_index,
      fmt::format(
          "the node of {} starts, finds it, has the right bytes from the others and is whole: {} entries",
          kVictim, whole.entries),
      {{"entries", whole.entries}});
  return absl::OkStatus();
}

}  // namespace symbolon::cli
