#include "ledger/status_register.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "ledger/merkle/hash.h"
#include "ledger/merkle/memory_tree.h"
#include "ledger/merkle/proof.h"

namespace symbolon::ledger {
namespace {

// The register as docs/formats.md describes it, recomputed from scratch each time.
struct Model {
  std::vector<Status> statuses;

  StatusChunk Chunk(uint64_t number) const {
    StatusChunk chunk{};
    for (uint64_t i = 0; i < kNumbersPerChunk; ++i) {
      const uint64_t at = number * kNumbersPerChunk + i;
      if (at >= statuses.size()) break;
      chunk[i / 4] = static_cast<uint8_t>(chunk[i / 4] | static_cast<int>(statuses[at]) << (2 * (i % 4)));
    }
    return chunk;
  }
  Digest Root() const {
    std::vector<Digest> leaves;
    for (uint64_t n = 0; n < StatusChunkCount(statuses.size()); ++n)
      leaves.push_back(StatusLeafHash(n, Chunk(n)));
    return MemoryTree(leaves).Root();
  }
};

TEST(StatusRegister, PacksAsTheTokenStatusList) {
  StatusRegister r;
  r.Append(5, Status::kValid);
  r.Set(0, Status::kRevoked);
  r.Set(1, Status::kSuspended);
  r.Set(3, Status::kVoid);
  r.Set(4, Status::kRevoked);
  EXPECT_EQ(r.Chunk(0)[0], 0b11001001);
  EXPECT_EQ(r.Chunk(0)[1], 0b00000001);
  EXPECT_EQ(r.Get(2), Status::kValid);
  EXPECT_EQ(r.Get(3), Status::kVoid);
}

TEST(StatusRegister, EmptyHasTheEmptyRoot) {
  StatusRegister r;
  EXPECT_EQ(r.Root(), EmptyRoot());
  EXPECT_EQ(StatusChunkCount(0), 0u);
  EXPECT_EQ(StatusChunkCount(256), 1u);
  EXPECT_EQ(StatusChunkCount(257), 2u);
}

TEST(StatusRegister, RootIsThatOfTheModelAroundChunkBoundaries) {
  StatusRegister r;
  Model model;
  for (uint64_t step : {1, 254, 1, 1, 255, 256, 512, 300, 4096, 1}) {
    r.Append(step, Status::kValid);
    model.statuses.resize(model.statuses.size() + step, Status::kValid);
    EXPECT_EQ(r.Root(), model.Root()) << r.count();
    r.Set(r.count() - 1, Status::kRevoked);
    model.statuses.back() = Status::kRevoked;
    EXPECT_EQ(r.Root(), model.Root()) << r.count();
  }
}

// Random changes; at random moments a version is captured, and everything about living versions must stay as
// it was.
class StatusRegisterHistory : public ::testing::TestWithParam<int> {
 protected:
  void Step() {
    switch (random_() % 4) {
      case 0: {
        const uint64_t n = random_() % (random_() % 8 == 0 ? 20000 : 600);
        const Status status = random_() % 3 == 0 ? Status::kVoid : Status::kValid;
        r_.Append(n, status);
        model_.statuses.resize(model_.statuses.size() + n, status);
        break;
      }
      case 1:
      case 2:
        for (int i = 0; i < 5 && r_.count() > 0; ++i) {
          const uint64_t number = random_() % r_.count();
          const auto status = static_cast<Status>(random_() % 4);
          r_.Set(number, status);
          model_.statuses[number] = status;
        }
        break;
      default:
        r_.Capture(++last_version_);
        captured_[last_version_] = model_;
        if (captured_.size() > 2) captured_.erase(captured_.begin());
    }
  }

  // What a node would have on disk.
  void Persist() {
    const StatusRegisterChanges changes = r_.TakeChanges();
    for (const auto& [number, chunk] : changes.chunks) chunks_[number] = chunk;
    for (const StatusUndo& undo : changes.undo_added) undo_.push_back(undo);
    for (uint64_t dropped : changes.versions_dropped) {
      std::erase_if(undo_, [&](const StatusUndo& undo) { return undo.version == dropped; });
    }
  }

  absl::StatusOr<StatusRegister> Restore() const {
    Bytes chunks;
    for (const auto& [number, chunk] : chunks_) chunks.append(View(chunk));
    return StatusRegister::Restore(r_.count(), chunks, r_.versions(), undo_);
  }

  void Check(StatusRegister& r) const {
    ASSERT_EQ(r.versions().size(), captured_.size());
    for (const StatusVersion& id : r.versions()) {
      const Model& then = captured_.at(id.version);
      EXPECT_EQ(id.root, then.Root());
      EXPECT_EQ(id.count, then.statuses.size());
      for (uint64_t n = 0; n < StatusChunkCount(id.count); ++n) {
        const auto proof = r.ProofAt(id.version, n);
        ASSERT_TRUE(proof.ok()) << proof.status();
        EXPECT_EQ(proof->chunk, then.Chunk(n));
        EXPECT_TRUE(VerifyInclusion(StatusLeafHash(n, proof->chunk), n, StatusChunkCount(id.count),
                                    proof->path, id.root)
                        .ok());
      }
      EXPECT_FALSE(r.ProofAt(id.version, StatusChunkCount(id.count)).ok());
    }
    EXPECT_EQ(r.Root(), model_.Root());
  }

  std::mt19937_64 random_{static_cast<uint64_t>(GetParam())};
  StatusRegister r_;
  Model model_;
  uint64_t last_version_ = 0;
  std::map<uint64_t, Model> captured_;
  std::map<uint64_t, StatusChunk> chunks_;
  std::vector<StatusUndo> undo_;
};

TEST_P(StatusRegisterHistory, VersionsStandStillWhileTheRegisterMoves) {
  for (int i = 0; i < 40; ++i) {
    Step();
    if (i % 8 == 7) Check(r_);
  }
}

TEST_P(StatusRegisterHistory, RestoreGivesTheSameRegister) {
  for (int i = 0; i < 40; ++i) {
    Step();
    if (random_() % 3 == 0) Persist();
    if (i % 10 != 9) continue;
    Persist();
    auto restored = Restore();
    ASSERT_TRUE(restored.ok()) << restored.status();
    Check(*restored);
    r_ = *std::move(restored);  // and life goes on from there
  }
  Check(r_);
}

INSTANTIATE_TEST_SUITE_P(Seeds, StatusRegisterHistory, ::testing::Range(0, 12));

TEST(StatusRegister, AtMostTwoVersionsLive) {
  StatusRegister r;
  r.Append(10, Status::kValid);
  for (uint64_t v : {1, 2, 3}) r.Capture(v);
  ASSERT_EQ(r.versions().size(), 2u);
  EXPECT_EQ(r.versions()[0].version, 2u);
  EXPECT_EQ(r.ProofAt(1, 0).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(r.TakeChanges().versions_dropped, std::vector<uint64_t>{1});
}

TEST(StatusRegister, ValidNumbersThatFitTouchNoChunk) {
  StatusRegister r;
  r.Append(10, Status::kValid);
  r.TakeChanges();
  r.Append(10, Status::kValid);
  EXPECT_TRUE(r.TakeChanges().chunks.empty());
  r.Append(1, Status::kVoid);
  EXPECT_EQ(r.TakeChanges().chunks.size(), 1u);
}

TEST(StatusRegister, RestoreNamesWhatIsDamaged) {
  StatusRegister r;
  r.Append(600, Status::kValid);
  r.Capture(4);
  r.Set(3, Status::kRevoked);
  const StatusRegisterChanges changes = r.TakeChanges();
  Bytes chunks;
  for (const auto& [number, chunk] : changes.chunks) chunks.append(View(chunk));
  const auto code = [&](uint64_t count, const Bytes& bytes, std::vector<StatusVersion> versions,
                        std::vector<StatusUndo> undo) {
    return StatusRegister::Restore(count, bytes, versions, undo).status().code();
  };
  EXPECT_EQ(code(600, chunks, r.versions(), changes.undo_added), absl::StatusCode::kOk);
  EXPECT_EQ(code(800, chunks, r.versions(), changes.undo_added), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(600, chunks + "x", r.versions(), changes.undo_added), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(600, chunks, r.versions(), {}), absl::StatusCode::kDataLoss);  // undo lost
  EXPECT_EQ(code(600, chunks, {}, changes.undo_added), absl::StatusCode::kDataLoss);
  Bytes flipped = chunks;
  flipped[100] ^= 1;
  EXPECT_EQ(code(600, flipped, r.versions(), changes.undo_added), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace symbolon::ledger
