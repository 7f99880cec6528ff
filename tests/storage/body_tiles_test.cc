#include "storage/body_tiles.h"

#include <gtest/gtest.h>

#include "ledger/entries/batch.h"
#include "ledger/merkle/memory_tree.h"
#include "storage/body_proof.h"
#include "tests/storage/test_ledger.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

using ledger::MemoryTree;

class BodyTilesTest : public StoreTest, public testing::WithParamInterface<uint32_t> {};

// Sizes around the widths of tiles: the three small trees must be the one big tree.
TEST_P(BodyTilesTest, PathsAreThoseOfTheWholeTreeAndBytesComeBack) {
  const uint32_t count = GetParam();
  TestLedger ledger;
  auto node = TestNode::Open(MakeOptions(), ledger);
  ASSERT_OK(node.status());
  const consensus::Entry entry = ledger.Batch(count, 2);
  ASSERT_OK(node->PersistAndApply({entry}));
  EXPECT_EQ(node->ledger->Header(1).value(), entry.data->header);
  EXPECT_EQ(node->ledger->Body(1).value(), entry.data->body);

  const ledger::DecodedEntry decoded = ledger::DecodeEntry(entry.data->header, entry.data->body);
  const MemoryTree commitments(ledger::CommitmentLeafHashes(*decoded.payload.body));
  const MemoryTree tags(ledger::TagLeafHashes(*decoded.payload.body));
  const ledger::BatchRef batch = node->ledger->BatchOf(0).value().value();
  EXPECT_EQ(batch.count, count);
  for (uint32_t position = 0; position<count; position += count> 300 ? 37 : 1) {
    const auto commitment = node->ledger->ProveCommitment(batch, position);
    ASSERT_OK(commitment.status());
    EXPECT_EQ(commitment->commitment, TestLedger::Commitment(1, position));
    EXPECT_EQ(commitment->path, commitments.Inclusion(position));
    const auto tag = node->ledger->ProveTags(batch, position);
    ASSERT_OK(tag.status());
    EXPECT_EQ(tag->tags, (std::vector<ledger::LookupTag>{TestLedger::Tag(1, position, 0),
                                                         TestLedger::Tag(1, position, 1)}));
    EXPECT_EQ(tag->path, tags.Inclusion(position));
  }
  EXPECT_EQ(node->ledger->ProveCommitment(batch, count - 1)->path, commitments.Inclusion(count - 1));
}

INSTANTIATE_TEST_SUITE_P(Counts, BodyTilesTest,
                         testing::Values(1, 2, 15, 16, 17, 31, 33, 255, 256, 257, 4095, 4096));

TEST_F(StoreTest, ABodyWithoutTagsHasNoTagProof) {
  TestLedger ledger;
  auto node = TestNode::Open(MakeOptions(), ledger);
  ASSERT_OK(node.status());
  const consensus::Entry entry = ledger.Batch(40, 0);
  ASSERT_OK(node->PersistAndApply({entry}));
  EXPECT_EQ(node->ledger->Body(1).value(), entry.data->body);
  const ledger::BatchRef batch = node->ledger->BatchOf(0).value().value();
  EXPECT_TRUE(absl::IsNotFound(node->ledger->ProveTags(batch, 3).status()));
}

TEST(CutBody, AnythingElseThanABatchBodyIsOnePiece) {
  TestLedger ledger;
  const consensus::Entry batch = ledger.Batch(20, 1);
  const Bytes& header = batch.data->header;
  const Bytes& body = batch.data->body;
  for (const Bytes& odd :
       {Bytes("x"), body.substr(1), body + "x", body.substr(0, body.size() - 1), Bytes(5000, '\xff')}) {
    const auto tiles = CutBody(header, odd);
    ASSERT_EQ(tiles.size(), 1u);
    EXPECT_EQ(tiles[0].tree, BodyTree::kRaw);
    EXPECT_EQ(tiles[0].bytes, odd);
  }
  EXPECT_EQ(CutBody("no header", body).size(), 1u);
  EXPECT_TRUE(CutBody(header, "").empty());
  EXPECT_EQ(CutBody(header, body).size(), 4u);
}

TEST(SplitTagTile, RefusesListsThatDoNotFit) {
  EXPECT_TRUE(SplitTagTile("")->empty());
  EXPECT_EQ(SplitTagTile(Bytes(16, '\0'))->size(), 16u);
  EXPECT_FALSE(SplitTagTile(Bytes(17, '\0')));
  EXPECT_FALSE(SplitTagTile(Bytes("\x01too short")));
}

}  // namespace
}  // namespace symbolon::storage
