#pragma once
// Puts back entries that a damaged store has lost, from whoever has them: the bytes prove themselves, so it
// needs no leader, no quorum and no trust (CONSENSUS L15).

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <map>
#include <vector>

#include "consensus/entry.h"
#include "storage/durable_mark.h"
#include "storage/startup_report.h"
#include "storage/store.h"

namespace symbolon::storage {

// Not thread-safe.
class EntryRepair {
 public:
  // `store` was opened with OnDamage::kRecover and must outlive the repair.
  static absl::StatusOr<EntryRepair> Open(Store* store);
  // For the other files of this room. `promises` says what was signed.
  EntryRepair(Database* database, const std::vector<MissingEntry>& missing, const Promises& promises);

  // What is still wanted, in order of index; empty when the store is whole and is to be opened again.
  std::vector<MissingEntry> missing() const;

  // Takes an entry from anybody. Its header must be the one of the ledger tree, its term and kind what the
  // header says, its body the one that the header commits to; then it is on disk when this returns OK. Where
  // the tree's hash of it is lost too, it is kept in memory until all such entries are there, and all are
  // proved at once by the root that this node has signed.
  //
  // InvalidArgument: these are not the bytes, or it is not wanted; whoever gave them is damaged or lies. When
  // the last of several that are proved together is refused, those before it are forgotten and wanted again.
  [[nodiscard]] absl::Status Offer(const consensus::Entry& entry);

 private:
  absl::Status Write(const std::vector<consensus::Entry>& entries);
  absl::Status ProveTogether();

  Database* database_;
  Promises promises_;
  std::map<uint64_t, MissingEntry> missing_;
  std::map<uint64_t, consensus::Entry> unproved_;
};

}  // namespace symbolon::storage
