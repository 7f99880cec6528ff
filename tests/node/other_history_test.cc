// What a node does when others have signed another history than its own (CONSENSUS L8).
#include <gmock/gmock.h>

#include <filesystem>
#include <map>
#include <set>
#include <span>

#include "ledger/checkpoint/cosignature.h"
#include "ledger/trust.h"
#include "storage/atomic_file.h"
#include "tests/node/forwarding_peer.h"
#include "tests/node/test_network.h"

namespace symbolon::test {
namespace {

using testing::HasSubstr;

// The connection to a node whose checkpoints are those of another history, under its own signature.
class OtherHistory final : public ForwardingPeer {
 public:
  OtherHistory(std::unique_ptr<api::Peer> peer, const node::NodeFiles* files)
      : ForwardingPeer(std::move(peer)), files_(*files) {}
  void FetchCheckpoint(api::Done<Bytes> done) override {
    ForwardingPeer::FetchCheckpoint([this, done = std::move(done)](const absl::StatusOr<Bytes>& note) {
      done(note.ok() ? Forge(*note) : note);
    });
  }

 private:
  absl::StatusOr<Bytes> Forge(const Bytes& note) const {
    auto checkpoint = ledger::ParseCheckpoint(ledger::ParseNote(note)->text);
    checkpoint->root[0] ^= 1;
    const auto cosignature = ledger::Cosign(
        *checkpoint, ledger::CosigningName(files_.genesis, files_.node_name), files_.cosigning_key, 1);
    return ledger::SignCheckpoint(*checkpoint, files_.log_key, std::span(&cosignature, 1));
  }
  const node::NodeFiles& files_;
};

class OtherHistoryTest : public testing::Test {
 protected:
  OtherHistoryTest() : net_({.nodes = 3}) {
    EXPECT_TRUE(net_.StartAll().ok());
    EXPECT_GE(net_.AwaitLeader(), 0);
    for (int i = 0; i < net_.size(); ++i) {
      auto files = node::LoadNodeFiles(net_.OptionsFor(i).config);
      EXPECT_TRUE(files.ok()) << files.status();
      if (files.ok()) files_.emplace(i, *std::move(files));
    }
  }

  // Node `i`, to which those show another history.
  std::unique_ptr<node::Node> StartAmong(int i, const std::set<int>& liars) {
    if (net_.running(i)) {
      EXPECT_TRUE(net_.StopNode(i).ok());
    }
    node::NodeOptions options = net_.OptionsFor(i);
    options.make_peer = [this, liars, make = options.make_peer](
                            api::PeerOptions peer) -> absl::StatusOr<std::unique_ptr<api::Peer>> {
      const std::string address = peer.connection.address;
      auto made = make(std::move(peer));
      for (const int liar : liars) {
        if (made.ok() && address == net_.address(liar)) {
          return std::make_unique<OtherHistory>(*std::move(made), &files_.at(liar));
        }
      }
      return made;
    };
    auto node = node::Node::Start(std::move(options));
    EXPECT_TRUE(node.ok()) << node.status();
    return node.ok() ? *std::move(node) : nullptr;
  }
  bool Logged(const std::string& event) const {
    return net_.LogLines().find("\"event\":\"" + event + "\"") != std::string::npos;
  }
  std::string ProofAgainst(int liar, int at) const {
    return net_.DataDir(at) + "/OTHER_HISTORY-" + std::to_string(net_.number(liar));
  }

  TestNetwork net_;
  std::map<int, node::NodeFiles> files_;
};

TEST_F(OtherHistoryTest, OneNodeThatSignsAnotherIsNamedWithProofAndStopsNobody) {
  const int at = net_.OtherThan(net_.AwaitLeader());
  const int liar = net_.AwaitLeader();
  const auto node = StartAmong(at, {liar});
  ASSERT_NE(node, nullptr);
  ASSERT_TRUE(Eventually([&] { return Logged("other_history"); })) << net_.LogLines();
  EXPECT_THAT(node->backend().State().last_error, HasSubstr("two histories"));
  const auto proof = storage::ReadWholeFile(ProofAgainst(liar, at), 1 << 20);
  ASSERT_TRUE(proof.ok()) << proof.status();
  const auto facts = net_.trust().VerifyCheckpoint(*proof);
  ASSERT_TRUE(facts.ok()) << "anybody can check it";
  const TestBatch batch = net_.MakeBatch(0, 1, 1);
  const auto submitted =
      net_.NewClient(0, api::Role::kRegistrar, at)->SubmitBatch(batch.signed_bytes, batch.body);
  EXPECT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_FALSE(Logged("signing_stopped"));
  EXPECT_TRUE(node->Stop().ok());
}

TEST_F(OtherHistoryTest, ANodeThatTheMajorityContradictsVouchesForNothingAnyMore) {
  const int at = net_.OtherThan(net_.AwaitLeader());
  std::set<int> others;
  for (int i = 0; i < net_.size(); ++i) {
    if (i != at) others.insert(i);
  }
  {
    const auto node = StartAmong(at, others);
    ASSERT_NE(node, nullptr);
    EXPECT_TRUE(Eventually([&] { return Logged("signing_stopped"); })) << net_.LogLines();
    EXPECT_TRUE(node->Stop().ok());
  }
  const auto again = StartAmong(at, {});
  ASSERT_NE(again, nullptr);
  EXPECT_FALSE(again->backend().Checkpoint().ok()) << "not even after a restart";
  EXPECT_TRUE(again->Stop().ok());
}

}  // namespace
}  // namespace symbolon::test
