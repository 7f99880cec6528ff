#pragma once
// A Merkle path inside receipts and proofs: its encoding, and checking it with a reason for people.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/encoding.h"
#include "ledger/proof_failure.h"

namespace symbolon::ledger {

// path8 of docs/formats.md: a count of one byte and so many hashes. At most 255.
void WritePath(std::span<const Digest> path, Writer& out);
std::vector<Digest> ReadPath(Reader& in, const char* field);

// nullopt when leaf and path lead to `root` in a tree of `size`; else why not. `part` names the path.
std::optional<NotVerified> CheckPath(const Digest& leaf_hash, uint64_t index, uint64_t size,
                                     std::span<const Digest> path, const Digest& root,
                                     const std::string& part);

}  // namespace symbolon::ledger
