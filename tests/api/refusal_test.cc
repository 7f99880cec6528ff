// For every method of every service: who is let in, and who is not. A method that has no rule is refused to
// everybody, and fails here.

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>

#include "api/authorizer.h"
#include "tests/api/raw_call.h"
#include "tests/api/test_network.h"

namespace symbolon::api {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kOfGrpcItself = {
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
};

std::vector<std::string> AllMethods() {
  std::vector<std::string> names = kOfGrpcItself;
  for (const Method& method : ProjectMethods()) names.push_back(method.name);
  return names;
}

bool Refused(const RawAnswer& answer) {
  return !answer.answered && answer.status.error_code() == grpc::StatusCode::PERMISSION_DENIED;
}

class RefusalTest : public testing::Test {
 protected:
  TestNetwork network_;
};

TEST_F(RefusalTest, EveryMethodHasARuleAndEveryRuleAMethod) {
  const std::vector<std::string> methods = AllMethods();
  EXPECT_GE(methods.size(), 17u);
  for (const std::string& method : methods)
    EXPECT_TRUE(RpcRules().contains(method)) << method << " has no rule";
  EXPECT_EQ(RpcRules().size(), methods.size());
}

TEST_F(RefusalTest, EachRoleMayCallWhatTheTableSaysAndNothingElse) {
  for (const Role role : kAllRoles) {
    const auto channel = network_.Channel(TestCertificates::Get().Of(role));
    for (const std::string& method : AllMethods()) {
      const auto rule = RpcRules().find(method);
      ASSERT_NE(rule, RpcRules().end()) << method;
      const RawAnswer answer = RawCall(channel, method, "");
      const bool stranger =
          answer.status.error_message() == "a stranger";  // the backend's word, not the table's
      EXPECT_EQ(Refused(answer) && !stranger, !rule->second.Contains(role))
          << method << " as " << RoleName(role) << ": " << answer.status.error_code() << " "
          << answer.status.error_message();
      EXPECT_NE(answer.status.error_code(), grpc::StatusCode::UNAVAILABLE) << method;
      EXPECT_NE(answer.status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
    }
  }
}

TEST_F(RefusalTest, WithoutACertificateNobodyGetsThroughTheHandshake) {
  const auto channel = network_.ChannelWithoutCertificate();
  for (const std::string& method : AllMethods()) {
    EXPECT_EQ(RawCall(channel, method, "").status.error_code(), grpc::StatusCode::UNAVAILABLE) << method;
  }
}

TEST_F(RefusalTest, ACertificateOfNoMembersAuthorityDoesNotGetThroughTheHandshake) {
  const auto channel = network_.Channel(TestCertificates::Get().stranger_client);
  for (const std::string& method : AllMethods()) {
    EXPECT_EQ(RawCall(channel, method, "").status.error_code(), grpc::StatusCode::UNAVAILABLE) << method;
  }
}

// But that it may show by which decisions it became a member.
TEST_F(RefusalTest, AMembersCertificateThatIsNotRegisteredIsRefusedEverywhere) {
  const auto channel = network_.Channel(TestCertificates::Get().unregistered);
  for (const std::string& method : AllMethods()) {
    const RawAnswer answer = RawCall(channel, method, "");
    EXPECT_TRUE(Refused(answer)) << method;
    const bool heard = method == "/symbolon.v1.ConsensusTransport/Introduce";
    EXPECT_EQ(answer.status.error_message() == "a stranger", heard) << method;
    EXPECT_EQ(RpcRules().at(method).Contains(Role::kUnregistered), heard) << method;
  }
}

TEST_F(RefusalTest, AMethodThatDoesNotExistIsRefused) {
  const auto channel = network_.Channel(TestCertificates::Get().operating);
  for (const char* method : {"/symbolon.v1.Publishing/Drop", "/symbolon.v1.Other/SubmitBatch", "/", "/x"}) {
    EXPECT_TRUE(Refused(RawCall(channel, method, ""))) << method;
  }
}

TEST_F(RefusalTest, ARegistrationThatEndsIsFeltByTheNextCall) {
  const auto client = network_.ClientAs(Role::kVerifier);
  ASSERT_TRUE(client->Verify(1, {}).ok());
  network_.backend().Unregister(TestCertificates::Get().verifier.spki_digest);
  EXPECT_TRUE(absl::IsPermissionDenied(client->Verify(1, {}).status()));
}

TEST_F(RefusalTest, TheRefusalNamesTheRoleThatIsNeededAndTheOneThatCalled) {
  const auto submitted = network_.ClientAs(Role::kAuditor)->SubmitBatch("signed", "body");
  EXPECT_TRUE(absl::IsPermissionDenied(submitted.status()));
  const std::string message(submitted.status().message());
  EXPECT_THAT(message, HasSubstr("Publishing.SubmitBatch needs the role registrar"));
  EXPECT_THAT(message, HasSubstr("auditor of THA-DOPA"));
}

}  // namespace
}  // namespace symbolon::api
