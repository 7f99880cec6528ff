#pragma once
// Reads cold entries again before somebody needs them: bit rot is found while other nodes still have the
// bytes (CONSENSUS L20).

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "storage/ledger_store.h"
#include "storage/store.h"

namespace symbolon::storage {

struct ScrubResult {
  uint64_t next = 1;   // where to go on: the entry after the last that was read; 1 after the last of all
  uint64_t bytes = 0;  // read
  // What is damaged, a line each, naming entry and piece.
  std::vector<std::string> damage;
  // Not OK: the disk could not read something at or before `next` - 1, which says nothing of what it holds.
  absl::Status unreadable;
};

// Reads applied entries from `first` on, at least one, until `max_bytes` are read or one is damaged: header,
// body, leaf hash, verdict and upper tiles, as the full check at start does, past the cache of blocks. Damage
// is reported and noted (Store::NoteDamage), and nothing is mended: that is for the next start. Ends early,
// too, at what cannot be read, and goes on behind it the next time. May run beside everything else, from one
// thread.
ScrubResult Scrub(Store* store, const LedgerStore& ledger, uint64_t first, uint64_t max_bytes);

}  // namespace symbolon::storage
