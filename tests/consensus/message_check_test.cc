#include "consensus/message_check.h"

#include "consensus/errors.h"
#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using ::testing::HasSubstr;

Message Append(LogPosition prev, std::vector<Entry> entries, uint64_t term = 3) {
  return Msg(2, 1, term, AppendRequest{prev, std::move(entries), I(0), 0, I(0)});
}

TEST(CheckMessage, AcceptsWhatACorrectNodeSends) {
  EXPECT_TRUE(CheckMessage(Append(At(0, 0), {}), T(0)).ok());
  EXPECT_TRUE(CheckMessage(Append(At(4, 2), {MakeEntry(5, 2), MakeEntry(6, 3)}), T(3)).ok());
  EXPECT_TRUE(CheckMessage(Msg(2, 1, 0, ReadRequest{7}), T(3)).ok());
  EXPECT_TRUE(CheckMessage(Msg(2, 1, 3, VoteRequest{At(4, 2), false}), T(2)).ok());
}

TEST(CheckMessage, RefusesWhatNoCorrectNodeSends) {
  Entry no_data = MakeEntry(5, 3);
  no_data.data = nullptr;
  Entry strange = MakeEntry(5, 3);
  strange.kind = static_cast<EntryKind>(77);
  const std::vector<Message> bad = {
      Append(At(4, 2), {MakeEntry(6, 3)}),                   // a gap
      Append(At(4, 2), {MakeEntry(5, 3), MakeEntry(5, 3)}),  // the same index twice
      Append(At(4, 2), {MakeEntry(5, 1)}),                   // a term that falls
      Append(At(4, 2), {MakeEntry(5, 4)}),                   // a term after the sender's
      Append(At(4, 4), {}),
      Append(At(4, 2), {no_data}),
      Append(At(4, 2), {strange}),
      Append(At(0, 1), {}),
      Append(At(~uint64_t{0}, 2), {}),
      Msg(1, 1, 3, Heartbeat{}),
      Msg(0, 1, 3, Heartbeat{}),
      Msg(2, 1, 0, Heartbeat{}),
      Msg(2, 1, ~uint64_t{0}, Heartbeat{}),
      Msg(2, 1, 3, Heartbeat{I(~uint64_t{0}), 0, I(0)}),
      Msg(2, 1, 3, VoteRequest{At(4, 0), false}),
      Msg(2, 1, 3, PreVoteRequest{At(0, 2)}),
  };
  for (const Message& message : bad) {
    EXPECT_EQ(CheckMessage(message, T(3)).code(), absl::StatusCode::kInvalidArgument) << message;
  }
}

// Else everybody would adopt it, and the next election would need a term that everybody refuses.
TEST(CheckMessage, OneBrokenTermDoesNotTakeEverybodyToTheLast) {
  constexpr uint64_t kLargest = uint64_t{1} << 62, kHalf = kLargest / 2, kCentury = uint64_t{1} << 32;
  TestNode node;
  EXPECT_EQ(node.Step(Msg(2, 1, kLargest, Heartbeat{})).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(node.raft().term(), T(0));
  EXPECT_TRUE(node.Step(Msg(2, 1, kHalf + kCentury, Heartbeat{})).ok());
  EXPECT_EQ(node.Step(Msg(2, 1, kLargest, Heartbeat{})).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(node.Step(Msg(2, 1, kHalf + 2 * kCentury, Heartbeat{})).ok());
  EXPECT_EQ(node.raft().term(), T(kHalf + 2 * kCentury));
}

// Whoever was away when the others were led far up, or is new, has to follow them still.
TEST(CheckMessage, AFarTermIsBelieved) {
  const Message far = Msg(2, 1, uint64_t{1} << 60, Heartbeat{});
  EXPECT_TRUE(CheckMessage(far, T(0)).ok());
  EXPECT_TRUE(CheckMessage(far, T((uint64_t{1} << 60) - 1)).ok());
}

TEST(CheckMessage, RB44_MailForAnotherNodeIsRefusedBeforeItTouchesTheTerm) {
  TestNode node;
  EXPECT_EQ(node.Step(Msg(2, 3, 9, VoteRequest{At(0, 0), false})).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(node.raft().term(), T(0));
}

TEST(Describe, NamesKindsAndNumbersAndNoEntryBytes) {
  const std::string text = Describe(Append(At(4, 2), {MakeEntry(5, 3, "personal")}));
  EXPECT_EQ(text, "2 -> 1, term 3: append 1 entries after (4, term 2), commit 0, round 0, match 0");
  EXPECT_THAT(text, testing::Not(HasSubstr("personal")));
}

TEST(Errors, SayWhomToAskInstead) {
  EXPECT_TRUE(IsNotLeader(NotLeaderError(N(7))));
  EXPECT_EQ(RetryAt(NotLeaderError(N(7))), N(7));
  EXPECT_EQ(RetryAt(NotLeaderError(std::nullopt)), std::nullopt);
  EXPECT_TRUE(IsTransferring(TransferringError(N(3))));
  EXPECT_EQ(RetryAt(TransferringError(N(3))), N(3));
  EXPECT_TRUE(IsBusy(BusyError(5, 5)));
  EXPECT_FALSE(IsBusy(absl::ResourceExhaustedError("something else")));
  EXPECT_EQ(RetryAt(absl::OkStatus()), std::nullopt);
}

TEST(Options, ValidateNamesTheField) {
  Options options;
  options.id = N(1);
  options.genesis = Voters(3);
  options.no_op = NoOpData;
  options.random = [] { return uint64_t{0}; };
  EXPECT_TRUE(options.Validate().ok());
  options.heartbeat_ticks = options.election_ticks;
  EXPECT_THAT(std::string(options.Validate().message()), HasSubstr("election_ticks"));
  options.heartbeat_ticks = 1;
  options.max_append_bytes = 0;
  EXPECT_THAT(std::string(options.Validate().message()), HasSubstr("max_"));
  options.max_append_bytes = 1;
  options.random = nullptr;
  EXPECT_THAT(std::string(options.Validate().message()), HasSubstr("random"));
}

}  // namespace
}  // namespace symbolon::consensus
