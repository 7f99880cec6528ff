#include "ledger/merkle/compact_range.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <bit>
#include <utility>

#include "ledger/merkle/proof_builder.h"

namespace symbolon::ledger {

absl::StatusOr<CompactRange> CompactRange::FromHashes(uint64_t size, std::vector<Digest> hashes) {
  const auto needed = static_cast<size_t>(std::popcount(size));
  if (hashes.size() != needed) {
    return absl::InvalidArgumentError(
        fmt::format("the right edge of a tree of {} leaves has {} complete subtrees, not {}", size, needed,
                    hashes.size()));
  }
  CompactRange range;
  range.size_ = size;
  range.hashes_ = std::move(hashes);
  return range;
}

Digest CompactRange::Root() const {
  return size_ == 0 ? EmptyRoot() : FoldFromRight(hashes_);
}

}  // namespace symbolon::ledger
