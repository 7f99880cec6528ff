#include "storage/stored_state.h"

#include <gtest/gtest.h>

#include "storage/database.h"
#include "storage/keys.h"
#include "storage/rebuild.h"
#include "tests/storage/test_ledger.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

using StoredStateTest = AnyDiskTest;

// RB-45: who the nodes are is what the ledger says, also after a restart and after a rebuild.
TEST_P(StoredStateTest, RB45TheMembershipComesBack) {
  TestLedger ledger;
  {
    auto node = TestNode::Open(MakeOptions(), ledger);
    ASSERT_OK(node.status());
    ASSERT_OK(node->PersistAndApply({ledger.NoOp(), ledger.AddLearner(*node->state, 2)}));
    EXPECT_EQ(node->state->registry_version(), 1u);
    EXPECT_FALSE(node->state->membership().IsCarriedOut());
  }
  ledger::Membership membership;
  {  // between decision and configuration
    auto node = TestNode::Open(MakeOptions(), ledger);
    ASSERT_OK(node.status());
    EXPECT_EQ(node->state->registry_version(), 1u);
    ASSERT_OK(node->PersistAndApply({ledger.Configuration(*node->state), ledger.Batch(3)}));
    membership = node->state->membership();
    EXPECT_TRUE(membership.IsCarriedOut());
    EXPECT_EQ(membership.in_force.members.size(), 2u);
    EXPECT_EQ(node->ledger->FindSequence("", 0, 1).value()->entry_index, 2u);
  }
  {
    auto node = TestNode::Open(MakeOptions(), ledger);
    ASSERT_OK(node.status());
    EXPECT_EQ(node->state->membership(), membership);
    ASSERT_OK(DropDerivedState(node->store.get()));
  }
  auto node = TestNode::Open(MakeOptions(), ledger);
  ASSERT_OK(node.status());
  EXPECT_EQ(node->state->registry_version(), 0u);
  ASSERT_OK(node->ApplyTo(4));
  EXPECT_EQ(node->state->membership(), membership);
}

TEST_P(StoredStateTest, AMembershipThatIsGoneIsDamage) {
  TestLedger ledger;
  {
    auto node = TestNode::Open(MakeOptions(), ledger);
    ASSERT_OK(node.status());
    ASSERT_OK(node->PersistAndApply({ledger.NoOp(), ledger.AddLearner(*node->state, 2)}));
    rocksdb::WriteBatch batch;
    batch.Delete(node->store->database().handle(Family::kMeta), ToSlice(kMembershipKey));
    ASSERT_OK(node->store->database().Write(&batch, true, "test"));
  }
  EXPECT_TRUE(absl::IsDataLoss(TestNode::Open(MakeOptions(), ledger).status()));
}

ON_EVERY_DISK(StoredStateTest);

}  // namespace
}  // namespace symbolon::storage
