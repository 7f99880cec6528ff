#include "ledger/merkle/tree_math.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace symbolon::ledger {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PlanRoot, OneSubtreeForEachBitOfTheSize) {
  EXPECT_THAT(PlanRoot(0), IsEmpty());
  EXPECT_THAT(PlanRoot(1), ElementsAre(NodeCoordinate{0, 0}));
  EXPECT_THAT(PlanRoot(2), ElementsAre(NodeCoordinate{1, 0}));
  EXPECT_THAT(PlanRoot(7), ElementsAre(NodeCoordinate{2, 0}, NodeCoordinate{1, 2}, NodeCoordinate{0, 6}));
  EXPECT_EQ(PlanRoot(~uint64_t{0}).size(), 64u);
  EXPECT_THAT(PlanRoot(uint64_t{1} << 63), ElementsAre(NodeCoordinate{63, 0}));
}

// RFC 6962 section 2.1.3, the tree of seven leaves: a..f, i, j are leaf hashes and nodes.
TEST(PlanInclusion, TheExamplesOfTheRfc) {
  const ProofPlan d0 = *PlanInclusion(0, 7);
  EXPECT_THAT(d0.nodes, ElementsAre(NodeCoordinate{0, 1}, NodeCoordinate{1, 1}, NodeCoordinate{1, 2},
                                    NodeCoordinate{0, 6}));
  EXPECT_EQ(d0.edge_begin, 2u);
  EXPECT_EQ(d0.edge_end, 4u);
  EXPECT_EQ(d0.length(), 3u);
  const ProofPlan d6 = *PlanInclusion(6, 7);
  EXPECT_THAT(d6.nodes, ElementsAre(NodeCoordinate{1, 2}, NodeCoordinate{2, 0}));
  EXPECT_EQ(d6.edge_begin, d6.edge_end);
}

TEST(PlanConsistency, TheExamplesOfTheRfc) {
  EXPECT_THAT(PlanConsistency(3, 7)->nodes,
              ElementsAre(NodeCoordinate{0, 2}, NodeCoordinate{0, 3}, NodeCoordinate{1, 0},
                          NodeCoordinate{1, 2}, NodeCoordinate{0, 6}));
  EXPECT_EQ(PlanConsistency(3, 7)->length(), 4u);
  EXPECT_THAT(PlanConsistency(4, 7)->nodes, ElementsAre(NodeCoordinate{1, 2}, NodeCoordinate{0, 6}));
  EXPECT_EQ(PlanConsistency(4, 7)->length(), 1u);
  EXPECT_THAT(PlanConsistency(6, 7)->nodes,
              ElementsAre(NodeCoordinate{1, 2}, NodeCoordinate{0, 6}, NodeCoordinate{2, 0}));
}

TEST(PlanConsistency, NothingIsNeededFromNothingOrToTheSame) {
  EXPECT_THAT(PlanConsistency(0, 0)->nodes, IsEmpty());
  EXPECT_THAT(PlanConsistency(0, 9)->nodes, IsEmpty());
  EXPECT_THAT(PlanConsistency(9, 9)->nodes, IsEmpty());
}

TEST(Plans, OutOfRangeIsRefused) {
  EXPECT_EQ(PlanInclusion(0, 0).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(PlanInclusion(7, 7).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(PlanConsistency(8, 7).status().code(), absl::StatusCode::kOutOfRange);
}

// Storage has the hashes of complete subtrees only, and no more than two look-ups a level are ever needed.
TEST(Plans, AskForFewAndOnlyCompleteSubtrees) {
  std::mt19937_64 random(3);
  std::vector<uint64_t> sizes = {1, 2, 3, ~uint64_t{0}, uint64_t{1} << 63, 100'000'000};
  for (int i = 0; i < 300; ++i) sizes.push_back((random() >> random() % 64) | 1);
  for (const uint64_t size : sizes) {
    for (const uint64_t at : {uint64_t{0}, size - 1, size / 2, random() % size}) {
      const ProofPlan inclusion = *PlanInclusion(at, size);
      const ProofPlan consistency = *PlanConsistency(at, size);
      EXPECT_EQ(inclusion.length(), InclusionProofLength(at, size));
      EXPECT_EQ(consistency.length(), ConsistencyProofLength(at, size));
      for (const ProofPlan* plan : {&inclusion, &consistency}) {
        EXPECT_LE(plan->nodes.size(), 128u);
        for (const NodeCoordinate& node : plan->nodes) {
          EXPECT_LT(node.index, CompleteNodes(size, node.level)) << "size " << size;
        }
      }
    }
  }
}

}  // namespace
}  // namespace symbolon::ledger
