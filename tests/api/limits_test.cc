// What a server refuses to hold, and that it forgets what has ended.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <thread>

#include "proto/publishing.grpc.pb.h"
#include "proto/verification.grpc.pb.h"
#include "tests/api/test_network.h"

namespace symbolon::api {
namespace {

using testing::HasSubstr;

constexpr Freshness kLinearizable = {Freshness::Mode::kLinearizable, 0};

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

bool Idle(const Server& server) {
  const InFlight now = server.in_flight();
  return now.submissions == 0 && now.fresh_waits == 0 && now.ledger_streams == 0 && now.verify_streams == 0;
}

TEST(LimitsTest, ASubmissionPastTheLimitIsRefusedAndTheLimitNamed) {
  TestNetwork network([](ServerOptions& o) { o.max_submissions_in_flight = 2; });
  network.backend().HoldSubmissions();
  const auto client = network.ClientAs(Role::kRegistrar);
  std::vector<std::thread> waiting;
  for (int i = 0; i < 2; ++i) {
    waiting.emplace_back([&] { EXPECT_TRUE(client->SubmitBatch("signed", "body").ok()); });
  }
  network.backend().WaitUntilHeld(2, 0);
  for (const absl::Status& refused :
       {client->SubmitBatch("signed", "body").status(), client->SubmitStatus("signed").status()}) {
    EXPECT_TRUE(absl::IsResourceExhausted(refused)) << refused;
    EXPECT_THAT(Message(refused), HasSubstr("max_submissions_in_flight (2)"));
  }
  network.backend().ReleaseSubmissions();
  for (std::thread& thread : waiting) thread.join();
  EXPECT_TRUE(Idle(network.server()));
  EXPECT_TRUE(client->SubmitBatch("signed", "body").ok());
}

TEST(LimitsTest, AWaitPastTheLimitIsRefusedButWhatNeedNotWaitIsAnswered) {
  TestNetwork network([](ServerOptions& o) { o.max_fresh_waits_in_flight = 1; });
  network.backend().HoldWaits();
  const auto client = network.ClientAs(Role::kVerifier);
  std::thread waiting([&] { EXPECT_TRUE(client->Verify(1, kLinearizable).ok()); });
  network.backend().WaitUntilHeld(0, 1);
  EXPECT_THAT(Message(client->Verify(1, kLinearizable).status()), HasSubstr("max_fresh_waits_in_flight (1)"));
  EXPECT_TRUE(absl::IsResourceExhausted(client->GetStatus({1}, kLinearizable, nullptr).status()));
  EXPECT_TRUE(client->Verify(1, {}).ok());
  EXPECT_TRUE(client->Verify(1, {Freshness::Mode::kAtLeast, FakeBackend::kApplied}).ok());
  const absl::Status many =
      client->VerifyMany({1}, kLinearizable, [](size_t, const absl::StatusOr<Verified>& one) {
        EXPECT_TRUE(absl::IsResourceExhausted(one.status()));
      });
  EXPECT_TRUE(many.ok()) << "a busy node is one question's answer, not the end of all";
  network.backend().ReleaseWaits();
  waiting.join();
  EXPECT_TRUE(Idle(network.server()));
}

TEST(LimitsTest, AClientThatGivesUpFreesItsPlaceInTheQueue) {
  TestNetwork network([](ServerOptions& o) { o.max_fresh_waits_in_flight = 1; });
  network.backend().HoldWaits();
  ClientOptions impatient = network.Options(TestCertificates::Get().verifier);
  impatient.timeout_ms = 50;
  const auto client = Client::Create(impatient).value();
  ASSERT_TRUE(client->Verify(1, {}).ok());
  const absl::Status late = client->Verify(1, kLinearizable).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(late)) << late;
  EXPECT_TRUE(Eventually([&] { return network.backend().EndAbandonedWaits(); }));
  EXPECT_TRUE(Idle(network.server()));
}

TEST(LimitsTest, AStreamThatIsCancelledLeavesNothingBehind) {
  TestNetwork network;
  network.backend().HoldWaits();
  const auto stub = v1::Verification::NewStub(network.Channel(TestCertificates::Get().verifier));
  grpc::ClientContext context;
  const auto stream = stub->VerifyMany(&context);
  v1::VerifyManyRequest request;
  request.mutable_request()->mutable_freshness()->set_linearizable(true);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(stream->Write(request));
  network.backend().WaitUntilHeld(0, 10);
  EXPECT_EQ(network.server().in_flight().verify_streams, 1);
  EXPECT_EQ(network.server().in_flight().fresh_waits, 10);
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(Eventually([&] { return network.backend().EndAbandonedWaits(); }));
  EXPECT_TRUE(Eventually([&] { return Idle(network.server()); }));
}

TEST(LimitsTest, AnswersThatComeAfterTheServerHasGoneHurtNobody) {
  auto network = std::make_unique<TestNetwork>();
  FakeBackend backend;
  const TestCertificates& certificates = TestCertificates::Get();
  backend.Register(certificates.verifier.spki_digest, {"THA-DOPA", Role::kVerifier, 0});
  backend.Register(certificates.registrar.spki_digest, {"THA-DOPA", Role::kRegistrar, 0});
  backend.HoldWaits();
  backend.HoldSubmissions();
  ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.identity = certificates.server.identity;
  options.trusted_authorities = certificates.thailand.certificate;
  auto server = Server::Start(options, &backend).value();
  ClientOptions connection = network->Options(certificates.verifier);
  connection.address = "127.0.0.1:" + std::to_string(server->port());
  const auto verifier = Client::Create(connection).value();
  connection.identity = certificates.registrar.identity;
  const auto registrar = Client::Create(connection).value();
  std::thread one([&] { EXPECT_FALSE(verifier->Verify(1, kLinearizable).ok()); });
  std::thread many([&] {
    EXPECT_FALSE(verifier->VerifyMany({1, 2}, kLinearizable, [](size_t, const auto&) {}).ok());
  });
  std::thread submission([&] { EXPECT_FALSE(registrar->SubmitBatch("signed", "body").ok()); });
  backend.WaitUntilHeld(1, 3);
  server->Shutdown(0);
  server.reset();
  one.join();
  many.join();
  submission.join();
  backend.ReleaseWaits();
  backend.ReleaseSubmissions();
}

TEST(LimitsTest, OnlySoManyStreamsOfAKindRunAtOnce) {
  TestNetwork network([](ServerOptions& o) { o.max_verify_streams = 1; });
  const auto stub = v1::Verification::NewStub(network.Channel(TestCertificates::Get().verifier));
  grpc::ClientContext first_context;
  const auto first = stub->VerifyMany(&first_context);
  v1::VerifyManyReply reply;
  ASSERT_TRUE(first->Write(v1::VerifyManyRequest()));
  ASSERT_TRUE(first->Read(&reply));
  const auto client = network.ClientAs(Role::kVerifier);
  const absl::Status second = client->VerifyMany({1}, {}, [](size_t, const auto&) {});
  EXPECT_THAT(Message(second), HasSubstr("max_verify_streams (1)"));
  first->WritesDone();
  EXPECT_FALSE(first->Read(&reply));
  EXPECT_TRUE(first->Finish().ok());
  EXPECT_TRUE(client->VerifyMany({1}, {}, [](size_t, const auto&) {}).ok());
}

TEST(LimitsTest, SlowDisksHoldUpReadersOfTheLedgerAndNobodyElse) {
  TestNetwork network([](ServerOptions& o) { o.max_ledger_streams = 4; });
  network.backend().HoldReads();
  const auto client = network.ClientAs(Role::kAuditor);
  const auto ignore = [](const LedgerEntry&) { return absl::OkStatus(); };
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&] { EXPECT_TRUE(client->ReadEntries(1, 0, ignore).ok()); });
  ASSERT_TRUE(Eventually([&] { return network.server().in_flight().ledger_streams == 4; }));
  EXPECT_THAT(Message(client->ReadEntries(1, 0, ignore)), HasSubstr("max_ledger_streams (4)"));
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(client->Verify(1, {}).ok());
  network.backend().ReleaseReads();
  for (std::thread& reader : readers) reader.join();
  EXPECT_TRUE(Idle(network.server()));
}

TEST(LimitsTest, AClientThatDoesNotReadItsAnswersStopsBeingRead) {
  TestNetwork network;
  const auto stub = v1::Verification::NewStub(network.Channel(TestCertificates::Get().verifier));
  grpc::ClientContext context;
  const auto stream = stub->VerifyMany(&context);
  network.backend().HoldWaits();
  v1::VerifyManyRequest request;
  request.mutable_request()->mutable_freshness()->set_linearizable(true);
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(stream->Write(request));
  network.backend().WaitUntilHeld(0, 256);
  EXPECT_EQ(network.server().in_flight().fresh_waits, 256);
  network.backend().ReleaseWaits();
  v1::VerifyManyReply reply;
  stream->WritesDone();
  int replies = 0;
  while (stream->Read(&reply)) ++replies;
  EXPECT_EQ(replies, 1000);
  EXPECT_TRUE(stream->Finish().ok());
}

TEST(LimitsTest, AMessagePastTheLimitIsRefused) {
  TestNetwork network([](ServerOptions& o) { o.max_message_bytes = 100'000; });
  const auto client = network.ClientAs(Role::kRegistrar);
  EXPECT_TRUE(client->SubmitBatch("signed", std::string(90'000, 'b')).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(client->SubmitBatch("signed", std::string(110'000, 'b')).status()));
  EXPECT_TRUE(client->SubmitBatch("signed", "body").ok()) << "the connection lives on";
}

TEST(LimitsTest, SignedBytesThatNoEntryCouldHoldAreRefused) {
  TestNetwork network;
  const auto client = network.ClientAs(Role::kRegistrar);
  EXPECT_TRUE(absl::IsInvalidArgument(client->SubmitBatch("", "body").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(client->SubmitBatch(std::string(70'000, 's'), "body").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(client->SubmitStatus("").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(client->SubmitBatch("signed", std::string(13 << 20, 'b')).status()));
  EXPECT_TRUE(network.backend().submitted().empty());
}

}  // namespace
}  // namespace symbolon::api
