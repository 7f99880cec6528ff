#pragma once
// What is checked before a store is handed out (docs/storage.md, "Start").

#include <absl/status/status.h>

#include "storage/store.h"

namespace symbolon::storage {

// DataLoss naming the first damage: entry index and piece (header, body, tile path, status chunk), and what
// RocksDB says when it is RocksDB that found it.
absl::Status CheckAtStart(const Store& store, Verification verification);

}  // namespace symbolon::storage
