// The link between two nodes.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <future>

#include "api/fetch_entries.h"
#include "api/internal/consensus_conversion.h"
#include "proto/consensus.grpc.pb.h"
#include "tests/api/test_network.h"

namespace symbolon::api {
namespace {

using consensus::Index;
using consensus::NodeId;
using consensus::Term;
using testing::HasSubstr;

consensus::Message Vote(uint64_t term) {
  return {NodeId(kPeerNode), NodeId(kServerNode), Term(term), consensus::VoteReply{true}};
}

absl::StatusOr<Forwarded> Forward(Peer& peer, const Transaction& transaction) {
  std::promise<absl::StatusOr<Forwarded>> promise;
  peer.Forward(transaction,
               [&](const absl::StatusOr<Forwarded>& forwarded) { promise.set_value(forwarded); });
  return promise.get_future().get();
}

TEST(PeerTest, MessagesArriveInOrder) {
  TestNetwork network;
  const auto peer = network.PeerAsKenya();
  ASSERT_TRUE(Eventually([&] { return peer->Reachable(); }));
  EXPECT_TRUE(peer->LinkStatus().ok());
  for (uint64_t term = 1; term <= 2000; ++term) peer->Send(Vote(term));
  const auto messages = network.backend().WaitForMessages(2000);
  for (size_t i = 0; i < messages.size(); ++i) {
    EXPECT_EQ(messages[i].term, Term(i + 1));
    EXPECT_EQ(messages[i].from, NodeId(kPeerNode));
  }
}

TEST(PeerTest, EntriesArriveByteForByte) {
  TestNetwork network;
  const auto peer = network.PeerAsKenya();
  ASSERT_TRUE(Eventually([&] { return peer->Reachable(); }));
  consensus::AppendRequest append;
  append.prev = {Index(9), Term(2)};
  const auto data = std::make_shared<const consensus::EntryData>(
      consensus::EntryData{Bytes("head\0er", 7), Bytes(4'700'000, '\xff')});
  append.entries = {{Index(10), Term(3), consensus::EntryKind::kNormal, data},
                    {Index(11), Term(4), consensus::EntryKind::kNoOp, data}};
  peer->Send({NodeId(kPeerNode), NodeId(kServerNode), Term(4), append});
  const auto messages = network.backend().WaitForMessages(1);
  const auto& arrived = std::get<consensus::AppendRequest>(messages[0].body);
  ASSERT_EQ(arrived.entries.size(), 2u);
  EXPECT_EQ(arrived.entries[1].index, Index(11));
  EXPECT_EQ(*arrived.entries[0].data, *data);
}

TEST(PeerTest, WhatIsSentWhileTheLinkIsDownIsDropped) {
  PeerOptions options;
  {
    TestNetwork network;
    options.connection = network.Options(TestCertificates::Get().peer);
  }
  options.network = kNetwork;
  const auto peer = Peer::Create(options).value();
  ASSERT_TRUE(Eventually([&] {
    return std::string(peer->LinkStatus().message()).find("cannot reach the node") != std::string::npos;
  }));
  EXPECT_FALSE(peer->Reachable());
  peer->Send(Vote(1));
  EXPECT_TRUE(absl::IsUnavailable(Forward(*peer, {Transaction::Kind::kBatch, "signed", "body"}).status()));
}

TEST(PeerTest, ALinkThatBrokeComesBackByItself) {
  FakeBackend backend;
  TestNetwork first;  // for its options
  backend.Register(TestCertificates::Get().peer.spki_digest, {"KEN-CRS", Role::kNode, kPeerNode});
  ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.identity = TestCertificates::Get().server.identity;
  options.trusted_authorities = TestCertificates::Get().kenya.certificate;
  options.network = kNetwork;
  options.node_number = kServerNode;
  auto server = Server::Start(options, &backend).value();
  options.listen_address = "127.0.0.1:" + std::to_string(server->port());
  PeerOptions peer_options;
  peer_options.connection = first.Options(TestCertificates::Get().peer);
  peer_options.connection.address = options.listen_address;
  peer_options.network = kNetwork;
  const auto peer = Peer::Create(peer_options).value();
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(Eventually([&] { return peer->Reachable(); }));
    const size_t before = backend.message_count();
    peer->Send(Vote(7));
    backend.WaitForMessages(before + 1);
    server->Shutdown(1000);
    server.reset();
    ASSERT_TRUE(Eventually([&] { return !peer->Reachable(); }));
    server = Server::Start(options, &backend).value();
  }
}

TEST(PeerTest, AQueueThatIsFullDropsAndTheLinkLivesOn) {
  TestNetwork network;
  PeerOptions options;
  options.connection = network.Options(TestCertificates::Get().peer);
  options.network = kNetwork;
  options.max_queued_bytes = 10'000;
  const auto peer = Peer::Create(options).value();
  ASSERT_TRUE(Eventually([&] { return peer->Reachable(); }));
  consensus::AppendRequest append;
  append.entries = {
      {Index(1), Term(1), consensus::EntryKind::kNormal,
       std::make_shared<const consensus::EntryData>(consensus::EntryData{"h", Bytes(20'000, 'b')})}};
  peer->Send({NodeId(kPeerNode), NodeId(kServerNode), Term(1), append});
  peer->Send(Vote(5));
  EXPECT_EQ(network.backend().WaitForMessages(1)[0].term, Term(5)) << "the first one did not fit";
}

TEST(PeerTest, ATransactionIsForwardedToTheLeader) {
  TestNetwork network;
  const auto peer = network.PeerAsKenya();
  const auto forwarded = Forward(*peer, {Transaction::Kind::kBatch, "signed", "body"});
  ASSERT_TRUE(forwarded.ok()) << forwarded.status();
  EXPECT_EQ(forwarded->index, 55u);
  EXPECT_EQ(forwarded->term, 4u);
  EXPECT_TRUE(forwarded->existing);
  const auto seen = network.backend().submitted();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].second.body, "body");
  network.backend().FailWith(absl::FailedPreconditionError("not the leader"));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(Forward(*peer, {Transaction::Kind::kStatus, "signed", ""}).status()));
}

TEST(PeerTest, TheCheckpointOfTheOtherNodeIsFetched) {
  TestNetwork network;
  const auto peer = network.PeerAsKenya();
  const auto fetch = [&] {
    std::promise<absl::StatusOr<Bytes>> promise;
    peer->FetchCheckpoint([&](absl::StatusOr<Bytes> note) { promise.set_value(std::move(note)); });
    return promise.get_future().get();
  };
  const auto shown = network.backend().Checkpoint();
  ASSERT_TRUE(shown.ok());
  const auto fetched = fetch();
  ASSERT_TRUE(fetched.ok()) << fetched.status();
  EXPECT_EQ(*fetched, *shown);
  network.backend().FailWith(absl::UnavailableError("nothing is signed yet"));
  EXPECT_TRUE(absl::IsUnavailable(fetch().status()));
}

TEST(PeerTest, EntriesAreFetchedFromTheOtherNodeWithinBounds) {
  TestNetwork network;
  const auto peer = network.PeerAsKenya();
  const auto fetch = [&](const std::vector<uint64_t>& indexes) {
    std::promise<absl::StatusOr<std::vector<LedgerEntry>>> promise;
    peer->FetchEntries(indexes, [&](absl::StatusOr<std::vector<LedgerEntry>> entries) {
      promise.set_value(std::move(entries));
    });
    return promise.get_future().get();
  };
  const auto entries = fetch({2, 1});
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), 2u);
  for (const size_t i : {0, 1}) {
    const auto expected = network.backend().ReadEntry(2 - i);
    ASSERT_TRUE(expected.ok());
    EXPECT_EQ((*entries)[i].header, expected->header);
    EXPECT_EQ((*entries)[i].body, expected->body);
  }
  EXPECT_TRUE(absl::IsInvalidArgument(fetch({}).status()));
  const auto many = fetch(std::vector<uint64_t>(kMaxFetchedEntries, 2));
  ASSERT_TRUE(many.ok()) << many.status();
  EXPECT_LE(many->size() * (*entries)[0].body.size(), kMaxFetchedBytes);
  EXPECT_TRUE(absl::IsInvalidArgument(fetch(std::vector<uint64_t>(kMaxFetchedEntries + 1, 2)).status()));
  network.backend().FailWith(absl::OutOfRangeError("not applied"));
  EXPECT_TRUE(absl::IsOutOfRange(fetch({2}).status()));
}

TEST(PeerTest, AForwardWithoutAnswerEndsAsUnknown) {
  TestNetwork network;
  network.backend().HoldSubmissions();
  PeerOptions options;
  options.connection = network.Options(TestCertificates::Get().peer);
  options.network = kNetwork;
  options.forward_timeout_ms = 100;
  const auto peer = Peer::Create(options).value();
  EXPECT_TRUE(absl::IsUnavailable(Forward(*peer, {Transaction::Kind::kBatch, "signed", "body"}).status()));
  network.backend().ReleaseSubmissions();
}

TEST(PeerTest, APeerThatIsDestroyedAnswersItsForwardsFirst) {
  TestNetwork network;
  network.backend().HoldSubmissions();
  auto peer = network.PeerAsKenya();
  absl::StatusOr<Forwarded> result = absl::UnknownError("no answer");
  peer->Forward({Transaction::Kind::kBatch, "signed", "body"},
                [&](const absl::StatusOr<Forwarded>& forwarded) { result = forwarded; });
  network.backend().WaitUntilHeld(1, 0);
  peer.reset();
  EXPECT_TRUE(absl::IsUnavailable(result.status())) << result.status();
  network.backend().ReleaseSubmissions();
}

// What a server says to a first message.
grpc::Status Deliver(const TestNetwork& network, v1::ConsensusMessage message) {
  const auto stub = v1::ConsensusTransport::NewStub(network.Channel(TestCertificates::Get().peer));
  grpc::ClientContext context;
  const auto stream = stub->Deliver(&context);
  v1::DeliverReply welcome;
  EXPECT_TRUE(stream->Read(&welcome));
  stream->Write(message);
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&welcome));
  return stream->Finish();
}

TEST(PeerTest, MessagesOfOthersNamesNetworksAndNodesAreRefused) {
  TestNetwork network;
  const v1::ConsensusMessage good = internal::ToProto(Vote(3), kNetwork);
  EXPECT_TRUE(Deliver(network, good).ok());
  v1::ConsensusMessage bad = good;
  bad.set_from(3);
  EXPECT_THAT(Deliver(network, bad).error_message(), HasSubstr("not the node of the certificate"));
  bad = good;
  bad.set_to(2);
  EXPECT_THAT(Deliver(network, bad).error_message(), HasSubstr("another node"));
  bad = good;
  bad.set_network(std::string(32, 'x'));
  EXPECT_THAT(Deliver(network, bad).error_message(), HasSubstr("another network"));
  EXPECT_EQ(network.backend().WaitForMessages(1).size(), 1u);
}

// LV-29: a node that lags behind does not know a newer one, which is perhaps its leader.
TEST(PeerTest, LV29ANodeThatIsNotKnownIntroducesItself) {
  TestNetwork network;
  network.backend().Unregister(TestCertificates::Get().peer.spki_digest);
  PeerOptions options;
  options.connection = network.Options(TestCertificates::Get().peer);
  options.network = kNetwork;
  options.introduction = [] { return std::vector<Bytes>{"let", "me", "in"}; };
  const auto peer = Peer::Create(options).value();
  ASSERT_TRUE(Eventually([&] { return peer->Reachable(); }));
  peer->Send(Vote(5));
  EXPECT_EQ(network.backend().WaitForMessages(1)[0].term, Term(5));
}

TEST(PeerTest, WhoIntroducesItselfInVainStaysOutside) {
  TestNetwork network;
  network.backend().Unregister(TestCertificates::Get().peer.spki_digest);
  PeerOptions options;
  options.connection = network.Options(TestCertificates::Get().peer);
  options.network = kNetwork;
  options.introduction = [] { return std::vector<Bytes>{"please"}; };
  const auto peer = Peer::Create(options).value();
  ASSERT_TRUE(Eventually(
      [&] { return std::string(peer->LinkStatus().message()).find("a stranger") != std::string::npos; }));
  EXPECT_FALSE(peer->Reachable());
  EXPECT_EQ(network.backend().message_count(), 0u);
}

TEST(PeerTest, AStreamEndsWhenItsNodeIsNoLongerRegistered) {
  TestNetwork network;
  const auto peer = network.PeerAsKenya();
  ASSERT_TRUE(Eventually([&] { return peer->Reachable(); }));
  network.backend().Unregister(TestCertificates::Get().peer.spki_digest);
  peer->Send(Vote(1));
  ASSERT_TRUE(Eventually([&] { return absl::IsPermissionDenied(peer->LinkStatus()); }));
  EXPECT_FALSE(peer->Reachable());
  EXPECT_EQ(network.backend().message_count(), 0u);
}

}  // namespace
}  // namespace symbolon::api
