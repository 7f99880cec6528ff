#include "node/submissions.h"

#include <gmock/gmock.h>

namespace symbolon::node {
namespace {

using consensus::Index;
using consensus::LogPosition;
using consensus::NodeId;
using consensus::Term;

// Submissions of node 1, with everything around it played by the test.
class SubmissionsTest : public testing::Test {
 protected:
  SubmissionsTest()
      : submissions_(
            NodeId(1), &SystemRuntime(), std::chrono::milliseconds(60'000),
            {.leader = [this] { return leader_; },
             .propose_here = [this](const api::Transaction&, PlacementDone done) { here_.push_back(done); },
             .forward =
                 [this](NodeId to, const api::Transaction&, PlacementDone done) {
                   EXPECT_EQ(to, leader_);
                   forwarded_.push_back(done);
                 },
             .find_applied = [this](uint64_t index) -> absl::StatusOr<std::optional<AppliedEntry>> {
               const auto found = applied_.find(index);
               if (found == applied_.end()) return std::nullopt;
               return found->second;
             },
             .receipt = [](uint64_t index) -> absl::StatusOr<Bytes> {
               return Bytes("receipt ") + char('0' + index);
             },
             .idle = [this] { ++idle_; }}) {}

  size_t Submit() {
    results_.emplace_back();
    const size_t i = results_.size() - 1;
    submissions_.Submit({}, [this, i](absl::StatusOr<api::Submitted> result) {
      EXPECT_FALSE(results_[i].has_value()) << "answered twice";
      results_[i] = std::move(result);
    });
    return i;
  }

  void Apply(uint64_t index, uint64_t term, ledger::Verdict verdict = ledger::Verdict::kAccepted) {
    const AppliedEntry entry{index, term, verdict, 40, 2};
    applied_[index] = entry;
    submissions_.OnPublished({entry});
  }

  static Placement At(uint64_t index, uint64_t term, bool existing = false) {
    return {LogPosition{Index(index), Term(term)}, existing};
  }

  std::optional<NodeId> leader_ = NodeId(1);
  std::vector<PlacementDone> here_, forwarded_;
  std::map<uint64_t, AppliedEntry> applied_;
  std::deque<std::optional<absl::StatusOr<api::Submitted>>> results_;
  int idle_ = 0;
  Submissions submissions_;
};

TEST_F(SubmissionsTest, SuccessIsTheProposedEntryApplied) {
  const size_t i = Submit();
  here_[0](At(5, 2));
  EXPECT_FALSE(results_[i]);
  Apply(5, 2);
  ASSERT_TRUE(results_[i] && results_[i]->ok());
  EXPECT_EQ((*results_[i])->receipt, "receipt 5");
  EXPECT_EQ((*results_[i])->first_attestation, 40u);
  EXPECT_FALSE((*results_[i])->existing);
}

// RB-30: another entry at the same index is not success.
TEST_F(SubmissionsTest, AnotherTermAtTheIndexMeansNotInTheLog) {
  const size_t i = Submit();
  here_[0](At(5, 2));
  Apply(5, 3);
  ASSERT_TRUE(results_[i]);
  EXPECT_TRUE(absl::IsUnavailable(results_[i]->status()));
  EXPECT_THAT(std::string(results_[i]->status().message()), testing::HasSubstr("not in the log"));
}

TEST_F(SubmissionsTest, RejectedEntryNamesTheVerdict) {
  const size_t i = Submit();
  here_[0](At(5, 2));
  Apply(5, 2, ledger::Verdict::kOutOfSequence);
  ASSERT_TRUE(results_[i]);
  EXPECT_TRUE(absl::IsFailedPrecondition(results_[i]->status()));
}

TEST_F(SubmissionsTest, LeadersAnswerMayComeAfterTheEntryWasApplied) {
  leader_ = NodeId(2);
  const size_t i = Submit();
  Apply(5, 2);
  forwarded_[0](At(5, 2, true));
  ASSERT_TRUE(results_[i] && results_[i]->ok());
  EXPECT_TRUE((*results_[i])->existing);
}

TEST_F(SubmissionsTest, DroppedAndUnknownProposalsAreToldApart) {
  const size_t dropped = Submit(), unknown = Submit(), committed = Submit();
  here_[0](At(5, 2));
  here_[1](At(6, 2));
  here_[2](At(7, 2));
  submissions_.OnProposal({{Index(5), Term(2)}, consensus::Outcome::kDropped});
  submissions_.OnProposal({{Index(6), Term(2)}, consensus::Outcome::kUnknown});
  submissions_.OnProposal({{Index(7), Term(2)}, consensus::Outcome::kCommitted});
  EXPECT_THAT(std::string(results_[dropped]->status().message()), testing::HasSubstr("not in the log"));
  EXPECT_THAT(std::string(results_[unknown]->status().message()), testing::HasSubstr("unknown"));
  EXPECT_FALSE(results_[committed]);
}

TEST_F(SubmissionsTest, WaitsForALeaderAndTriesAgain) {
  leader_ = std::nullopt;
  const size_t i = Submit();
  EXPECT_TRUE(here_.empty() && forwarded_.empty());
  leader_ = NodeId(3);
  submissions_.OnTick(SystemRuntime().Now());
  ASSERT_EQ(forwarded_.size(), 1u);
  forwarded_[0](absl::UnavailableError("link down"));
  EXPECT_FALSE(results_[i]);
  leader_ = NodeId(1);
  submissions_.OnTick(SystemRuntime().Now());
  ASSERT_EQ(here_.size(), 1u);
  here_[0](At(5, 2));
  Apply(5, 2);
  EXPECT_TRUE(results_[i] && results_[i]->ok());
}

TEST_F(SubmissionsTest, LeadersOwnErrorsArePassedOn) {
  const size_t i = Submit();
  here_[0](absl::OutOfRangeError("the next must be 7"));
  ASSERT_TRUE(results_[i]);
  EXPECT_TRUE(absl::IsOutOfRange(results_[i]->status()));
}

// I-13: every submission ends, wherever it was, and exactly once.
TEST_F(SubmissionsTest, EveryWaitEndsWhenTheTimeIsUpOrTheNodeStops) {
  leader_ = std::nullopt;
  const size_t parked = Submit();
  leader_ = NodeId(1);
  const size_t placing = Submit(), in_log = Submit();
  here_[1](At(5, 2));
  submissions_.OnTick(SystemRuntime().Now() + std::chrono::minutes(2));
  for (const size_t i : {parked, placing, in_log}) {
    ASSERT_TRUE(results_[i]);
    EXPECT_TRUE(absl::IsUnavailable(results_[i]->status()));
  }
  here_[0](At(6, 2));  // too late for anybody
  Apply(5, 2);
  Apply(6, 2);

  EXPECT_EQ(idle_, 1);
  EXPECT_TRUE(submissions_.IsIdle());

  const size_t last = Submit();
  EXPECT_FALSE(submissions_.IsIdle());
  submissions_.Stop();
  EXPECT_TRUE(absl::IsUnavailable(results_[last]->status()));
  const size_t after = Submit();
  EXPECT_TRUE(absl::IsUnavailable(results_[after]->status()));
  EXPECT_TRUE(submissions_.IsIdle());
}

}  // namespace
}  // namespace symbolon::node
