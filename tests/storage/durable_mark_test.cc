#include "storage/durable_mark.h"

#include <gtest/gtest.h>

#include "storage/atomic_file.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

class DurableMarkTest : public testing::Test {
 protected:
  std::string Path() const { return folder_.path() + "/MARK"; }
  void Damage(size_t from, size_t to) const {
    Bytes file = ReadWholeFile(Path(), 1 << 20).value();
    for (size_t i = from; i < to; ++i) file[i] = static_cast<char>(file[i] ^ 0x40);
    ASSERT_OK(WriteFileAtomically(Path(), file));
  }
  TemporaryFolder folder_;
};

TEST_F(DurableMarkTest, KeepsWhatWasPromised) {
  ASSERT_OK(DurableMark::Create(Path()));
  EXPECT_EQ(DurableMark::Read(Path()).value(), Promises{});
  Promises expected;
  {
    auto mark = DurableMark::Open(Path()).value();
    for (uint64_t i = 1; i <= 5; ++i) ASSERT_OK(mark->SetLog(i, 2, 3, 7));
    ASSERT_OK(mark->SetSigned(4, Digest{9}));
    expected = {5, 2, 3, 7, 4, Digest{9}};
    EXPECT_EQ(mark->promises(), expected);
  }
  EXPECT_EQ(DurableMark::Open(Path()).value()->promises(), expected);
  EXPECT_TRUE(absl::IsAlreadyExists(DurableMark::Create(Path())));
}

TEST_F(DurableMarkTest, OneDamagedCopyIsMadeUpForByTheOther) {
  ASSERT_OK(DurableMark::Create(Path()));
  ASSERT_OK(DurableMark::Open(Path()).value()->SetLog(10, 1, 1, 0));
  ASSERT_OK(DurableMark::Open(Path()).value()->SetLog(11, 1, 1, 0));  // generation 2: blocks 0 and 1
  Damage(20, 21);
  EXPECT_EQ(DurableMark::Read(Path())->last_index, 11u);
}

TEST_F(DurableMarkTest, ATornWriteLeavesTheOneBefore) {
  ASSERT_OK(DurableMark::Create(Path()));
  ASSERT_OK(DurableMark::Open(Path()).value()->SetLog(10, 1, 1, 0));
  ASSERT_OK(DurableMark::Open(Path()).value()->SetLog(11, 1, 1, 0));
  Damage(0, 8192);
  EXPECT_EQ(DurableMark::Read(Path())->last_index, 10u);
}

TEST_F(DurableMarkTest, WithoutAnIntactCopyNothingIsAssumed) {
  ASSERT_OK(DurableMark::Create(Path()));
  Damage(0, 16384);
  EXPECT_TRUE(absl::IsDataLoss(DurableMark::Open(Path()).status()));
  EXPECT_TRUE(absl::IsNotFound(DurableMark::Open(Path() + "x").status()));
}

}  // namespace
}  // namespace symbolon::storage
