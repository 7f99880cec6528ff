#include "tests/bench/test_batches.h"

#include <cstring>
#include <ctime>
#include <random>

#include "base/status_macros.h"
#include "ledger/entries/batch.h"

namespace symbolon::bench {
namespace {

constexpr uint16_t kBirth = 1;
constexpr uint16_t kProfile = 1;
constexpr uint64_t kIssueTimeGrid = 3600;  // what a network's plan has unless it says otherwise

Digest RandomDigest() {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  Digest out;
  for (size_t i = 0; i < out.size(); i += sizeof(uint64_t)) {
    const uint64_t word = random();
    std::memcpy(out.data() + i, &word, sizeof word);
  }
  return out;
}

}  // namespace

absl::StatusOr<ReadyBatch> MakeBatch(Issuer& issuer, const Digest& network, uint32_t count) {
  std::vector<Digest> commitments;
  std::vector<std::vector<ledger::LookupTag>> tags;
  for (uint32_t i = 0; i < count; ++i) {
    commitments.push_back(RandomDigest());
    tags.push_back({{kProfile, RandomDigest()}});
  }
  ASSIGN_OR_RETURN(const ledger::BatchBody body,
                   ledger::BatchBody::WithTags(std::move(commitments), std::move(tags)));
  const auto now = static_cast<uint64_t>(std::time(nullptr));
  const ledger::BatchHeader header{.network = network,
                                   .issuer = issuer.agency,
                                   .key_id = issuer.key_id,
                                   .sequence = issuer.next_sequence++,
                                   .record_type = kBirth,
                                   .version = 1,
                                   .count = count,
                                   .commitment_root = ledger::CommitmentRoot(body),
                                   .tag_root = ledger::TagRoot(body),
                                   .issue_time_s = now - now % kIssueTimeGrid};
  return ReadyBatch{ledger::SignBatch(header, *issuer.key), ledger::EncodeBatchBody(body)};
}

absl::StatusOr<std::vector<ReadyBatch>> MakeBatches(Issuer& issuer, const Digest& network, uint64_t batches,
                                                    uint32_t count) {
  std::vector<ReadyBatch> out;
  for (uint64_t i = 0; i < batches; ++i) {
    ASSIGN_OR_RETURN(ReadyBatch batch, MakeBatch(issuer, network, count));
    out.push_back(std::move(batch));
  }
  return out;
}

}  // namespace symbolon::bench
