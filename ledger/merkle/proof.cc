#include "ledger/merkle/proof.h"

#include <fmt/format.h>

#include <bit>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "ledger/merkle/hash.h"
#include "ledger/merkle/tree_math.h"

namespace symbolon::ledger {
namespace {

std::string Hashes(size_t n) {
  return fmt::format("{} {}", n, n == 1 ? "hash" : "hashes");
}

// The size of a tree and its root must agree on whether there are leaves at all.
absl::Status CheckEmptiness(uint64_t size, const Digest& root) {
  if ((size == 0) == (root == EmptyRoot())) return absl::OkStatus();
  return absl::FailedPreconditionError(
      size == 0 ? fmt::format("a tree of 0 leaves has the root {}, not {}", ToHex(EmptyRoot()), ToHex(root))
                : fmt::format("a tree of {} leaves cannot have the root of the empty tree", size));
}

absl::Status WrongRoot(const char* what, const Digest& got, const Digest& want) {
  return absl::FailedPreconditionError(
      fmt::format("{} leads to root {}, expected {}", what, ToHex(got), ToHex(want)));
}

// Folds the part of a path below the level where it joins the right edge: bit i of `way` says whether the
// node at step i is a right child.
Digest FoldInner(Digest hash, std::span<const Digest> siblings, uint64_t way) {
  for (const Digest& sibling : siblings) {
    hash = (way & 1) != 0 ? NodeHash(sibling, hash) : NodeHash(hash, sibling);
    way >>= 1;
  }
  return hash;
}

// The same in the smaller tree, of which siblings on the right are no part.
Digest FoldInnerLeftOnly(Digest hash, std::span<const Digest> siblings, uint64_t way) {
  for (const Digest& sibling : siblings) {
    if ((way & 1) != 0) hash = NodeHash(sibling, hash);
    way >>= 1;
  }
  return hash;
}

// Folds the part along the right edge: every sibling is on the left.
Digest FoldEdge(Digest hash, std::span<const Digest> siblings) {
  for (const Digest& sibling : siblings) hash = NodeHash(sibling, hash);
  return hash;
}

// How many siblings the way from a leaf has before it joins the right edge.
size_t InnerLength(uint64_t index, uint64_t size) {
  return static_cast<size_t>(std::bit_width(index ^ (size - 1)));
}

}  // namespace

absl::StatusOr<Digest> RootFromInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                                         std::span<const Digest> proof) {
  if (index >= size) {
    return absl::OutOfRangeError(
        fmt::format("inclusion proof is for leaf {}, the tree has {} leaves (numbered from 0)", index, size));
  }
  const size_t needed = InclusionProofLength(index, size);
  if (proof.size() != needed) {
    return absl::InvalidArgumentError(
        fmt::format("inclusion proof has {}, leaf {} of a tree of {} leaves needs {}", Hashes(proof.size()),
                    index, size, needed));
  }
  const size_t inner = InnerLength(index, size);
  return FoldEdge(FoldInner(leaf_hash, proof.first(inner), index), proof.subspan(inner));
}

absl::Status VerifyInclusion(const Digest& leaf_hash, uint64_t index, uint64_t size,
                             std::span<const Digest> proof, const Digest& root) {
  ASSIGN_OR_RETURN(const Digest computed, RootFromInclusion(leaf_hash, index, size, proof));
  RETURN_IF_ERROR(CheckEmptiness(size, root));
  if (computed != root) return WrongRoot("inclusion proof", computed, root);
  return absl::OkStatus();
}

absl::Status VerifyConsistency(uint64_t size1, uint64_t size2, const Digest& root1, const Digest& root2,
                               std::span<const Digest> proof) {
  if (size1 > size2) {
    return absl::OutOfRangeError(fmt::format(
        "consistency proof is from {} to {} leaves; the first tree cannot be the larger one", size1, size2));
  }
  const size_t needed = ConsistencyProofLength(size1, size2);
  if (proof.size() != needed) {
    return absl::InvalidArgumentError(
        fmt::format("consistency proof has {}, from {} to {} leaves it needs {}", Hashes(proof.size()), size1,
                    size2, needed));
  }
  RETURN_IF_ERROR(CheckEmptiness(size1, root1));
  RETURN_IF_ERROR(CheckEmptiness(size2, root2));
  if (size1 == size2 && root1 != root2) {
    return absl::FailedPreconditionError(
        fmt::format("two different roots of {} leaves: {} and {}", size1, ToHex(root1), ToHex(root2)));
  }
  if (size1 == size2 || size1 == 0) return absl::OkStatus();

  // The seed is the last complete subtree of the old tree: its root when it is the whole tree, else the first
  // hash of the proof.
  const bool whole = std::has_single_bit(size1);
  const Digest seed = whole ? root1 : proof[0];
  const std::span<const Digest> path = proof.subspan(whole ? 0 : 1);
  const int level = std::countr_zero(size1);
  const uint64_t way = (size1 - 1) >> level;
  const size_t inner = InnerLength(size1 - 1, size2) - static_cast<size_t>(level);
  const Digest old_root = FoldEdge(FoldInnerLeftOnly(seed, path.first(inner), way), path.subspan(inner));
  const Digest new_root = FoldEdge(FoldInner(seed, path.first(inner), way), path.subspan(inner));
  if (old_root != root1) {
    return WrongRoot(fmt::format("consistency proof for {} leaves", size1).c_str(), old_root, root1);
  }
  if (new_root != root2) {
    return WrongRoot(fmt::format("consistency proof for {} leaves", size2).c_str(), new_root, root2);
  }
  return absl::OkStatus();
}

}  // namespace symbolon::ledger
