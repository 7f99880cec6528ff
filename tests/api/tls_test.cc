#include "api/tls.h"

#include <gmock/gmock.h>

#include "api/client.h"
#include "base/sha256.h"
#include "base/text_encoding.h"
#include "tests/api/hostile_bytes.h"

namespace symbolon::api {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr int64_t kNow = 1'700'000'000;  // 2023-11-14
constexpr int64_t kDay = 86400;

const GeneratedAuthority& Authority() {
  static const GeneratedAuthority& authority =
      *new GeneratedAuthority(CreateAuthority("THA-DOPA", kNow, 3650).value());
  return authority;
}

CertificateRequest ForNode() {
  CertificateRequest request;
  request.common_name = "THA-NODE";
  request.dns_names = {ServerName("THA-NODE")};
  request.server = request.client = true;
  request.now_s = kNow;
  request.days = 365;
  return request;
}

TEST(TlsTest, AServerNameIsTheNodesNameInLowerCase) {
  EXPECT_EQ(ServerName("THA-NODE-1"), "tha-node-1.node.symbolon");
}

TEST(TlsTest, IssuedCertificatesAreKnownByTheirKey) {
  const auto one = IssueCertificate(Authority(), ForNode()).value();
  const auto two = IssueCertificate(Authority(), ForNode()).value();
  EXPECT_EQ(SpkiDigest(one.identity.certificate_chain).value(), one.spki_digest);
  EXPECT_NE(one.spki_digest, two.spki_digest);
  EXPECT_TRUE(CheckKeyBelongsTo(one.identity).ok());
  EXPECT_THAT(one.identity.private_key, StartsWith("-----BEGIN PRIVATE KEY-----"));
  EXPECT_TRUE(
      absl::IsInvalidArgument(CheckKeyBelongsTo({one.identity.certificate_chain, two.identity.private_key})));
}

// Made with: openssl req -x509 ... ; openssl x509 -pubkey | openssl pkey -pubin -outform DER | sha256sum
TEST(TlsTest, TheKeyDigestIsThatOfOpensslsCommandLine) {
  const std::string certificate = R"(-----BEGIN CERTIFICATE-----
MIIBejCCASGgAwIBAgIUMoTTyeRlFJHNo5WAwAJBKMm4+mwwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHZXhhbXBsZTAgFw0yNjExMjQwMzI3MjBaGA8yMTI2MTAzMTAz
MjcyMFowEjEQMA4GA1UEAwwHZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABOg8aWVpMj5ll9ezlVnSPz85Hgtr0CjUETihsQSdNZNAEDpJSiUBU/CIN8JQ
AsuO12fPP50bReamHKJN4L35iD2jUzBRMB0GA1UdDgQWBBTKOwHTwV0VWVlUYncN
d58cvo+PzDAfBgNVHSMEGDAWgBTKOwHTwV0VWVlUYncNd58cvo+PzDAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0cAMEQCIApd7EwIlPgEGSs9dPYHffWVAAlP
c54WtTrR/E+FOCwDAiB37Plx7cZH1GW3ULdB5OECCETWEyDSUpdcxpYfPJ9I/g==
-----END CERTIFICATE-----
)";
  EXPECT_EQ(ToHex(SpkiDigest(certificate).value()),
            "ee69f35f8c94bd3e8e642a1062225e12aae2d486228fa27c4f3a8af3a7b4eab3");
}

TEST(TlsTest, DerAndPemAreTheSameCertificate) {
  const Bytes der = CertificateDer(Authority().certificate).value();
  EXPECT_EQ(CertificatePem(der).value(), Authority().certificate);
  EXPECT_TRUE(absl::IsInvalidArgument(CertificatePem(der + "x").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(CertificatePem(der.substr(0, der.size() - 1)).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(CertificatePem("").status()));
}

TEST(TlsTest, ACertificateIsGoodFromAnHourBeforeItsIssueUntilItsEnd) {
  const std::string pem = IssueCertificate(Authority(), ForNode()).value().identity.certificate_chain;
  EXPECT_TRUE(DescribeCertificateProblem(pem, "tls.crt", kNow - 3000).ok());
  EXPECT_TRUE(DescribeCertificateProblem(pem, "tls.crt", kNow + 365 * kDay).ok());
  EXPECT_EQ(CertificateExpiry(pem).value(), kNow + 365 * kDay);
}

TEST(TlsTest, AnExpiredCertificateIsNamedWithItsDateAndWhatToDo) {
  const std::string pem = IssueCertificate(Authority(), ForNode()).value().identity.certificate_chain;
  const absl::Status problem = DescribeCertificateProblem(pem, "node/tls.crt", kNow + 365 * kDay + 1);
  EXPECT_TRUE(absl::IsFailedPrecondition(problem));
  const std::string message(problem.message());
  EXPECT_THAT(message, StartsWith("node/tls.crt: "));
  EXPECT_THAT(message, HasSubstr("expired on 2024-11-13 22:13 UTC"));
  EXPECT_THAT(message, HasSubstr("issue a new one"));
}

TEST(TlsTest, ACertificateOfTheFutureHintsAtTheClock) {
  const std::string pem = IssueCertificate(Authority(), ForNode()).value().identity.certificate_chain;
  const absl::Status problem = DescribeCertificateProblem(pem, "tls.crt", kNow - 2 * kDay);
  EXPECT_TRUE(absl::IsFailedPrecondition(problem));
  EXPECT_THAT(std::string(problem.message()), HasSubstr("valid only from 2023-11-14 21:13 UTC"));
  EXPECT_THAT(std::string(problem.message()), HasSubstr("clock"));
}

TEST(TlsTest, NoCertificateOutlivesItsAuthority) {
  const auto authority = CreateAuthority("KEN-CRS", kNow, 10).value();
  const auto issued = IssueCertificate(authority, ForNode()).value();
  EXPECT_EQ(CertificateExpiry(issued.identity.certificate_chain).value(), kNow + 10 * kDay);
}

TEST(TlsTest, RequestsThatMakeNoSenseAreRefused) {
  CertificateRequest request = ForNode();
  request.server = request.client = false;
  EXPECT_TRUE(absl::IsInvalidArgument(IssueCertificate(Authority(), request).status()));
  request = ForNode();
  request.dns_names = {"a.example,DNS:bank.example"};
  EXPECT_TRUE(absl::IsInvalidArgument(IssueCertificate(Authority(), request).status()));
  request = ForNode();
  request.days = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(IssueCertificate(Authority(), request).status()));
  request = ForNode();
  request.common_name = "";
  EXPECT_TRUE(absl::IsInvalidArgument(IssueCertificate(Authority(), request).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(IssueCertificate({"no", "pem"}, ForNode()).status()));
}

TEST(TlsTest, DamagedCertificatesAreReadOrRefusedAndNeverMore) {
  HostileBytes bytes(11);
  const std::vector<std::string> pems = {Authority().certificate};
  const std::vector<std::string> ders = {CertificateDer(Authority().certificate).value()};
  for (int i = 0; i < 3000; ++i) {
    (void)SpkiDigest(bytes.Next(pems));
    (void)DescribeCertificateProblem(bytes.Next(pems), "x", kNow);
    const auto pem = CertificatePem(bytes.Next(ders));
    if (pem.ok()) {
      (void)SpkiDigest(*pem);
    }
  }
}

}  // namespace
}  // namespace symbolon::api
