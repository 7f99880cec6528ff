// Whatever arrives, a node neither crashes nor contradicts itself.

#include "tests/consensus/random.h"
#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

class HostilePeer {
 public:
  explicit HostilePeer(uint64_t seed) : random_(seed) {}

  Message Any() {
    Message m{NodeId(random_.Below(5)), NodeId(random_.Chance(0.95) ? 1 : 2), Term(Small()), {}};
    switch (random_.Below(11)) {
      case 0:
        m.body = PreVoteRequest{Position()};
        break;
      case 1:
        m.body = PreVoteReply{random_.Chance(0.5)};
        break;
      case 2:
        m.body = VoteRequest{Position(), random_.Chance(0.5)};
        break;
      case 3:
        m.body = VoteReply{random_.Chance(0.8)};
        break;
      case 4:
      case 5:
        m.body = Append();
        break;
      case 6:
        m.body = AppendReply{.accepted = random_.Chance(0.5),
                             .last = Index(Small()),
                             .partial = random_.Chance(0.3),
                             .prev = Index(Small()),
                             .hint = Position(),
                             .round = Small()};
        break;
      case 7:
        m.body = Heartbeat{Index(Small()), Small(), Index(Small() / 4)};
        break;
      case 8:
        m.body = HeartbeatReply{Small()};
        break;
      case 9:
        m.body = random_.Chance(0.5) ? MessageBody(ReadRequest{Small()}) : MessageBody(TimeoutNow{});
        break;
      default:
        m.body = ReadReply{Small(), random_.Chance(0.5), Index(Small())};
    }
    return m;
  }

  Random& random() { return random_; }

 private:
  uint64_t Small() { return random_.Chance(0.02) ? random_.Next() : random_.Below(8); }
  LogPosition Position() { return {Index(Small()), Term(Small())}; }
  AppendRequest Append() {
    AppendRequest request{Position(), {}, Index(Small()), Small(), Index(Small() / 4)};
    const uint64_t count = random_.Below(4);
    for (uint64_t i = 0; i < count; ++i) {
      Entry entry = MakeEntry(request.prev.index.value() + i + 1, Small());
      if (random_.Chance(0.05)) entry.data = nullptr;
      if (random_.Chance(0.05)) entry.kind = static_cast<EntryKind>(random_.Below(256));
      request.entries.push_back(std::move(entry));
    }
    return request;
  }

  Random random_;
};

TEST(Hostile, NoMessageCrashesANodeOrMakesItGoBack) {
  uint64_t stopped = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    HostilePeer peer(seed);
    TestNode node({.configuration = Configuration(Ids(1, 3), {N(4)}), .log_terms = {1, 1, 2}, .term = 2});
    HardState hard_state = node.raft().hard_state();
    Index commit;
    for (int i = 0; i < 300 && node.raft().failure().ok(); ++i) {
      node.Step(peer.Any()).IgnoreError();
      if (peer.random().Chance(0.2)) node.Tick();
      if (peer.random().Chance(0.1)) node.Propose().IgnoreError();
      if (peer.random().Chance(0.1)) node.raft().ReadIndex(ReadId(static_cast<uint64_t>(i))).IgnoreError();
      if (peer.random().Chance(0.05)) node.raft().TransferLeadership(N(2)).IgnoreError();
      const HardState now = node.raft().hard_state();
      ASSERT_GE(now.term, hard_state.term);
      ASSERT_TRUE(now.term > hard_state.term || !hard_state.vote || now.vote == hard_state.vote);
      ASSERT_GE(node.raft().commit(), commit);
      ASSERT_LE(node.raft().commit(), node.raft().last().index);
      hard_state = now;
      commit = node.raft().commit();
    }
    stopped += node.raft().failure().ok() ? 0 : 1;
  }
  // Contradictions with what is committed stop a node rather than change it; not every history has one.
  EXPECT_GT(stopped, 0u);
  EXPECT_LT(stopped, 300u);
}

}  // namespace
}  // namespace symbolon::consensus
