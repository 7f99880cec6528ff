#pragma once
// RFC 6962 and RFC 9162 word for word, slow and obvious: what the product's algorithms are held against.

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/sha256.h"
#include "ledger/merkle/proof.h"

namespace symbolon::ledger::reference {

inline Digest Leaf(ByteView data) {
  return Sha256(std::string(1, '\0').append(data));
}
inline Digest Node(const Digest& left, const Digest& right) {
  return Sha256(std::string(1, '\1').append(View(left)).append(View(right)));
}

inline std::vector<Digest> Leaves(uint64_t n) {
  std::vector<Digest> out;
  for (uint64_t i = 0; i < n; ++i) out.push_back(Leaf(fmt::format("leaf {}", i)));
  return out;
}

// The largest power of two smaller than n.
inline uint64_t Split(uint64_t n) {
  uint64_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

// MTH(D[n]), RFC 6962 section 2.1.
inline Digest Mth(std::span<const Digest> d) {
  if (d.empty()) return Sha256("");
  if (d.size() == 1) return d[0];
  const uint64_t k = Split(d.size());
  return Node(Mth(d.first(k)), Mth(d.subspan(k)));
}

// PATH(m, D[n]), RFC 6962 section 2.1.1.
inline Proof Path(uint64_t m, std::span<const Digest> d) {
  if (d.size() <= 1) return {};
  const uint64_t k = Split(d.size());
  Proof path = m < k ? Path(m, d.first(k)) : Path(m - k, d.subspan(k));
  path.push_back(m < k ? Mth(d.subspan(k)) : Mth(d.first(k)));
  return path;
}

// SUBPROOF(m, D[n], b), RFC 6962 section 2.1.2.
inline Proof Subproof(uint64_t m, std::span<const Digest> d, bool b) {
  if (m == d.size()) return b ? Proof{} : Proof{Mth(d)};
  const uint64_t k = Split(d.size());
  Proof proof = m <= k ? Subproof(m, d.first(k), b) : Subproof(m - k, d.subspan(k), false);
  proof.push_back(m <= k ? Mth(d.subspan(k)) : Mth(d.first(k)));
  return proof;
}

// RFC 9162 section 2.1.3.2, step by step.
inline bool VerifyInclusion(const Digest& hash, uint64_t leaf_index, uint64_t tree_size, const Proof& path,
                            const Digest& root_hash) {
  if (leaf_index >= tree_size) return false;
  uint64_t fn = leaf_index, sn = tree_size - 1;
  Digest r = hash;
  for (const Digest& p : path) {
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      r = Node(p, r);
      if ((fn & 1) == 0) {
        do {
          fn >>= 1;
          sn >>= 1;
        } while ((fn & 1) == 0 && fn != 0);
      }
    } else {
      r = Node(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && r == root_hash;
}

// RFC 9162 section 2.1.4.2, step by step, for 0 < first < second.
inline bool VerifyConsistency(uint64_t first, uint64_t second, const Digest& first_hash,
                              const Digest& second_hash, Proof path) {
  if (path.empty()) return false;
  if ((first & (first - 1)) == 0) path.insert(path.begin(), first_hash);
  uint64_t fn = first - 1, sn = second - 1;
  while ((fn & 1) != 0) {
    fn >>= 1;
    sn >>= 1;
  }
  Digest fr = path[0], sr = path[0];
  for (size_t i = 1; i < path.size(); ++i) {
    const Digest& c = path[i];
    if (sn == 0) return false;
    if ((fn & 1) != 0 || fn == sn) {
      fr = Node(c, fr);
      sr = Node(c, sr);
      if ((fn & 1) == 0) {
        do {
          fn >>= 1;
          sn >>= 1;
        } while ((fn & 1) == 0 && fn != 0);
      }
    } else {
      sr = Node(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return fr == first_hash && sr == second_hash && sn == 0;
}

}  // namespace symbolon::ledger::reference
