#include "node/log_writer.h"

#include <gtest/gtest.h>

#include "tests/node/hand_runtime.h"
#include "tests/node/test_network.h"
#include "tests/storage/support/disk_with_space.h"

namespace symbolon::node {
namespace {

using consensus::Index;
using consensus::Term;

class LogWriterTest : public testing::Test {
 protected:
  static constexpr uint64_t kReserve = 1 << 20;

  void SetUp() override {
    storage::Options options;
    options.dir = network_.dir() + "/store";
    options.disk = &disk_;
    options.create_if_missing = true;
    options.reserve_bytes = kReserve;
    store_ = *storage::Store::Open(options, {network_.network(), 1});
    log_ = *storage::RaftLog::Open(store_.get());
    writer_ = std::make_unique<LogWriter>(
        &runtime_, log_.get(),
        LogWriter::Callbacks{
            .send = [this](const consensus::Message& message) { sent_.push_back(message.term.value()); },
            .persisted = [this](consensus::PersistToken token) { persisted_ = token.value(); },
            .failed = [this](const absl::Status&) { ++failed_; }});
  }
  // A vote, an entry, or both, and a message that waits for them.
  void Enqueue(uint64_t token, std::optional<uint64_t> term, std::optional<uint64_t> index) {
    LogWriter::Job job;
    if (term) job.write.hard_state = consensus::HardState{Term(*term), consensus::NodeId(1)};
    const auto data = std::make_shared<consensus::EntryData>(consensus::EntryData{"header", "body"});
    if (index) job.write.append.push_back({Index(*index), Term(1), consensus::EntryKind::kNormal, data});
    job.token = consensus::PersistToken(token);
    job.messages.push_back(
        {consensus::NodeId(1), consensus::NodeId(2), Term(token), consensus::AppendReply{}});
    writer_->Enqueue(std::move(job));
  }

  test::TestNetwork network_{{.nodes = 1}};
  storage::DiskWithSpace disk_{storage::OperatingSystemDisk()};
  HandRuntime runtime_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::RaftLog> log_;
  std::unique_ptr<LogWriter> writer_;
  std::vector<uint64_t> sent_;
  uint64_t persisted_ = 0;
  int failed_ = 0;
};

// LV-15: nothing is acknowledged, nothing is lost or reordered, and it goes on by itself.
TEST_F(LogWriterTest, WaitsForSpaceAndGoesOnInOrder) {
  Enqueue(1, 1, 1);
  EXPECT_EQ(runtime_.Turn(WorkerKind::kLogWriter), kNever);
  EXPECT_EQ(persisted_, 1u);
  disk_.SetFree(kReserve / 4);
  Enqueue(2, std::nullopt, 2);
  for (int i = 0; i < 3; ++i) {
    const MonotonicTime next = runtime_.Turn(WorkerKind::kLogWriter);
    EXPECT_GT(next, runtime_.now) << "it spins";
    EXPECT_LE(next, runtime_.now + std::chrono::seconds(1));
    runtime_.now = next;
  }
  Enqueue(3, 5, std::nullopt);  // behind it, and so it waits
  Enqueue(4, std::nullopt, 3);
  runtime_.Turn(WorkerKind::kLogWriter);
  EXPECT_EQ(persisted_, 1u);
  EXPECT_EQ(sent_, std::vector<uint64_t>{1});
  EXPECT_EQ(log_->LastIndex(), Index(1));
  disk_.SetFree(2 * kReserve);
  EXPECT_EQ(runtime_.Turn(WorkerKind::kLogWriter), kNever);
  EXPECT_EQ(persisted_, 4u);
  EXPECT_EQ(sent_, (std::vector<uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(log_->LastIndex(), Index(3));
  EXPECT_EQ(log_->hard_state().term, Term(5));
  EXPECT_EQ(failed_, 0);
}

// A leader asks again and again whether there is space.
TEST_F(LogWriterTest, AnswersThatWriteNothingDoNotPileUpWhileTheDiskIsFull) {
  Enqueue(1, 1, 1);
  runtime_.Turn(WorkerKind::kLogWriter);
  disk_.SetFree(kReserve / 4);
  Enqueue(2, std::nullopt, 2);
  runtime_.Turn(WorkerKind::kLogWriter);
  for (uint64_t token = 3; token <= 50; ++token) Enqueue(token, std::nullopt, std::nullopt);
  disk_.SetFree(2 * kReserve);
  runtime_.Turn(WorkerKind::kLogWriter);
  EXPECT_EQ(persisted_, 50u);
  EXPECT_EQ(sent_, (std::vector<uint64_t>{1, 2}));
}

TEST_F(LogWriterTest, VotesAreWrittenWithoutSpace) {
  disk_.SetFree(0);
  Enqueue(1, 3, std::nullopt);
  EXPECT_EQ(runtime_.Turn(WorkerKind::kLogWriter), kNever);
  EXPECT_EQ(persisted_, 1u);
  EXPECT_EQ(log_->hard_state().term, Term(3));
}

TEST_F(LogWriterTest, StopsWhileItWaits) {
  disk_.SetFree(0);
  Enqueue(1, 1, 1);
  runtime_.Turn(WorkerKind::kLogWriter);
  writer_->Stop();
  disk_.SetFree(2 * kReserve);
  EXPECT_EQ(runtime_.Turn(WorkerKind::kLogWriter), kNever);
  EXPECT_EQ(persisted_, 0u);
  EXPECT_EQ(log_->LastIndex(), Index(0));
}

}  // namespace
}  // namespace symbolon::node
