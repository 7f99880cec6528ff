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

  // What is still wanted, in order of index.
  std::vector<MissingEntry> missing() const;
  // Nothing is missing any more: the store is to be opened again.
  bool IsWhole() const { return steps_left() == 0; }
  // What is durably left to do; falls with every entry that is put back or proved.
  size_t steps_left() const { return missing_.size() + unknown_; }

  // Takes an entry from anybody. Its header must be the one of the ledger tree, its term and kind what the
  // header says, its body the one that the header commits to; then it is written. What a loss of power takes
  // is wanted again; all is durable when the store is closed.
  //
  // Where the tree's hash of it is lost too, only the hash of what is offered is kept, until there is one for
  // every such entry; together they must lead to the root that this node has signed. Then they are noted on
  // disk, and the entries are wanted once more, each with its own proof: so nothing here grows with bodies.
  //
  // InvalidArgument: these are not the bytes, or it is not wanted; whoever gave them is damaged or lies. When
  // hashes together are refused, all of them are forgotten and wanted again.
  [[nodiscard]] absl::Status Offer(const consensus::Entry& entry);
  // Nothing unproved of one giver is mixed with what comes from the next: one who lies about some entries
  // would spoil what all others say.
  void ForgetUnproved() { unproved_.clear(); }

 private:
  absl::Status Write(const consensus::Entry& entry);
  absl::Status ProveTogether();

  Database* database_;
  Promises promises_;
  std::map<uint64_t, MissingEntry> missing_;
  size_t unknown_ = 0;                   // of missing_, those without a leaf hash
  std::map<uint64_t, Digest> unproved_;  // leaf hashes
};

// Headers of the configuration entries that can be read, ascending: whom to ask.
std::vector<Bytes> ReadableConfigurations(const Store& store);

}  // namespace symbolon::storage
