#pragma once
// From records to the commitments of one batch. The publisher shuffles the records before numbering them, so
// that positions tell nothing of the order in which a register holds them.

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "identity/record.h"
#include "identity/salt.h"

namespace symbolon::identity {

// A source of uniformly random 32-bit words. For real batches this must be libsodium's generator
// (randombytes_random).
using RandomWord = std::function<uint32_t()>;

// A uniform number below `bound` (at least 1), without the bias of a remainder: words from the incomplete
// last range are thrown away.
uint32_t UniformBelow(uint32_t bound, const RandomWord& random);

// A uniform permutation of 0..count-1 (Fisher-Yates; Knuth, TAOCP volume 2, 3.4.2, algorithm P).
std::vector<uint32_t> RandomPermutation(uint32_t count, const RandomWord& random);

// Where a record came to stand in its batch.
struct CommittedRecord {
  uint32_t position = 0;
  Digest commitment{};
  std::vector<Digest> path;  // from the commitment to the commitment root, nearest sibling first
};

struct CommittedBatch {
  std::vector<Digest> commitments;  // in order of position: the batch's body
  Digest commitment_root{};
  std::vector<CommittedRecord> records;  // in the order given
};

// One batch of 1..4096 records of one type; secrets[i] belongs to records[i] and was made for it alone.
// InvalidArgument, naming the record by its index, when the counts differ or are out of range, the types
// differ, a value does not fit a leaf, or two records share a secret. Thread-safe.
absl::StatusOr<CommittedBatch> CommitRecords(std::span<const Record> records,
                                             std::span<const RecordSecret> secrets, const RandomWord& random);

}  // namespace symbolon::identity
