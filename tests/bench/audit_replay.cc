#include "tests/bench/audit_replay.h"

#include <bit>
#include <chrono>
#include <cstring>
#include <map>

#include "base/status_macros.h"
#include "cli/audit.h"
#include "cli/profile.h"
#include "ledger/auditor.h"
#include "ledger/decoded_entry.h"
#include "tests/bench/process_stats.h"

namespace symbolon::bench {
namespace {

// Sizes in docs/formats.md, each with the byte that RFC 6962 puts before leaves and nodes.
constexpr size_t kNode = 1 + 32 + 32;
constexpr size_t kCommitmentLeaf = 1 + 16 + 4 + 32;
constexpr size_t kTagLeafWithoutTags = 1 + 16 + 4 + 1;
constexpr size_t kTag = 2 + 32;
constexpr size_t kStatusLeaf = 1 + 16 + 8 + 64;
constexpr uint64_t kNumbersInChunk = 256;

// What a replay must at least compute. Each tree node once, and the path from the right edge to the root of
// the status tree for each seal.
class Floor {
 public:
  void Count(const api::LedgerEntry& entry, const ledger::Registry& registry) {
    hashes_[1 + entry.header.size()]++;  // its leaf
    hashes_[kNode]++;                    // of the ledger tree
    const ledger::DecodedEntry decoded = ledger::DecodeEntry(entry.header, entry.body);
    if (decoded.payload.seal() != nullptr) hashes_[kNode] += std::bit_width(attestations_ / kNumbersInChunk);
    const ledger::SignedBatch* batch = decoded.payload.batch();
    if (batch == nullptr || !decoded.payload.body) return;
    const uint32_t count = batch->header.count;
    attestations_ += count;
    hashes_[kCommitmentLeaf] += count;
    hashes_[kNode] += 2 * (count - 1);
    for (uint32_t i = 0; i < count; ++i)
      hashes_[kTagLeafWithoutTags + kTag * decoded.payload.body->tags(i).size()]++;
    const ledger::BatchKey* key =
        registry.FindBatchKey(batch->header.issuer, batch->header.key_id, decoded.header.index);
    if (key != nullptr) signatures_.push_back({key->key, batch->signed_bytes, batch->signature});
  }

  // Processor seconds.
  double Run() {
    const uint64_t chunks = (attestations_ + kNumbersInChunk - 1) / kNumbersInChunk;
    hashes_[kStatusLeaf] += chunks;
    hashes_[kNode] += chunks;
    const double start = ThreadCpuSeconds();
    for (const auto& [size, count] : hashes_) {
      Bytes input(size, '\x5a');
      for (uint64_t n = 0; n < count; ++n) {
        // The next input depends on the last output, so that nothing is left out.
        const Digest digest = Sha256(input);
        std::memcpy(input.data(), digest.data(), sizeof(uint64_t));
      }
    }
    for (const Signed& s : signatures_) valid_ += VerifySignature(s.key, s.message, s.signature) ? 1 : 0;
    return ThreadCpuSeconds() - start;
  }

  uint64_t hashes() const {
    uint64_t sum = 0;
    for (const auto& [size, count] : hashes_) sum += count;
    return sum;
  }
  bool all_valid() const { return valid_ == signatures_.size(); }
  uint64_t signatures() const { return signatures_.size(); }

 private:
  struct Signed {
    PublicKey key;
    Bytes message;
    Signature signature;
  };
  std::map<size_t, uint64_t> hashes_;  // how many of which size
  std::vector<Signed> signatures_;
  uint64_t attestations_ = 0;
  uint64_t valid_ = 0;
};

absl::StatusOr<double> AuditFromNode(const cli::ClientProfile& profile) {
  const cli::Console quiet(true);
  const auto start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const ledger::AuditReport report, cli::AuditNode(quiet, profile, ""));
  if (report.finding) return absl::DataLossError(report.finding->detail);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

absl::StatusOr<AuditReplay> MeasureAudit(const SymbolonNetwork& network) {
  const std::string& agency = network.agencies().front();
  ASSIGN_OR_RETURN(const auto profile,
                   cli::LoadProfile(cli::Profile(network.folder(), agency, "auditor").string()));
  ASSIGN_OR_RETURN(const auto client, cli::Connect(profile));
  ASSIGN_OR_RETURN(const Bytes note, client->Checkpoint());
  const auto checkpoint = network.trust().VerifyCheckpoint(note);
  if (!checkpoint.ok()) return absl::DataLossError(std::string(checkpoint.message()));
  std::vector<api::LedgerEntry> entries;
  RETURN_IF_ERROR(client->ReadEntries(1, checkpoint->size, [&](api::LedgerEntry entry) {
    entries.push_back(std::move(entry));
    return absl::OkStatus();
  }));

  AuditReplay out;
  double start = ThreadCpuSeconds();
  ASSIGN_OR_RETURN(ledger::Auditor auditor,
                   ledger::Auditor::Start(network.trust().genesis(),
                                          {{checkpoint->size, checkpoint->root, "the checkpoint"}}));
  for (const api::LedgerEntry& entry : entries) auditor.Add(entry.header, entry.body);
  const ledger::AuditReport report = auditor.Finish();
  out.replay_s = ThreadCpuSeconds() - start;
  if (report.finding) return absl::DataLossError(report.finding->detail);
  out.entries = report.entries;
  out.attestations = report.attestations;

  Floor floor;
  for (const api::LedgerEntry& entry : entries) floor.Count(entry, network.trust().registry());
  out.floor_s = floor.Run();
  out.hashes = floor.hashes();
  out.signatures = floor.signatures();
  if (!floor.all_valid()) return absl::DataLossError("a signature of the ledger does not verify");
  ASSIGN_OR_RETURN(out.from_node_s, AuditFromNode(profile));
  return out;
}

}  // namespace symbolon::bench
