#pragma once
// The file STORE: what a person, or another version of this program, can tell about a store without opening
// it.

#include <absl/status/statusor.h>

#include <string>

#include "storage/store.h"

namespace symbolon::storage {

// The format that this program writes. A change of keys, values or families is a new number.
inline constexpr uint32_t kStoreFormat = 1;

struct Stamp {
  uint32_t format = 0;
  Identity identity;
};

Bytes EncodeStamp(const Stamp& stamp);
// The same inside the database: tells when the folder `db` of another store was put here.
Bytes EncodeIdentity(const Identity& identity);

// FailedPrecondition for a format other than kStoreFormat, with what to do.
absl::StatusOr<Stamp> ReadStamp(const Disk& disk, const std::string& path);

// ReadStamp, and FailedPrecondition when it is another network's or another node's.
absl::Status CheckStamp(const Disk& disk, const std::string& path, const Identity& identity);

}  // namespace symbolon::storage
