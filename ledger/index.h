#pragma once
// The one place that converts between the three ways of counting along the ledger. No "+ 1" elsewhere.
//
//   entry index  from 1, as in Raft's log; 0 stands for genesis, before the first entry
//   leaf index   from 0, as in RFC 6962
//   tree size    number of leaves: the tree of size n covers entries 1..n

#include <cstdint>

namespace symbolon::ledger {

inline constexpr uint64_t kGenesisIndex = 0;

// The leaf of an entry. `entry_index` must be at least 1.
constexpr uint64_t LeafOfEntry(uint64_t entry_index) {
  return entry_index - 1;
}

// The entry of a leaf.
constexpr uint64_t EntryOfLeaf(uint64_t leaf_index) {
  return leaf_index + 1;
}

// The size of the tree right after the entry, and (0) before the first.
constexpr uint64_t TreeSizeAfter(uint64_t entry_index) {
  return entry_index;
}

// The last entry that a tree covers; kGenesisIndex for the empty tree.
constexpr uint64_t LastEntryOf(uint64_t tree_size) {
  return tree_size;
}

}  // namespace symbolon::ledger
