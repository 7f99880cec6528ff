#pragma once
// Makes a whole database of a damaged one, from what can be read of the log. Nothing is guessed and nothing
// in the damaged one is changed: it is kept as `db.damaged`.

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "storage/durable_mark.h"
#include "storage/store.h"

namespace symbolon::storage {

// A damaged table file is not mended in place: RocksDB would stumble over it at its next compaction. So the
// log is copied, entry by entry, each against RocksDB's checksums and its own hashes, into a new database,
// and that takes the place of the old one. Derived state is left behind: it is made again from the log.
//
// An entry that cannot be read, but was applied or signed for, is noted as missing
// (storage/startup_report.h): its bytes can be proved, and others have them. At the first other one the copy
// ends: what it was, and whether it is still in anybody's log, is for the leader of the current term to say
// (L16); what comes after it is worth nothing without it.
//
// `promises`: of the durable mark. `incarnation`: where neither copy of it can be read, above every one that
// the node has used. The database must not be open. Returns what was found, a line each.
// ResourceExhausted when there is no space for the copy; other errors: nothing can be read at all, and the
// files are as they were.
absl::StatusOr<std::vector<std::string>> Salvage(const Options& options, const Identity& identity,
                                                 const Promises& promises, uint64_t incarnation);

// Ends or undoes a salvage that was interrupted. To be called before a database is opened.
absl::Status FinishSalvage(const Options& options);

}  // namespace symbolon::storage
