// Chapter: the leader is killed while twenty thousand records are being published.

#include <fmt/format.h>

#include <atomic>
#include <set>
#include <thread>

#include "base/status_macros.h"
#include "cli/audit.h"
#include "cli/demo/stage.h"
#include "cli/demo/synthetic_births.h"
#include "cli/network/up.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr uint32_t kBatchSize = 500;
constexpr int kWaitMs = 60000;

// Attestations of one issuer in the whole ledger, as an auditor finds them.
absl::StatusOr<uint64_t> AttestationsOf(const Stage& stage, const std::string& agency) {
  ASSIGN_OR_RETURN(ClientProfile profile, stage.ProfileOf(agency, "auditor"));
  ASSIGN_OR_RETURN(ledger::AuditReport report, AuditNode(stage.console, profile, ""));
  if (report.finding) return absl::DataLossError(report.finding->detail);
  const auto found = report.by_issuer.find(agency);
  return found == report.by_issuer.end() ? 0 : found->second;
}

// Publishes in a thread of its own, and kills the leader when a quarter of the rows is through.
absl::StatusOr<PublishSummary> PublishWhileLeaderDies(const Stage& stage, const std::string& publisher,
                                                      const std::string& leader, uint64_t records) {
  const Path csv = stage.work / "synthetic_births.csv";
  const Path mapping = stage.work / "synthetic_births.mapping.toml";
  RETURN_IF_ERROR(WriteSyntheticBirths(csv.string(), records, 1));
  RETURN_IF_ERROR(storage::WriteFileAtomically(mapping.string(), SyntheticBirthsMapping()));
  ASSIGN_OR_RETURN(ClientProfile profile, stage.ProfileOf(publisher, "registrar"));

  absl::Status killed = absl::NotFoundError("the publication was over before the leader was killed");
  Progress progress(stage.console, "publishing", records);
  PublishOptions options;
  options.file = csv.string();
  options.mapping_file = mapping.string();
  options.out = (stage.work / "credentials" / "synthetic").string();
  options.batch_size = kBatchSize;
  std::thread killer;
  options.on_progress = [&](uint64_t done, uint64_t total) {
    progress.Set(done);
    // In another thread, so that the publication goes on meanwhile.
    if (done >= total / 4 && !killer.joinable()) {
      killer = std::thread([&] { killed = KillNode(stage.network, leader); });
    }
  };
  absl::StatusOr<PublishSummary> summary = Publish(profile, options);
  if (killer.joinable()) killer.join();
  RETURN_IF_ERROR(killed);
  return summary;
}

}  // namespace

absl::Status TellFailover(Stage& stage, uint64_t records) {
  stage.tell.Chapter(fmt::format("{} records are published; in the middle the leader is killed (SIGKILL)", records));
  ASSIGN_OR_RETURN(const std::string leader, WaitForLeader(stage.network, stage.agencies, kWaitMs));
  // The publisher's own node must stay: a registrar knows no other.
  const std::string publisher = leader == "THA-DOPA" ? "BGD-ORG" : "THA-DOPA";
  ASSIGN_OR_RETURN(const uint64_t before, AttestationsOf(stage, publisher));
  ASSIGN_OR_RETURN(PublishSummary s, PublishWhileLeaderDies(stage, publisher, leader, records));
  stage.tell.Step("leader_killed", !NodeRuns(stage.network, leader),
                  fmt::format("the leader, the node of {}, was killed; {} kept publishing", leader, publisher),
                  {{"leader", leader}, {"publisher", publisher}});

  std::set<uint64_t> numbers;
  uint64_t last_entry = 0;
  for (const PublishedBatch& b : s.batches) {
    for (uint32_t i = 0; i < b.count; ++i) numbers.insert(b.first_attestation + i);
    last_entry = std::max(last_entry, b.entry_index);
  }
  ASSIGN_OR_RETURN(const uint64_t after, AttestationsOf(stage, publisher));
  stage.tell.Step("none_lost_none_twice", s.attested == records && numbers.size() == records && after - before == records,
                  fmt::format("{} acknowledged, {} in the ledger: none lost, none twice", numbers.size(), after - before),
                  {{"acknowledged", numbers.size()}, {"in_ledger", after - before}});

  RETURN_IF_ERROR(StartNode(stage.network, leader));
  RETURN_IF_ERROR(WaitForApplied(stage.network, leader, last_entry, kWaitMs));
  ASSIGN_OR_RETURN(const uint64_t caught_up, AttestationsOf(stage, publisher));
  stage.tell.Step("catch_up", caught_up == after, fmt::format("the node of {} is back and has caught up", leader),
                  {{"agency", leader}, {"applied_at_least", last_entry}});
  return absl::OkStatus();
}

}  // namespace symbolon::cli
