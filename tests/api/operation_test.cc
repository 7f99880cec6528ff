// Starting, stopping, health, and what a person reads when a connection fails.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include <thread>

#include "tests/api/raw_call.h"
#include "tests/api/test_network.h"

namespace symbolon::api {
namespace {

using testing::HasSubstr;

std::string Message(const absl::Status& status) {
  return std::string(status.message());
}

ServerOptions GoodOptions() {
  const TestCertificates& certificates = TestCertificates::Get();
  ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.identity = certificates.server.identity;
  options.trusted_authorities = certificates.thailand.certificate;
  return options;
}

TEST(ServerTest, AnAddressThatIsTakenIsAnErrorThatNamesIt) {
  const TestNetwork network;
  FakeBackend backend;
  ServerOptions options = GoodOptions();
  options.listen_address = network.address();
  const absl::Status status = Server::Start(options, &backend).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(Message(status), HasSubstr(network.address()));
}

TEST(ServerTest, OptionsThatCannotWorkAreRefused) {
  FakeBackend backend;
  ServerOptions options = GoodOptions();
  options.identity.private_key = TestCertificates::Get().peer.identity.private_key;
  EXPECT_TRUE(absl::IsInvalidArgument(Server::Start(options, &backend).status()));
  options = GoodOptions();
  options.trusted_authorities = "none";
  EXPECT_TRUE(absl::IsInvalidArgument(Server::Start(options, &backend).status()));
  options = GoodOptions();
  options.max_submissions_in_flight = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(Server::Start(options, &backend).status()));
  options = GoodOptions();
  options.memory_quota_bytes = 1000;
  EXPECT_TRUE(absl::IsInvalidArgument(Server::Start(options, &backend).status()));
}

TEST(ServerTest, HealthSaysWhetherTheNodeServes) {
  TestNetwork network;
  const auto channel = network.Channel(TestCertificates::Get().operating);
  const auto health = [&] { return RawCall(channel, "/grpc.health.v1.Health/Check", "").message; };
  const std::string serving("\x08\x01");      // HealthCheckResponse.status = SERVING
  const std::string not_serving("\x08\x02");  // NOT_SERVING
  EXPECT_EQ(health(), serving);
  network.server().SetServing(false);
  EXPECT_EQ(health(), not_serving);
  network.server().SetServing(true);
  EXPECT_EQ(health(), serving);
}

TEST(ServerTest, ACallThatRunsAtShutdownMayEndWithinTheGrace) {
  TestNetwork network;
  network.backend().HoldSubmissions();
  const auto client = network.ClientAs(Role::kRegistrar);
  std::thread submission([&] { EXPECT_TRUE(client->SubmitBatch("signed", "body").ok()); });
  network.backend().WaitUntilHeld(1, 0);
  std::thread stopping([&] { network.server().Shutdown(60'000); });
  // The listener is closed before the wait for running calls begins.
  EXPECT_TRUE(Eventually([&] { return !network.ClientAs(Role::kVerifier)->Verify(1, {}).ok(); }));
  network.backend().ReleaseSubmissions();
  submission.join();
  stopping.join();
  network.server().Shutdown(0);
}

// Whenever it comes: before, during or after.
TEST(ServerTest, ACallThatTheShutdownCutsOffMayBeSentAgain) {
  TestNetwork network;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      const auto client = network.ClientAs(Role::kVerifier);
      absl::Status status;
      while (status.ok()) status = client->Verify(1, {}).status();
      EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    });
  }
  const auto client = network.ClientAs(Role::kVerifier);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(client->Verify(1, {}).ok());
  network.server().Shutdown(0);
  for (std::thread& caller : callers) caller.join();
}

TEST(ServerTest, APeersStreamDoesNotHoldUpTheShutdown) {
  TestNetwork network;
  const auto peer = network.PeerAsKenya();
  ASSERT_TRUE(Eventually([&] { return peer->Reachable(); }));
  network.server().Shutdown(3'600'000);
  EXPECT_TRUE(Eventually([&] { return !peer->Reachable(); }));
}

TEST(ClientErrorsTest, AnAddressWhereNobodyListens) {
  ClientOptions options;
  {
    const TestNetwork network;
    options = network.Options(TestCertificates::Get().verifier);
  }
  const absl::Status status = Client::Create(options).value()->Verify(1, {}).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(Message(status), HasSubstr("cannot reach the node at " + options.address));
  EXPECT_THAT(Message(status), HasSubstr("check the address"));
}

TEST(ClientErrorsTest, ANodeThatIsNotTheOneMeant) {
  const TestNetwork network;
  ClientOptions options = network.Options(TestCertificates::Get().verifier);
  options.server_name = ServerName("KEN-NODE");
  EXPECT_THAT(Message(Client::Create(options).value()->Verify(1, {}).status()),
              HasSubstr("does not trust as ken-node"));
  options = network.Options(TestCertificates::Get().verifier);
  options.trusted_authority = TestCertificates::Get().kenya.certificate;
  const absl::Status status = Client::Create(options).value()->Verify(1, {}).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(Message(status), HasSubstr("the CA of the node's agency"));
}

TEST(ClientErrorsTest, ACertificateThatTheNodeDoesNotAccept) {
  const TestNetwork network;
  const auto client = Client::Create(network.Options(TestCertificates::Get().stranger_client)).value();
  const absl::Status status = client->Verify(1, {}).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(Message(status), HasSubstr("does not accept this side's certificate"));
}

TEST(ClientErrorsTest, AKeyThatIsNotRegistered) {
  const TestNetwork network;
  const auto client = Client::Create(network.Options(TestCertificates::Get().unregistered)).value();
  const absl::Status status = client->Verify(1, {}).status();
  EXPECT_TRUE(absl::IsPermissionDenied(status));
  EXPECT_THAT(Message(status), HasSubstr("not registered"));
}

TEST(ClientErrorsTest, AnAnswerThatDoesNotCome) {
  TestNetwork network;
  network.backend().HoldWaits();
  ClientOptions options = network.Options(TestCertificates::Get().verifier);
  options.timeout_ms = 50;
  const auto client = Client::Create(options).value();
  constexpr Freshness kLinearizable = {Freshness::Mode::kLinearizable, 0};
  EXPECT_THAT(Message(client->Verify(1, kLinearizable).status()), HasSubstr("did not answer within 50 ms"));
  const absl::Status many = client->VerifyMany({1, 2}, kLinearizable, [](size_t, const auto&) {});
  EXPECT_TRUE(absl::IsDeadlineExceeded(many)) << many;
}

TEST(ClientErrorsTest, OptionsThatCannotWork) {
  const TestNetwork network;
  ClientOptions options = network.Options(TestCertificates::Get().verifier);
  options.address = "";
  EXPECT_TRUE(absl::IsInvalidArgument(Client::Create(options).status()));
  options = network.Options(TestCertificates::Get().verifier);
  options.identity.private_key = TestCertificates::Get().auditor.identity.private_key;
  EXPECT_TRUE(absl::IsInvalidArgument(Client::Create(options).status()));
  options = network.Options(TestCertificates::Get().verifier);
  options.trusted_authority = "";
  EXPECT_THAT(Message(Client::Create(options).status()), HasSubstr("the CA of the node's agency"));
}

TEST(ClientErrorsTest, AMessageFromANodeIsBoundedAndPrintable) {
  TestNetwork network;
  network.backend().FailWith(absl::InternalError("\x1b[31mred\n" + std::string(5000, 'x')));
  const std::string message = Message(network.ClientAs(Role::kVerifier)->Verify(1, {}).status());
  EXPECT_LT(message.size(), 600u);
  EXPECT_THAT(message, HasSubstr("?[31mred?xxx"));
}

}  // namespace
}  // namespace symbolon::api
