// Each input writes one line in the format of docs/trace-format.md, and writing changes nothing.

#include "consensus/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/consensus/network.h"
#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Trace : public testing::Test {
 protected:
  NodeSetup Traced(NodeSetup setup = {}) {
    setup.trace = [this](std::string_view line) { lines_.emplace_back(line); };
    return setup;
  }
  std::vector<std::string> Take() { return std::exchange(lines_, {}); }

  std::vector<std::string> lines_;
};

TEST_F(Trace, AStartShowsOptionsAndWhatTheDiskHeld) {
  TestNode node(Traced({.log_terms = {1, 2}, .term = 3, .vote = 2}));
  EXPECT_THAT(
      Take(),
      ElementsAre(
          R"({"node":1,"input":"start","options":{"election_ticks":10,"heartbeat_ticks":1,"read_timeout_ticks":50,)"
          R"("proposal_timeout_ticks":100},"genesis":{"voters":[1,2,3],"learners":[]},)"
          R"("hard_state":{"term":3,"vote":2},"applied":0,)"
          R"("log":[[1,1,"normal","4cd25a05157cf36a"],[2,2,"normal","8743cd05e5741e31"]],"result":"ok",)"
          R"("state":{"term":3,"vote":2,"role":"follower","leader":null,"last":[2,2],"durable":2,"commit":0,)"
          R"("applied":0,"configuration":{"voters":[1,2,3],"learners":[]},"timer":0}})"));
}

TEST_F(Trace, ARefusedStartIsALineToo) {
  MemoryLog log({1, 2});
  Options options;
  options.id = N(1);
  options.genesis = Voters(3);
  options.no_op = NoOpData;
  options.random = [] { return 0; };
  options.trace = [this](std::string_view line) { lines_.emplace_back(line); };
  EXPECT_FALSE(Raft::Create(options, HardState{T(1), std::nullopt}, &log).ok());
  EXPECT_THAT(Take(),
              ElementsAre(AllOf(HasSubstr(R"("input":"start")"), HasSubstr(R"("result":"DATA_LOSS"})"))));
}

TEST_F(Trace, AStepShowsTheMessageAndWhatItCutAndAppended) {
  TestNode node(Traced({.log_terms = {1, 1, 1}, .term = 1}));
  node.persist_at_once = false;
  Take();
  ASSERT_TRUE(node.Step(Msg(2, 1, 3, AppendRequest{At(1, 1), {MakeEntry(2, 3)}, I(1), 0, I(0)})).ok());
  EXPECT_THAT(
      Take(),
      ElementsAre(
          R"({"node":1,"input":"step","message":{"from":2,"to":1,"term":3,"type":"append_request","prev":[1,1],)"
          R"("entries":[[2,3,"normal","c97db28d66cf7ee8"]],"commit":1,"round":0,"match":0},"result":"ok",)"
          R"("cut":2,"appended":[[2,3,"normal","c97db28d66cf7ee8"]],)"
          R"("state":{"term":3,"vote":null,"role":"follower","leader":2,"last":[2,3],"durable":1,"commit":1,)"
          R"("applied":0,"configuration":{"voters":[1,2,3],"learners":[]},"timer":0}})"));
  node.Drain();
  EXPECT_THAT(
      Take(),
      ElementsAre(AllOf(
          HasSubstr(R"("input":"take_effects","hard_state":{"term":3,"vote":null},)"
                    R"("append":[[2,3,"normal","c97db28d66cf7ee8"]],"token":1,"messages_now":[],)"
                    R"("messages_after_persist":[{"from":1,"to":2,"term":3,"type":"append_reply",)"
                    R"("accepted":true,"last":2,"partial":false,"round":0}],)"
                    R"("commit":1,"applicable":1,"role_change":{"role":"follower","term":3,"leader":2})"),
          Not(HasSubstr("cut")))));
  node.PersistAll();
  EXPECT_THAT(Take(), ElementsAre(AllOf(HasSubstr(R"("input":"persisted","token":1,"result":"ok")"),
                                        HasSubstr(R"("durable":2)"))));
}

TEST_F(Trace, ARefusedMessageIsALineWithTheReasonsCode) {
  TestNode node(Traced());
  Take();
  EXPECT_FALSE(node.Step(Msg(2, 3, 1, Heartbeat{})).ok());
  EXPECT_THAT(Take(), ElementsAre(HasSubstr(R"("result":"INVALID_ARGUMENT","state":{"term":0,)")));
}

TEST_F(Trace, EveryInputIsOneLine) {
  TestNode node(Traced());
  node.Lead();
  node.Settle();
  node.persist_at_once = false;
  Take();
  ASSERT_TRUE(node.Propose().ok());
  EXPECT_THAT(Take(), ElementsAre(AllOf(
                          HasSubstr(R"("input":"propose","position":[2,1],"result":"ok","appended":[[2,1,)"),
                          HasSubstr(R"("peers":[{"node":2,"match":1,"next":2,"state":"replicate",)"))));
  ASSERT_TRUE(node.raft().ReadIndex(ReadId(7)).ok());
  EXPECT_THAT(Take(), ElementsAre(HasSubstr(R"("input":"read_index","id":7,"result":"ok")")));
  ASSERT_TRUE(node.raft().TransferLeadership(N(2)).ok());
  EXPECT_THAT(Take(), ElementsAre(HasSubstr(R"("input":"transfer_leadership","target":2,"result":"ok")")));
  EXPECT_FALSE(node.Propose().ok());
  EXPECT_THAT(Take(), ElementsAre(HasSubstr(R"("input":"propose","result":"UNAVAILABLE")")));
  node.Tick();
  EXPECT_THAT(Take(), ElementsAre(HasSubstr(R"("input":"tick")")));
  ASSERT_TRUE(node.raft().Applied(node.raft().commit()).ok());
  EXPECT_THAT(Take(), ElementsAre(HasSubstr(R"("input":"applied","index":1,"result":"ok")")));
}

TEST_F(Trace, AConfigurationEntryShowsWhatItSays) {
  TestNode node(Traced());
  node.Lead();
  node.Settle();
  Take();
  ASSERT_TRUE(node.Change(Configuration(Ids(1, 3), {N(4)})).ok());
  EXPECT_THAT(
      Take().front(),
      AllOf(
          HasSubstr(
              R"("input":"propose_configuration","configuration":{"voters":[1,2,3],"learners":[4]},"forced":false,)"
              R"("position":[2,1],"result":"ok","appended":[[2,1,"configuration",)"),
          HasSubstr(R"(]],"configurations":[[2,{"voters":[1,2,3],"learners":[4]}]],"state":)"),
          HasSubstr(R"("configuration":{"voters":[1,2,3],"learners":[4]})")));
  node.Restart();
  EXPECT_THAT(Take().back(),
              HasSubstr(R"("configurations":[[2,{"voters":[1,2,3],"learners":[4]}]],"result":"ok")"));
  node.raft().SetDiskFull(true);
  EXPECT_THAT(Take(), ElementsAre(HasSubstr(R"("input":"disk_full","full":true,"result":"ok")")));
}

TEST_F(Trace, ANodeThatRecoversShowsHowFarItHadPromised) {
  TestNode node(Traced({.log_terms = {1}, .term = 2, .tune = [](Options& options) {
                          options.standing = Standing::kRecovering;
                          options.promised = At(3, 2);
                        }}));
  EXPECT_THAT(Take(),
              ElementsAre(AllOf(HasSubstr(R"("standing":"recovering","promised":[3,2]},"genesis")"),
                                HasSubstr(R"("standing":"recovering","promised":[3,2],"timer":0})"))));
}

TEST_F(Trace, TheFirstIndexThatDiffersIsFoundByTerms) {
  TermMap before, after;
  for (uint64_t term : {1, 1, 2, 2, 3}) before.Append(T(term));
  for (uint64_t term : {1, 1, 2, 4}) after.Append(T(term));
  EXPECT_EQ(before.CommonEnd(after), I(3));
  EXPECT_EQ(after.CommonEnd(before), I(3));
  EXPECT_EQ(before.CommonEnd(before), I(5));
  EXPECT_EQ(before.CommonEnd(TermMap()), I(0));
  after.TruncateFrom(I(2));
  EXPECT_EQ(before.CommonEnd(after), I(1));
}

}  // namespace
}  // namespace symbolon::consensus
