#include "storage/durable_mark.h"

#include <gtest/gtest.h>

#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

class DurableMarkTest : public AnyDiskTest {
 protected:
  std::string Path() const { return folder_.path() + "/MARK"; }
  void Damage(size_t from, size_t to) {
    Bytes file = disk()->Read(Path(), 1 << 20).value();
    for (size_t i = from; i < to; ++i) file[i] = static_cast<char>(file[i] ^ 0x40);
    ASSERT_OK(disk()->Replace(Path(), file, 0600));
  }
};

TEST_P(DurableMarkTest, KeepsWhatWasPromised) {
  ASSERT_OK(DurableMark::Create(disk(), Path()));
  EXPECT_EQ(DurableMark::Read(*disk(), Path()).value(), Promises{});
  Promises expected;
  {
    auto mark = DurableMark::Open(disk(), Path()).value();
    for (uint64_t i = 1; i <= 5; ++i) ASSERT_OK(mark->SetLog(i, 2, 3, 7));
    ASSERT_OK(mark->SetSigned(4, Digest{9}));
    expected = {5, 2, 3, 7, 4, Digest{9}};
    EXPECT_EQ(mark->promises(), expected);
  }
  EXPECT_EQ(DurableMark::Open(disk(), Path()).value()->promises(), expected);
  EXPECT_TRUE(absl::IsAlreadyExists(DurableMark::Create(disk(), Path())));
}

TEST_P(DurableMarkTest, OneDamagedCopyIsMadeUpForByTheOther) {
  ASSERT_OK(DurableMark::Create(disk(), Path()));
  ASSERT_OK(DurableMark::Open(disk(), Path()).value()->SetLog(10, 1, 1, 0));
  ASSERT_OK(DurableMark::Open(disk(), Path()).value()->SetLog(11, 1, 1, 0));  // generation 2: blocks 0 and 1
  Damage(20, 21);
  EXPECT_EQ(DurableMark::Read(*disk(), Path())->last_index, 11u);
}

TEST_P(DurableMarkTest, ATornWriteLeavesTheOneBefore) {
  ASSERT_OK(DurableMark::Create(disk(), Path()));
  ASSERT_OK(DurableMark::Open(disk(), Path()).value()->SetLog(10, 1, 1, 0));
  ASSERT_OK(DurableMark::Open(disk(), Path()).value()->SetLog(11, 1, 1, 0));
  Damage(0, 8192);
  EXPECT_EQ(DurableMark::Read(*disk(), Path())->last_index, 10u);
}

TEST_P(DurableMarkTest, WithoutAnIntactCopyNothingIsAssumed) {
  ASSERT_OK(DurableMark::Create(disk(), Path()));
  Damage(0, 16384);
  EXPECT_TRUE(absl::IsDataLoss(DurableMark::Open(disk(), Path()).status()));
  EXPECT_TRUE(absl::IsNotFound(DurableMark::Open(disk(), Path() + "x").status()));
}

ON_EVERY_DISK(DurableMarkTest);

}  // namespace
}  // namespace symbolon::storage
