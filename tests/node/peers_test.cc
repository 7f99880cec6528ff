#include "node/peers.h"

#include <gtest/gtest.h>

#include <set>

namespace symbolon::node {
namespace {

using consensus::NodeId;

ledger::Member MakeMember(uint64_t number, const std::string& address = "a.example:1") {
  return {number, ledger::NodeKind::kVoter, "AAA-REG", "NODE-" + std::to_string(number), address, {}};
}

consensus::Message To(uint64_t node) {
  return {.from = NodeId(1), .to = NodeId(node), .term = consensus::Term(1), .body = consensus::TimeoutNow{}};
}

class PeersTest : public ::testing::Test {
 protected:
  // Says what happens to it.
  class FakePeer final : public api::Peer {
   public:
    FakePeer(PeersTest* test, std::string name) : test_(test), name_(std::move(name)) {
      test_->connected_.insert(name_);
    }
    ~FakePeer() override { test_->connected_.erase(name_); }
    void Send(const consensus::Message&) override { test_->sent_.push_back(name_); }
    bool Reachable() const override { return true; }
    absl::Status LinkStatus() const override { return absl::OkStatus(); }
    void Forward(const api::Transaction&, api::Done<api::Forwarded>) override {}
    void FetchEntries(const std::vector<uint64_t>&, api::Done<std::vector<api::LedgerEntry>>) override {}
    void FetchCheckpoint(api::Done<Bytes>) override {}

   private:
    PeersTest* const test_;
    const std::string name_;
  };

  absl::StatusOr<std::unique_ptr<api::Peer>> Connect(const ledger::Member& member) {
    if (member.address == "bad") return absl::InvalidArgumentError("no certificate");
    return std::make_unique<FakePeer>(this, member.name + "@" + member.address);
  }

  std::set<std::string> connected_;
  std::vector<std::string> sent_;
  std::set<uint64_t> registered_;  // nodes that were members once
  int wakes_ = 0, failures_ = 0;
  Peers peers_{
      NodeId(1), &SystemRuntime(),
      Peers::Callbacks{.connect = [this](const ledger::Member& m) { return Connect(m); },
                       .find = [this](NodeId node) -> std::optional<ledger::Member> {
                         if (!registered_.contains(node.value())) return std::nullopt;
                         return MakeMember(node.value());
                       },
                       .changed = [this] { ++wakes_; },
                       .failed = [this](const ledger::Member&, const absl::Status&) { ++failures_; }}};
  const MonotonicTime now_ = SystemRuntime().Now();
};

using Names = std::set<std::string>;

TEST_F(PeersTest, FollowsTheMembersButItself) {
  peers_.SetMembers({MakeMember(1), MakeMember(2), MakeMember(3)});
  EXPECT_EQ(wakes_, 1);
  EXPECT_TRUE(connected_.empty()) << "nothing is made before Reconcile";
  peers_.Reconcile(now_);
  EXPECT_EQ(connected_, (Names{"NODE-2@a.example:1", "NODE-3@a.example:1"}));
  peers_.SetMembers({MakeMember(1), MakeMember(2), MakeMember(3)});
  EXPECT_EQ(wakes_, 1);
  peers_.Send(To(3));
  EXPECT_EQ(sent_, std::vector<std::string>{"NODE-3@a.example:1"});
  EXPECT_EQ(peers_.Find(NodeId(1)), nullptr);
  EXPECT_TRUE(peers_.IsReachable(NodeId(2)));
  peers_.Stop();
  EXPECT_TRUE(connected_.empty());
}

TEST_F(PeersTest, AMemberThatMovesIsConnectedAnew) {
  peers_.SetMembers({MakeMember(2)});
  peers_.Reconcile(now_);
  peers_.SetMembers({MakeMember(2, "b.example:1")});
  peers_.Reconcile(now_);
  EXPECT_EQ(connected_, Names{"NODE-2@b.example:1"});
}

// LV-09: who is removed must be able to hear it.
TEST_F(PeersTest, LV09WhoIsNoMemberIsKeptWhileItIsSpokenTo) {
  peers_.SetMembers({MakeMember(2), MakeMember(3)});
  peers_.Reconcile(now_);
  peers_.SetMembers({MakeMember(2)});
  peers_.Reconcile(now_);
  EXPECT_EQ(connected_.size(), 2u);
  peers_.Send(To(3));
  EXPECT_EQ(sent_.size(), 1u);
  peers_.Reconcile(now_ + Peers::kGuestTime / 2);
  EXPECT_EQ(connected_.size(), 2u);
  peers_.Reconcile(now_ + 2 * Peers::kGuestTime);
  EXPECT_EQ(connected_, Names{"NODE-2@a.example:1"});

  // It comes back after months, and asks.
  registered_ = {3};
  const int wakes = wakes_;
  peers_.Send(To(3));
  peers_.Send(To(3));
  EXPECT_EQ(sent_.size(), 1u) << "no connection leads there yet";
  EXPECT_EQ(wakes_, wakes + 1);
  peers_.Reconcile(now_ + 2 * Peers::kGuestTime);
  peers_.Send(To(3));
  EXPECT_EQ(sent_.size(), 2u);
}

TEST_F(PeersTest, AGuestThatBecomesAMemberStays) {
  registered_ = {3};
  peers_.Send(To(3));
  peers_.Reconcile(now_);
  peers_.SetMembers({MakeMember(3)});
  peers_.Reconcile(now_);
  peers_.Reconcile(now_ + 10 * Peers::kGuestTime);
  EXPECT_EQ(connected_, Names{"NODE-3@a.example:1"});
}

TEST_F(PeersTest, StrangersGetNothing) {
  peers_.Send(To(99));
  peers_.Send(To(1));
  peers_.Reconcile(now_);
  EXPECT_TRUE(connected_.empty());
  EXPECT_EQ(peers_.Find(NodeId(99)), nullptr);
}

TEST_F(PeersTest, AConnectionInUseEndsWhenItIsLetGo) {
  peers_.SetMembers({MakeMember(2)});
  peers_.Reconcile(now_);
  auto in_use = peers_.Find(NodeId(2));
  peers_.SetMembers({MakeMember(2, "b.example:1")});
  peers_.Reconcile(now_);
  EXPECT_EQ(connected_.size(), 2u);
  in_use.reset();
  peers_.Reconcile(now_);
  EXPECT_EQ(connected_, Names{"NODE-2@b.example:1"});
}

TEST_F(PeersTest, WhoCannotBeConnectedIsReportedAndTriedAgain) {
  peers_.SetMembers({MakeMember(2, "bad"), MakeMember(3)});
  peers_.Reconcile(now_);
  EXPECT_EQ(connected_, Names{"NODE-3@a.example:1"});
  EXPECT_EQ(failures_, 1);
}

}  // namespace
}  // namespace symbolon::node
