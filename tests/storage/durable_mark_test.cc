#include "storage/durable_mark.h"

#include <gtest/gtest.h>

#include "tests/storage/support/simulated_disk.h"
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

// LV-14: a write that failed may be read back from the page cache, and be gone after a loss of power. What a
// process has read and gone by must not be.
TEST(DurableMark, WhatAnOpenMarkSaysIsDurable) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SimulatedDisk disk;
    ASSERT_OK(DurableMark::Create(&disk, "/MARK"));
    {
      auto mark = DurableMark::Open(&disk, "/MARK").value();
      ASSERT_OK(mark->SetSigned(23, Digest{23}));
      disk.FailFrom(1, Fault::kError);
      EXPECT_FALSE(mark->SetSigned(24, Digest{24}).ok());
      disk.KillProcess();
      disk.Heal();
    }
    const Promises gone_by = DurableMark::Open(&disk, "/MARK").value()->promises();
    disk.LosePower(seed);
    EXPECT_EQ(DurableMark::Open(&disk, "/MARK").value()->promises(), gone_by) << "seed " << seed;
  }
}

ON_EVERY_DISK(DurableMarkTest);

}  // namespace
}  // namespace symbolon::storage
