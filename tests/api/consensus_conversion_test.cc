#include "api/internal/consensus_conversion.h"

#include <gmock/gmock.h>

#include "tests/api/hostile_bytes.h"

namespace symbolon::api::internal {
namespace {

using consensus::EntryData;
using consensus::EntryKind;
using consensus::Index;
using consensus::LogPosition;
using consensus::Message;
using consensus::MessageBody;
using consensus::NodeId;
using consensus::Term;
using testing::HasSubstr;

constexpr Digest kNetwork = {1, 2, 3};
constexpr Link kLink = {kNetwork, 8, 9};

Message Say(MessageBody body) {
  return {NodeId(8), NodeId(9), Term(6), std::move(body), /*incarnation=*/5, /*observer=*/true};
}

consensus::Entry EntryAt(uint64_t index, uint64_t term, EntryKind kind = EntryKind::kNormal) {
  return {Index(index), Term(term), kind, std::make_shared<const EntryData>(EntryData{"header", "body"})};
}

consensus::AppendRequest Append() {
  consensus::AppendRequest append;
  append.prev = {Index(3), Term(2)};
  append.entries = {EntryAt(4, 2), EntryAt(5, 6, EntryKind::kNoOp), EntryAt(6, 6, EntryKind::kConfiguration)};
  append.commit = Index(4);
  append.round = 77;
  append.match = Index(3);
  return append;
}

absl::StatusOr<Message> Pass(v1::ConsensusMessage message, const Link& link = kLink) {
  return FromProto(std::move(message), link);
}

v1::ConsensusMessage GoodAppend() {
  return ToProto(Say(Append()), kNetwork);
}

std::string Refusal(const v1::ConsensusMessage& message) {
  return std::string(Pass(message).status().message());
}

TEST(ConsensusConversionTest, EveryKindComesOutAsItWentIn) {
  const std::vector<MessageBody> bodies = {
      consensus::PreVoteRequest{{Index(4), Term(3)}},
      consensus::PreVoteReply{true},
      consensus::VoteRequest{{Index(4), Term(3)}, true},
      consensus::VoteReply{true},
      Append(),
      consensus::AppendReply{.accepted = true,
                             .last = Index(11),
                             .partial = true,
                             .prev = Index(12),
                             .hint = {Index(13), Term(14)},
                             .round = 15,
                             .recovering = true,
                             .full = true},
      consensus::Heartbeat{Index(21), 22, Index(23)},
      consensus::HeartbeatReply{31},
      consensus::ReadRequest{41},
      consensus::ReadReply{51, true, Index(52)},
      consensus::TimeoutNow{},
      consensus::Removed{{Index(61), Term(62)}},
  };
  ASSERT_EQ(bodies.size(), std::variant_size_v<MessageBody>);
  for (size_t i = 0; i < bodies.size(); ++i) {
    ASSERT_EQ(bodies[i].index(), i) << "one of each kind, in their order";
    const Message message = Say(bodies[i]);
    const auto back = Pass(ToProto(message, kNetwork));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(consensus::Describe(*back), consensus::Describe(message));
    EXPECT_EQ(ToProto(*back, kNetwork).SerializeAsString(), ToProto(message, kNetwork).SerializeAsString());
  }
}

TEST(ConsensusConversionTest, ReadRepliesAndAppendRepliesKeepEveryField) {
  const auto back = Pass(ToProto(Say(consensus::AppendReply{.accepted = false,
                                                            .last = Index(1),
                                                            .partial = true,
                                                            .prev = Index(2),
                                                            .hint = {Index(3), Term(4)},
                                                            .round = 5}),
                                 kNetwork));
  const auto& reply = std::get<consensus::AppendReply>(back->body);
  EXPECT_FALSE(reply.accepted);
  EXPECT_EQ(reply.last, Index(1));
  EXPECT_TRUE(reply.partial);
  EXPECT_EQ(reply.prev, Index(2));
  EXPECT_EQ(reply.hint, (LogPosition{Index(3), Term(4)}));
  EXPECT_EQ(reply.round, 5u);
}

TEST(ConsensusConversionTest, EntriesStandBehindPrevInOrder) {
  const auto back = Pass(GoodAppend());
  ASSERT_TRUE(back.ok());
  const auto& append = std::get<consensus::AppendRequest>(back->body);
  ASSERT_EQ(append.entries.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(append.entries[i].index, Index(4 + i));
  EXPECT_EQ(append.entries[2].kind, EntryKind::kConfiguration);
  EXPECT_EQ(append.entries[0].data->header, "header");
  EXPECT_EQ(append.commit, Index(4));
  EXPECT_EQ(append.round, 77u);
  EXPECT_EQ(append.match, Index(3));
}

TEST(ConsensusConversionTest, MailForOthersIsRefused) {
  EXPECT_THAT(std::string(Pass(GoodAppend(), {Digest{9}, 8, 9}).status().message()),
              HasSubstr("another network"));
  EXPECT_THAT(std::string(Pass(GoodAppend(), {kNetwork, 7, 9}).status().message()), HasSubstr("certificate"));
  EXPECT_THAT(std::string(Pass(GoodAppend(), {kNetwork, 8, 8}).status().message()),
              HasSubstr("another node"));
}

TEST(ConsensusConversionTest, WhatNoNodeOfThisVersionSendsIsRefused) {
  v1::ConsensusMessage message = GoodAppend();
  message.clear_body();
  EXPECT_THAT(Refusal(message), HasSubstr("no body"));

  message = GoodAppend();
  message.mutable_append_request()->mutable_entries(1)->set_kind(3);
  EXPECT_THAT(Refusal(message), HasSubstr("unknown kind"));

  message = GoodAppend();
  message.mutable_append_request()->mutable_entries(2)->set_term(5);
  EXPECT_THAT(Refusal(message), HasSubstr("out of order"));

  message = GoodAppend();
  message.mutable_append_request()->mutable_entries(2)->set_term(7);
  EXPECT_THAT(Refusal(message), HasSubstr("out of order")) << "past the sender's own term";

  message = GoodAppend();
  message.mutable_append_request()->mutable_prev()->set_term(0);
  message.mutable_append_request()->mutable_entries(0)->set_term(0);
  EXPECT_THAT(Refusal(message), HasSubstr("without a term"));

  message = GoodAppend();
  message.mutable_append_request()->mutable_entries(0)->clear_header();
  EXPECT_THAT(Refusal(message), HasSubstr("header"));

  message = GoodAppend();
  message.mutable_append_request()->mutable_entries(0)->set_header(std::string(65536, 'h'));
  EXPECT_THAT(Refusal(message), HasSubstr("header"));

  message = GoodAppend();
  message.mutable_append_request()->mutable_entries(0)->set_body(std::string((12 << 20) + 1, 'b'));
  EXPECT_THAT(Refusal(message), HasSubstr("body"));

  message = GoodAppend();
  message.mutable_append_request()->mutable_prev()->set_index(~uint64_t{0} - 2);
  EXPECT_THAT(Refusal(message), HasSubstr("past the end"));

  message = GoodAppend();
  const v1::ConsensusEntry last = message.append_request().entries(2);
  for (int i = 0; i < kMaxEntriesPerMessage; ++i) *message.mutable_append_request()->add_entries() = last;
  EXPECT_THAT(Refusal(message), HasSubstr("at most"));
}

TEST(ConsensusConversionTest, DamagedMessagesAreReadOrRefusedAndNeverMore) {
  HostileBytes bytes(7);
  std::vector<std::string> seeds = {GoodAppend().SerializeAsString()};
  seeds.push_back(
      ToProto(Say(consensus::VoteRequest{{Index(4), Term(3)}, true}), kNetwork).SerializeAsString());
  seeds.push_back(ToProto(Say(consensus::ReadReply{1, true, Index(2)}), kNetwork).SerializeAsString());
  int read = 0;
  for (int i = 0; i < 20'000; ++i) {
    v1::ConsensusMessage message;
    if (!message.ParseFromString(bytes.Next(seeds))) continue;
    const auto result = Pass(std::move(message));
    if (!result.ok()) continue;
    ++read;
    EXPECT_EQ(result->from, NodeId(8));
    EXPECT_EQ(result->to, NodeId(9));
    const auto* append = std::get_if<consensus::AppendRequest>(&result->body);
    if (append == nullptr) continue;
    Index at = append->prev.index;
    for (const consensus::Entry& entry : append->entries) {
      EXPECT_EQ(entry.index, Next(at));
      EXPECT_LE(entry.term, result->term);
      at = entry.index;
    }
  }
  EXPECT_GT(read, 1000) << "undamaged and harmlessly damaged ones are among them";
}

}  // namespace
}  // namespace symbolon::api::internal
