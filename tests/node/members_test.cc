// Whole nodes that come and go: decisions of the stewards, carried out by the leader, under load.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "ledger/receipt.h"
#include "ledger/verification_proof.h"
#include "tests/node/test_network.h"

namespace symbolon::test {
namespace {

using api::AttestationStatus;
using api::Role;
using ledger::ChangeKind;
using ledger::NodeKind;
using ledger::RemoveNode;
using testing::HasSubstr;

// Publishes batches of agency `of`, one after the other, through whichever of the nodes runs.
class Load {
 public:
  Load(TestNetwork* net, int of) : net_(net), of_(of), thread_([this] { Run(); }) {}
  ~Load() { Stop(); }
  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  // Waits for so many more batches.
  bool Progress(uint64_t more) {
    const uint64_t before = done_;
    return Eventually([&] { return done_ >= before + more; });
  }
  uint64_t done() const { return done_; }
  // Another node takes the submissions from now on.
  void Use(int at) { at_ = at; }

 private:
  void Run() {
    for (uint64_t sequence = 1; !stop_; ++sequence) {
      const TestBatch batch = net_->MakeBatch(of_, sequence, 2);
      while (!stop_) {
        // As documented: the same bytes again until there is a receipt.
        const auto submitted =
            net_->NewClient(of_, Role::kRegistrar, at_)->SubmitBatch(batch.signed_bytes, batch.body);
        if (submitted.ok()) break;
        ASSERT_TRUE(absl::IsUnavailable(submitted.status())) << submitted.status();
      }
      if (!stop_) ++done_;
    }
  }

  TestNetwork* const net_;
  const int of_;
  std::atomic<int> at_{0};
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> done_{0};
  std::thread thread_;
};

class Members : public testing::Test {
 protected:
  void Start(int nodes) {
    net_ = std::make_unique<TestNetwork>(TestNetwork::Options{.nodes = nodes});
    ASSERT_TRUE(net_->StartAll().ok());
    leader_ = net_->AwaitLeader();
    ASSERT_GE(leader_, 0) << net_->LogLines();
  }
  // Decided and carried out, as node `at` sees it.
  void Do(int at, const ledger::Action& action) {
    const auto submitted = net_->Decide(at, action);
    ASSERT_TRUE(submitted.ok()) << submitted.status() << net_->LogLines();
    ASSERT_TRUE(net_->AwaitCarriedOut(at)) << net_->LogLines();
  }
  // A new node of agency `of`, running.
  int StartNew(int of) {
    const int i = net_->MakeNode(of);
    const absl::Status status = net_->StartNode(i);
    EXPECT_TRUE(status.ok()) << status;
    return i;
  }
  std::string KindOf(int i) { return net_->backend(i).State().kind; }
  bool AwaitKind(int i, const std::string& kind) {
    return Eventually([&] { return KindOf(i) == kind; });
  }
  uint32_t VotersAt(int at) { return net_->backend(at).State().voters; }

  // A verifier of agency `of` asks node `at`, and believes it by the genesis and the members' decisions.
  void ExpectVerifies(int of, int at, uint64_t number) {
    absl::StatusOr<api::Verified> verified = absl::UnavailableError("not asked");
    ASSERT_TRUE(Eventually([&] {
      verified = net_->NewClient(of, Role::kVerifier, at)->Verify(number, {});
      return verified.ok() && verified->status == AttestationStatus::kValid;
    })) << verified.status()
        << net_->LogLines();
    const auto proof = ledger::DecodeVerificationProof(verified->proof);
    ASSERT_TRUE(proof.ok()) << proof.status();
    const auto facts = ledger::VerifyProof(*proof, net_->TrustAsOf(at));
    EXPECT_TRUE(facts.ok()) << facts.message();
  }

  std::unique_ptr<TestNetwork> net_;
  int leader_ = -1;
};

// M7 and M8 with real nodes: add under load, promote, remove the leader, replace a dead one.
TEST_F(Members, ComeAndGoUnderLoad) {
  Start(5);
  const int follower = net_->OtherThan(leader_);
  const int third = [&] {
    for (int i = 0;; ++i) {
      if (i != leader_ && i != follower) return i;
    }
  }();
  Load load(net_.get(), follower);
  load.Use(follower);
  ASSERT_TRUE(load.Progress(5));

  // A learner of the leader's agency.
  const int sixth = StartNew(leader_);
  EXPECT_EQ(KindOf(sixth), "joining");
  Do(follower, net_->Admission(sixth, NodeKind::kLearner));
  ASSERT_TRUE(AwaitKind(sixth, "learner")) << net_->LogLines();
  EXPECT_TRUE(Eventually([&] { return VotersAt(follower) == 5u; }));
  ASSERT_TRUE(load.Progress(5));

  // It takes over the vote, and leadership passes on: its agency's old node led.
  Do(follower, ChangeKind{net_->number(sixth), NodeKind::kVoter});
  ASSERT_TRUE(AwaitKind(sixth, "voter")) << net_->LogLines();
  ASSERT_TRUE(AwaitKind(leader_, "learner")) << net_->LogLines();
  ASSERT_TRUE(load.Progress(5)) << net_->LogLines();
  EXPECT_TRUE(Eventually([&] { return VotersAt(follower) == 5u; }));

  // And goes.
  Do(follower, RemoveNode{net_->number(leader_)});
  ASSERT_TRUE(AwaitKind(leader_, "removed")) << net_->LogLines();
  ASSERT_TRUE(load.Progress(5));

  // A dead one is replaced by a node of its agency.
  net_->KillNode(third);
  ASSERT_TRUE(load.Progress(5)) << net_->LogLines();
  const int seventh = StartNew(third);
  Do(follower, net_->Admission(seventh, NodeKind::kVoter));
  ASSERT_TRUE(AwaitKind(seventh, "voter")) << net_->LogLines();
  Do(follower, RemoveNode{net_->number(third)});
  ASSERT_TRUE(load.Progress(5)) << net_->LogLines();
  load.Stop();

  const uint64_t last = 2 * load.done() - 1;
  ExpectVerifies(leader_, sixth, last);
  ExpectVerifies(third, seventh, last);
  EXPECT_TRUE(Eventually([&] {
    const api::NodeState state = net_->backend(follower).State();
    return state.voters == 5u && state.voters_reachable == 5u;
  }));
  const api::NodeState state = net_->backend(follower).State();
  EXPECT_EQ(state.failures_tolerable, 2);
  EXPECT_EQ(state.registry_version, 5u);
}

TEST_F(Members, TheOnlyNodeIsReplaced) {
  Start(1);
  const int second = StartNew(0);
  Do(0, net_->Admission(second, NodeKind::kVoter));
  ASSERT_TRUE(AwaitKind(second, "voter")) << net_->LogLines();
  Do(second, RemoveNode{net_->number(0)});
  ASSERT_TRUE(AwaitKind(0, "removed")) << net_->LogLines();
  ASSERT_TRUE(net_->StopNode(0).ok());
  const TestBatch batch = net_->MakeBatch(0, 1, 1);
  const auto submitted =
      net_->NewClient(0, Role::kRegistrar, second)->SubmitBatch(batch.signed_bytes, batch.body);
  ASSERT_TRUE(submitted.ok()) << submitted.status() << net_->LogLines();
  ExpectVerifies(0, second, 0);
}

// LV-29: of those who run, none is in the genesis that a newcomer begins with.
TEST_F(Members, LV29ANewcomerLearnsFromNodesThatItsGenesisDoesNotKnow) {
  Start(3);
  std::vector<int> second_generation;
  for (int i = 0; i < 3; ++i) {
    const int next = StartNew(i);
    Do(i, net_->Admission(next, NodeKind::kVoter));
    ASSERT_TRUE(AwaitKind(next, "voter")) << net_->LogLines();
    Do(next, RemoveNode{net_->number(i)});
    ASSERT_TRUE(AwaitKind(i, "removed")) << net_->LogLines();
    ASSERT_TRUE(net_->StopNode(i).ok());
    second_generation.push_back(next);
  }
  const int newcomer = StartNew(0);
  Do(second_generation[0], net_->Admission(newcomer, NodeKind::kLearner));
  ASSERT_TRUE(AwaitKind(newcomer, "learner")) << net_->LogLines();
  EXPECT_THAT(net_->LogLines(), HasSubstr("\"introduced\""));
  const TestBatch batch = net_->MakeBatch(1, 1, 1);
  const auto submitted =
      net_->NewClient(1, Role::kRegistrar, newcomer)->SubmitBatch(batch.signed_bytes, batch.body);
  ASSERT_TRUE(submitted.ok()) << submitted.status() << net_->LogLines();
  ExpectVerifies(0, newcomer, 0);
}

// S-51, G3: a leader goes when a decision is applied and not carried out. The next one goes on with it.
TEST_F(Members, S51ANewLeaderGoesOnWithADecision) {
  Start(3);
  const int fourth = net_->MakeNode(leader_);
  const auto decided = net_->Decide(leader_, net_->Admission(fourth, NodeKind::kVoter));
  ASSERT_TRUE(decided.ok()) << decided.status();
  // A learner first; then the leader waits for it in vain.
  ASSERT_TRUE(Eventually([&] {
    return net_->backend(leader_).State().waits_for.find("node 4") != std::string::npos;
  })) << net_->LogLines();
  const int at = net_->OtherThan(leader_);
  // The other one may apply the decision a moment later.
  ASSERT_TRUE(Eventually([&] { return !net_->backend(at).Membership(UINT64_MAX)->carried_out; }))
      << net_->LogLines();
  net_->KillNode(leader_);
  ASSERT_TRUE(net_->StartNode(fourth).ok());
  ASSERT_TRUE(net_->AwaitCarriedOut(at)) << net_->LogLines();
  ASSERT_TRUE(AwaitKind(fourth, "voter")) << net_->LogLines();
  EXPECT_TRUE(Eventually([&] { return VotersAt(at) == 3u; })) << "it has the vote of the dead one";
  // What the two leaders wrote names the one decision, and nobody has stopped signing.
  EXPECT_EQ(net_->backend(at).State().registry_version, 1u);
  EXPECT_EQ(net_->LogLines().find("signing_stopped"), std::string::npos);
  const TestBatch batch = net_->MakeBatch(at, 1, 1);
  ASSERT_TRUE(
      net_->NewClient(at, Role::kRegistrar, fourth)->SubmitBatch(batch.signed_bytes, batch.body).ok());
  ExpectVerifies(at, fourth, 0);
}

TEST_F(Members, AChangeThatCannotBeCarriedOutIsWithdrawn) {
  Start(3);
  const int never_started = net_->MakeNode(0);
  ASSERT_TRUE(net_->Decide(0, net_->Admission(never_started, NodeKind::kVoter)).ok());
  ASSERT_TRUE(Eventually([&] {
    return net_->backend(leader_).State().waits_for.find("node 4") != std::string::npos;
  })) << net_->backend(leader_).State().waits_for
      << net_->LogLines();
  EXPECT_THAT(net_->backend(leader_).State().change_under_way, HasSubstr("add node 4 NODE-4 of TST-A1"));
  const auto refused = net_->Decide(0, RemoveNode{3});
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("change_under_way"));
  Do(0, ledger::WithdrawChange{});
  EXPECT_TRUE(Eventually([&] { return net_->backend(leader_).State().change_under_way.empty(); }));
  Do(0, RemoveNode{net_->number(never_started)});  // it was a learner already
  Do(0, ledger::ChangeKind{3, NodeKind::kLearner});
  EXPECT_TRUE(Eventually([&] { return VotersAt(0) == 2u; }));
}

TEST_F(Members, ADecisionIsTakenOnceAndRefusedWithItsReason) {
  Start(3);
  const int at = net_->OtherThan(leader_);  // forwarded
  const auto first = net_->Decide(at, ChangeKind{3, NodeKind::kLearner});
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(net_->AwaitCarriedOut(at));
  const Bytes header = net_->backend(at).ReadEntry(first->entry_index)->header;
  const Bytes decision = ledger::DecodeEntryHeader(header)->payload;
  const auto again = net_->NewClient(at, Role::kOperator, at)->SubmitDecision(decision);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->existing);
  EXPECT_EQ(again->entry_index, first->entry_index);

  const auto nobody = net_->Decide(at, RemoveNode{77});
  EXPECT_THAT(std::string(nobody.status().message()), HasSubstr("unknown_node"));
  const auto rubbish = net_->NewClient(at, Role::kOperator, at)->SubmitDecision("rubbish");
  EXPECT_TRUE(absl::IsInvalidArgument(rubbish.status())) << rubbish.status();
}

TEST_F(Members, LV09WhoWasAwayWhenItWasRemovedIsToldSo) {
  Start(3);
  const int away = net_->OtherThan(leader_);
  const int at = 3 - leader_ - away;
  net_->KillNode(away);
  Do(at, RemoveNode{net_->number(away)});
  ASSERT_TRUE(net_->StartNode(away).ok());
  ASSERT_TRUE(AwaitKind(away, "removed")) << net_->LogLines();
  EXPECT_THAT(net_->LogLines(), HasSubstr("\"removed\""));
  EXPECT_EQ(VotersAt(at), 2u);
}

// Its keys may be in anybody's hands by then.
TEST_F(Members, WhoWasRemovedCannotActAsALeader) {
  Start(3);
  const int gone = net_->OtherThan(leader_);
  const int at = 3 - leader_ - gone;
  Do(leader_, RemoveNode{net_->number(gone)});
  ASSERT_TRUE(net_->StopNode(gone).ok());
  ASSERT_TRUE(Eventually([&] { return VotersAt(at) == 2; }));
  const uint64_t term = net_->backend(at).State().term;
  using namespace consensus;  // NOLINT: the message's parts
  const NodeId from(net_->number(gone)), to(net_->number(at));
  net_->backend(at).Deliver({from, to, Term(term + 5), Heartbeat{}, /*incarnation=*/1000});
  // It would contradict what is committed, and end the process.
  AppendRequest forged;
  forged.prev = {Index(1), Term(term + 4)};
  net_->backend(at).Deliver({from, to, Term(term + 5), forged, 1000});
  net_->backend(at).Deliver({from, to, Term(term + 5), Removed{{Index(1'000'000), Term(term)}}, 1000});
  Load load(net_.get(), leader_);
  load.Use(leader_);
  EXPECT_TRUE(load.Progress(3)) << net_->LogLines();
  EXPECT_EQ(net_->backend(at).State().term, term) << net_->LogLines();
  EXPECT_NE(KindOf(at), "removed");
}

// A node keeps what it knows of the members over a restart, and one that missed it all catches up.
TEST_F(Members, ComeBackAfterARestart) {
  Start(3);
  const int away = net_->OtherThan(leader_);
  const int at = 3 - leader_ - away;
  ASSERT_TRUE(net_->StopNode(away).ok());
  const int fourth = StartNew(at);
  Do(at, net_->Admission(fourth, NodeKind::kLearner));
  Do(at, ledger::ChangeAddress{net_->number(away), net_->address(away).replace(0, 9, "localhost")});
  for (const int i : {at, leader_}) {
    ASSERT_TRUE(net_->StopNode(i).ok());
    ASSERT_TRUE(net_->StartNode(i).ok());
  }
  ASSERT_TRUE(net_->StartNode(away).ok());
  const uint64_t version = net_->backend(at).State().registry_version;
  EXPECT_EQ(version, 2u);
  ASSERT_TRUE(Eventually([&] {
    return net_->backend(away).State().registry_version == version &&
           net_->backend(fourth).State().registry_version == version &&
           net_->backend(away).State().peers.size() == 3u;
  })) << net_->LogLines();
  const TestBatch batch = net_->MakeBatch(0, 1, 1);
  ASSERT_TRUE(net_->NewClient(0, Role::kRegistrar, away)->SubmitBatch(batch.signed_bytes, batch.body).ok());
  ExpectVerifies(0, fourth, 0);
}

}  // namespace
}  // namespace symbolon::test
