#pragma once
// Raft's persistent state as it lies in the database, read straight from there, and held against what was
// promised.

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "consensus/effects.h"
#include "consensus/types.h"
#include "storage/database.h"
#include "storage/durable_mark.h"

namespace symbolon::storage {

// 0: the log is empty.
absl::StatusOr<consensus::Index> StoredLastIndex(const Database& database);
// DataLoss when there is no such entry or it cannot be read.
absl::StatusOr<consensus::Term> StoredTermAt(const Database& database, consensus::Index index);
// Where the configuration entries are, ascending.
absl::StatusOr<std::vector<consensus::Index>> StoredConfigurationIndexes(const Database& database);
// Nothing in a store that never had one.
absl::StatusOr<std::optional<consensus::HardState>> StoredHardState(const Database& database);

// The larger of its two copies, which lie in different files (L11); nothing when neither can be read.
std::optional<uint64_t> StoredIncarnation(const Database& database);
void PutIncarnation(const Database& database, uint64_t incarnation, rocksdb::WriteBatch* batch);

// A log that lost its newest writes may have lost one that cut it: then an older branch stands there again.
// When the mark was written the log ended with its entry, and held none of a later term; so what is of a
// later term had been cut, and must not be taken for more than what was promised (docs/consensus.md,
// recovery). Returns the entries, empty when there were none. FailedPrecondition when this node has applied
// some of them, so that they are committed: then it is the mark that has lost its newest writes.
absl::StatusOr<std::string> DropCutBranch(Database* database, const Promises& promises);

// What is stored, held against what was promised (CONSENSUS L12, L14, L18).
struct PromiseCheck {
  // What acknowledged entries the log lacks, or of what other branch it is; empty when it has them.
  std::string lost_log;
  // In what term and vote are behind the mark, or missing beside entries (RB-18); empty when they are not.
  std::string lost_hard_state;
  // The term and vote that bind this node: the stored ones, or those of the mark. Whatever was told to
  // anybody is in the mark, so they are right also when the stored ones are lost.
  consensus::HardState binding;
};
absl::StatusOr<PromiseCheck> ComparePromises(const Database& database, const Promises& promises);
// DataLoss when anything is lost.
absl::Status CheckPromises(const Database& database, const Promises& promises);

// The value of the headers family: what Raft knows of an entry, and the exact bytes of its header.
struct HeaderValue {
  consensus::Term term;
  consensus::EntryKind kind = consensus::EntryKind::kNormal;
  ByteView header;
};
Bytes EncodeHeaderValue(const HeaderValue& value);
std::optional<HeaderValue> DecodeHeaderValue(ByteView bytes);

Bytes EncodeHardState(const consensus::HardState& state);
std::optional<consensus::HardState> DecodeHardState(ByteView bytes);

}  // namespace symbolon::storage
