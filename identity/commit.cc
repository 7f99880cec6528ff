#include "identity/commit.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <set>
#include <utility>

#include "base/status_macros.h"
#include "identity/record_tree.h"
#include "ledger/entries/batch.h"
#include "ledger/merkle/memory_tree.h"

namespace symbolon::identity {
namespace {

absl::Status Refuse(const std::string& why) {
  return absl::InvalidArgumentError("batch: " + why);
}

absl::Status CheckInput(std::span<const Record> records, std::span<const RecordSecret> secrets) {
  if (records.empty() || records.size() > ledger::kMaxBatchCount) {
    return Refuse(fmt::format("{} records; 1 to {} are possible", records.size(), ledger::kMaxBatchCount));
  }
  if (secrets.size() != records.size()) {
    return Refuse(
        fmt::format("{} secrets for {} records; each needs one of its own", secrets.size(), records.size()));
  }
  std::set<ByteView> seen;
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].type != records[0].type) {
      return Refuse(fmt::format("record {} is a {}, the first one a {}; a batch has one type", i,
                                records[i].type->name, records[0].type->name));
    }
    if (!seen.insert(secrets[i].view()).second) {
      return Refuse(fmt::format("record {} shares its secret with an earlier one; make a fresh one", i));
    }
  }
  return absl::OkStatus();
}

}  // namespace

uint32_t UniformBelow(uint32_t bound, const RandomWord& random) {
  // 2^32 mod bound words are too many for whole ranges; the lowest ones are thrown away.
  const uint32_t surplus = -bound % bound;
  uint32_t word = random();
  while (word < surplus) word = random();
  return word % bound;
}

std::vector<uint32_t> RandomPermutation(uint32_t count, const RandomWord& random) {
  std::vector<uint32_t> order(count);
  for (uint32_t i = 0; i < count; ++i) order[i] = i;
  for (uint32_t i = count; i > 1; --i) std::swap(order[i - 1], order[UniformBelow(i, random)]);
  return order;
}

absl::StatusOr<CommittedBatch> CommitRecords(std::span<const Record> records,
                                             std::span<const RecordSecret> secrets,
                                             const RandomWord& random) {
  RETURN_IF_ERROR(CheckInput(records, secrets));
  const auto count = static_cast<uint32_t>(records.size());
  const std::vector<uint32_t> positions = RandomPermutation(count, random);
  CommittedBatch batch;
  batch.commitments.resize(count);
  batch.records.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    const absl::StatusOr<RecordTree> tree = RecordTree::Build(records[i], secrets[i]);
    if (!tree.ok()) return Annotate(tree.status(), fmt::format("record {} of the batch", i));
    batch.records[i].position = positions[i];
    batch.records[i].commitment = tree->commitment();
    batch.commitments[positions[i]] = tree->commitment();
  }
  ledger::MemoryTree tree;
  for (uint32_t p = 0; p < count; ++p) tree.Append(ledger::CommitmentLeafHash(p, batch.commitments[p]));
  batch.commitment_root = tree.Root();
  for (CommittedRecord& record : batch.records) {
    record.path = tree.Inclusion(record.position);
  }
  return batch;
}

}  // namespace symbolon::identity
