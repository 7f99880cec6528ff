// A client believes no server.
#include "api/internal/conversion.h"

#include <gtest/gtest.h>

#include "api/internal/status_conversion.h"
#include "tests/api/hostile_bytes.h"

namespace symbolon::api::internal {
namespace {

TEST(ConversionTest, AStatusThatThisVersionDoesNotKnowIsNotTakenForValid) {
  v1::VerifyReply reply;
  reply.set_status(static_cast<v1::AttestationStatus>(5));
  EXPECT_TRUE(absl::IsDataLoss(Read(std::move(reply)).status()));
}

TEST(ConversionTest, ProofsAreOf32BytesHashesAndNotTooMany) {
  v1::ProofReply reply;
  reply.add_hashes(std::string(32, 'h'));
  EXPECT_EQ(Read(reply)->size(), 1u);
  reply.add_hashes(std::string(31, 'h'));
  EXPECT_TRUE(absl::IsDataLoss(Read(reply).status()));
  reply.clear_hashes();
  for (int i = 0; i <= kMaxProofHashes; ++i) reply.add_hashes(std::string(32, 'h'));
  EXPECT_TRUE(absl::IsDataLoss(Read(reply).status()));
}

TEST(ConversionTest, AFreshnessIsOneOfThreeOrLeftOut) {
  v1::Freshness message;
  EXPECT_EQ(Read(message)->mode, Freshness::Mode::kAny);
  message.set_any(false);
  EXPECT_TRUE(absl::IsInvalidArgument(Read(message).status()));
  message.set_linearizable(false);
  EXPECT_TRUE(absl::IsInvalidArgument(Read(message).status()));
  for (const Freshness freshness :
       {Freshness{}, Freshness{Freshness::Mode::kAtLeast, 7}, Freshness{Freshness::Mode::kLinearizable, 0}}) {
    Write(freshness, &message);
    EXPECT_EQ(Read(message)->mode, freshness.mode);
    EXPECT_EQ(Read(message)->index, freshness.index);
  }
}

TEST(ConversionTest, OnlyBatchesStatusTransactionsAndDecisionsAreForwarded) {
  for (const uint32_t kind : {0u, 4u, 257u}) {
    v1::ForwardRequest request;
    request.set_kind(kind);
    request.set_signed_bytes("signed");
    EXPECT_TRUE(absl::IsInvalidArgument(Read(std::move(request)).status())) << kind;
  }
  v1::ForwardRequest request;
  request.set_kind(2);
  request.set_signed_bytes("signed");
  request.set_body("body");
  EXPECT_TRUE(absl::IsInvalidArgument(Read(std::move(request)).status()))
      << "a status transaction has no body";
}

TEST(ConversionTest, StatusCodesPassUnchangedBothWaysAndUnknownOnesAreUnknown) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "why");
    EXPECT_EQ(FromGrpc(ToGrpc(status)), status);
  }
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_TRUE(absl::IsUnknown(FromCode(17, "why")));
  EXPECT_TRUE(absl::IsUnknown(FromCode(~0u, "why")));
}

TEST(ConversionTest, MessagesAreCutAndMadePrintable) {
  EXPECT_EQ(BoundedMessage("a\n\x1b\xc3\xa9z"), "a????z");
  const std::string cut = BoundedMessage(std::string(10'000, 'x'));
  EXPECT_EQ(cut.size(), kMaxMessageLength);
  EXPECT_EQ(cut.substr(cut.size() - 3), "...");
}

TEST(ConversionTest, DamagedAnswersAreReadOrRefusedAndNeverMore) {
  HostileBytes bytes(3);
  v1::VerifyReply verify;
  verify.set_status(v1::ATTESTATION_STATUS_REVOKED);
  verify.mutable_as_of()->set_applied_index(9);
  verify.set_proof("proof");
  v1::ProofReply proof;
  proof.add_hashes(std::string(32, 'h'));
  const std::vector<std::string> seeds = {verify.SerializeAsString(), proof.SerializeAsString()};
  for (int i = 0; i < 5000; ++i) {
    const std::string next = bytes.Next(seeds);
    if (v1::VerifyReply m; m.ParseFromString(next)) {
      const auto read = Read(std::move(m));
      if (read.ok()) {
        EXPECT_LE(static_cast<int>(read->status), 4);
      }
    }
    if (v1::ProofReply m; m.ParseFromString(next)) (void)Read(m);
    if (v1::GetNodeStatusReply m; m.ParseFromString(next)) (void)Read(m);
    if (v1::LedgerEntry m; m.ParseFromString(next)) (void)Read(std::move(m));
    if (v1::SubmitReply m; m.ParseFromString(next)) (void)Read(std::move(m));
  }
}

}  // namespace
}  // namespace symbolon::api::internal
