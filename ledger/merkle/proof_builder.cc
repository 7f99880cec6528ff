#include "ledger/merkle/proof_builder.h"

#include <cstdlib>

#include "base/status_macros.h"
#include "ledger/merkle/hash.h"

namespace symbolon::ledger {

absl::StatusOr<std::vector<Digest>> NodeSource::Nodes(std::span<const NodeCoordinate> wanted) const {
  std::vector<Digest> hashes;
  hashes.reserve(wanted.size());
  for (const NodeCoordinate& node : wanted) {
    ASSIGN_OR_RETURN(const Digest hash, Node(node.level, node.index));
    hashes.push_back(hash);
  }
  return hashes;
}

Digest FoldFromRight(std::span<const Digest> hashes) {
  if (hashes.empty()) std::abort();
  Digest hash = hashes.back();
  for (size_t i = hashes.size() - 1; i-- > 0;) hash = NodeHash(hashes[i], hash);
  return hash;
}

Proof AssembleProof(const ProofPlan& plan, std::span<const Digest> hashes) {
  if (hashes.size() != plan.nodes.size()) std::abort();
  if (plan.edge_begin == plan.edge_end) return Proof(hashes.begin(), hashes.end());
  Proof proof;
  proof.reserve(plan.length());
  const auto at = [&](size_t i) { return hashes.begin() + static_cast<std::ptrdiff_t>(i); };
  proof.insert(proof.end(), hashes.begin(), at(plan.edge_begin));
  proof.push_back(FoldFromRight(hashes.subspan(plan.edge_begin, plan.edge_end - plan.edge_begin)));
  proof.insert(proof.end(), at(plan.edge_end), hashes.end());
  return proof;
}

absl::StatusOr<Digest> RootOf(uint64_t size, const NodeSource& source) {
  if (size == 0) return EmptyRoot();
  return RootOfRange(0, size, source);
}

absl::StatusOr<Digest> RootOfRange(uint64_t begin, uint64_t end, const NodeSource& source) {
  std::vector<NodeCoordinate> nodes;
  AppendCover(begin, end, nodes);
  ASSIGN_OR_RETURN(const std::vector<Digest> hashes, source.Nodes(nodes));
  return FoldFromRight(hashes);
}

absl::StatusOr<Proof> BuildInclusion(uint64_t index, uint64_t size, const NodeSource& source) {
  ASSIGN_OR_RETURN(const ProofPlan plan, PlanInclusion(index, size));
  ASSIGN_OR_RETURN(const std::vector<Digest> hashes, source.Nodes(plan.nodes));
  return AssembleProof(plan, hashes);
}

absl::StatusOr<Proof> BuildConsistency(uint64_t size1, uint64_t size2, const NodeSource& source) {
  ASSIGN_OR_RETURN(const ProofPlan plan, PlanConsistency(size1, size2));
  ASSIGN_OR_RETURN(const std::vector<Digest> hashes, source.Nodes(plan.nodes));
  return AssembleProof(plan, hashes);
}

}  // namespace symbolon::ledger
