#pragma once
// What is checked before a store is handed out (docs/storage.md, "Start").

#include <absl/status/status.h>

#include <string>

#include "storage/store.h"

namespace symbolon::storage {

// DataLoss naming the first damage: entry index and piece (header, body, tile path, status chunk), and what
// RocksDB says when it is RocksDB that found it.
absl::Status CheckAtStart(const Store& store, const Options& options, Verification verification);

// Where the ledger itself is damaged, for a store that could not be opened: reads whatever can be read,
// without checksums, and compares entry by entry with the ledger tree. "entry 5: its header is not the one in
// the ledger tree", or empty when headers and bodies are whole (the damage is elsewhere) or nothing at all
// can be read.
std::string FirstDamagedEntry(const Database& unverified);

}  // namespace symbolon::storage
