// Every RPC on its happy path, through the client that people use.

#include <gmock/gmock.h>

#include <map>

#include "tests/api/test_network.h"

namespace symbolon::api {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Freshness kAny = {};
constexpr Freshness kLinearizable = {Freshness::Mode::kLinearizable, 0};

class ClientServerTest : public testing::Test {
 protected:
  TestNetwork network_;
};

TEST_F(ClientServerTest, ABatchIsSubmittedWithItsBodyInTheNameOfItsRegistrar) {
  const auto submitted =
      network_.ClientAs(Role::kRegistrar)->SubmitBatch("signed", std::string(100'000, 'b'));
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->receipt, "receipt bytes");
  EXPECT_FALSE(submitted->existing);
  EXPECT_EQ(submitted->first_attestation, 40u);
  EXPECT_EQ(submitted->attestation_count, 2u);
  EXPECT_EQ(submitted->entry_index, 7u);
  const auto seen = network_.backend().submitted();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].first.agency, "THA-DOPA");
  EXPECT_EQ(seen[0].first.role, Role::kRegistrar);
  EXPECT_EQ(seen[0].second.kind, Transaction::Kind::kBatch);
  EXPECT_EQ(seen[0].second.signed_bytes, "signed");
  EXPECT_EQ(seen[0].second.body, std::string(100'000, 'b'));
}

TEST_F(ClientServerTest, WhatWasSentBeforeIsMarkedAsExisting) {
  const auto submitted = network_.ClientAs(Role::kRegistrar)->SubmitBatch("sent before", "body");
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_TRUE(submitted->existing);
}

TEST_F(ClientServerTest, AStatusTransactionIsSubmitted) {
  ASSERT_TRUE(network_.ClientAs(Role::kRegistrar)->SubmitStatus("signed status").ok());
  const auto seen = network_.backend().submitted();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].second.kind, Transaction::Kind::kStatus);
  EXPECT_EQ(seen[0].second.signed_bytes, "signed status");
}

TEST_F(ClientServerTest, ADecisionIsSubmittedByAnOperator) {
  const auto submitted = network_.ClientAs(Role::kOperator)->SubmitDecision("signed decision");
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->receipt, "receipt bytes");
  const auto seen = network_.backend().submitted();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].second.kind, Transaction::Kind::kGovernance);
  EXPECT_EQ(seen[0].second.signed_bytes, "signed decision");
}

TEST_F(ClientServerTest, AnybodyRegisteredSeesTheMembership) {
  const auto membership = network_.ClientAs(Role::kVerifier)->Membership(20);
  ASSERT_TRUE(membership.ok()) << membership.status();
  EXPECT_EQ(membership->applied_index, FakeBackend::kApplied);
  EXPECT_EQ(membership->registry_version, 3u);
  EXPECT_EQ(membership->decided_at, 40u);
  EXPECT_EQ(membership->in_force_at, 30u);
  EXPECT_FALSE(membership->carried_out);
  EXPECT_EQ(membership->waits_for, "node 6 to catch up");
  EXPECT_THAT(membership->headers, ElementsAre("header 30", "header 40"));
}

TEST_F(ClientServerTest, TheBackendsRefusalReachesTheClientWithCodeAndMessage) {
  network_.backend().FailWith(absl::OutOfRangeError("sequence 5 expected"));
  const auto submitted = network_.ClientAs(Role::kRegistrar)->SubmitBatch("signed", "body");
  EXPECT_EQ(submitted.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(submitted.status().message()), HasSubstr("sequence 5 expected"));
}

TEST_F(ClientServerTest, TheNextSequenceOfAnotherAgencysKeyIsTheBackendsToRefuse) {
  const auto client = network_.ClientAs(Role::kRegistrar);
  EXPECT_EQ(client->NextSequence("THA-DOPA", 3).value(), 103u);
  EXPECT_TRUE(absl::IsPermissionDenied(client->NextSequence("KEN-CRS", 3).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(client->NextSequence("", 3).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(client->NextSequence("THA-DOPA", 0).status()));
}

TEST_F(ClientServerTest, AnAttestationIsVerifiedAtEveryFreshness) {
  const auto client = network_.ClientAs(Role::kVerifier);
  for (const Freshness freshness : {kAny, kLinearizable, Freshness{Freshness::Mode::kAtLeast, 5},
                                    Freshness{Freshness::Mode::kAtLeast, FakeBackend::kApplied + 1}}) {
    const auto verified = client->Verify(12, freshness);
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_EQ(verified->status, AttestationStatus::kValid);
    EXPECT_EQ(verified->proof, "proof of 12");
    EXPECT_EQ(verified->as_of.applied_index, FakeBackend::kApplied);
    EXPECT_EQ(verified->as_of.applied_time_ms, 12345u);
  }
}

TEST_F(ClientServerTest, AFreshnessThatCannotBeHadIsAnError) {
  const auto verified = network_.ClientAs(Role::kVerifier)->Verify(1, {Freshness::Mode::kAtLeast, 1 << 30});
  EXPECT_TRUE(absl::IsUnavailable(verified.status()));
}

TEST_F(ClientServerTest, ManyAreVerifiedEachOnce) {
  std::vector<uint64_t> numbers;
  for (uint64_t i = 0; i < 3000; ++i) numbers.push_back(i * 2);
  for (const Freshness freshness : {kAny, kLinearizable}) {
    std::map<size_t, Verified> seen;
    const absl::Status status =
        network_.ClientAs(Role::kVerifier)
            ->VerifyMany(numbers, freshness, [&](size_t i, absl::StatusOr<Verified> verified) {
              ASSERT_TRUE(verified.ok()) << verified.status();
              EXPECT_TRUE(seen.emplace(i, *std::move(verified)).second);
            });
    ASSERT_TRUE(status.ok()) << status;
    ASSERT_EQ(seen.size(), numbers.size());
    EXPECT_EQ(seen[6].proof, "proof of 12");
    EXPECT_EQ(seen[2999].status, AttestationStatus::kUnknown);
  }
}

TEST_F(ClientServerTest, ManyOfNothingIsNothing) {
  EXPECT_TRUE(
      network_.ClientAs(Role::kVerifier)->VerifyMany({}, kAny, [](size_t, const auto&) { FAIL(); }).ok());
}

TEST_F(ClientServerTest, AmongManyOneFailureIsThatOnesAnswer) {
  network_.backend().FailWith(absl::DataLossError("chunk 3 is damaged"));
  int failures = 0;
  const absl::Status status =
      network_.ClientAs(Role::kVerifier)
          ->VerifyMany({1, 2, 3}, kAny, [&](size_t, const absl::StatusOr<Verified>& verified) {
            EXPECT_TRUE(absl::IsDataLoss(verified.status()));
            EXPECT_THAT(std::string(verified.status().message()), HasSubstr("chunk 3"));
            ++failures;
          });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(failures, 3);
}

TEST_F(ClientServerTest, StatusesComeInTheOrderOfTheQuestions) {
  AsOf as_of;
  const auto statuses = network_.ClientAs(Role::kAuditor)->GetStatus({3, 4, 999'999}, kLinearizable, &as_of);
  ASSERT_TRUE(statuses.ok()) << statuses.status();
  EXPECT_THAT(*statuses, ElementsAre(AttestationStatus::kRevoked, AttestationStatus::kValid,
                                     AttestationStatus::kUnknown));
  EXPECT_EQ(as_of.applied_index, FakeBackend::kApplied);
  EXPECT_TRUE(absl::IsInvalidArgument(
      network_.ClientAs(Role::kAuditor)->GetStatus(std::vector<uint64_t>(4097), kAny, nullptr).status()));
}

TEST_F(ClientServerTest, TheLedgerIsReadInOrder) {
  const auto client = network_.ClientAs(Role::kAuditor);
  std::vector<LedgerEntry> entries;
  const auto collect = [&](LedgerEntry entry) {
    entries.push_back(std::move(entry));
    return absl::OkStatus();
  };
  ASSERT_TRUE(client->ReadEntries(1, 0, collect).ok());
  ASSERT_EQ(entries.size(), FakeBackend::kApplied);
  for (size_t i = 0; i < entries.size(); ++i) EXPECT_EQ(entries[i].header, "header " + std::to_string(i + 1));
  EXPECT_EQ(entries[4].verdict, 2u);
  entries.clear();
  ASSERT_TRUE(client->ReadEntries(7, 9, collect).ok());
  EXPECT_EQ(entries.size(), 3u);
  entries.clear();
  EXPECT_TRUE(client->ReadEntries(FakeBackend::kApplied + 1, 0, collect).ok()) << "nothing new is no error";
  EXPECT_TRUE(entries.empty());
}

TEST_F(ClientServerTest, ReadingOutsideOfTheLedgerIsAnError) {
  const auto client = network_.ClientAs(Role::kAuditor);
  const auto ignore = [](const LedgerEntry&) { return absl::OkStatus(); };
  EXPECT_TRUE(absl::IsInvalidArgument(client->ReadEntries(0, 0, ignore)));
  EXPECT_TRUE(absl::IsInvalidArgument(client->ReadEntries(5, 4, ignore)));
  EXPECT_TRUE(absl::IsOutOfRange(client->ReadEntries(1, FakeBackend::kApplied + 1, ignore)));
}

TEST_F(ClientServerTest, AReaderMayStopInTheMiddle) {
  int seen = 0;
  const absl::Status status = network_.ClientAs(Role::kAuditor)->ReadEntries(1, 0, [&](const LedgerEntry&) {
    return ++seen == 3 ? absl::AbortedError("seen enough") : absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_EQ(seen, 3);
  Eventually([&] { return network_.server().in_flight().ledger_streams == 0; });
}

TEST_F(ClientServerTest, AnEntryThatCannotBeReadEndsTheStreamWithItsReason) {
  network_.backend().FailWith(absl::DataLossError("entry 1 is damaged"));
  const absl::Status status = network_.ClientAs(Role::kAuditor)->ReadEntries(1, 0, [](const LedgerEntry&) {
    return absl::OkStatus();
  });
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST_F(ClientServerTest, GenesisCheckpointAndProofs) {
  const auto client = network_.ClientAs(Role::kAuditor);
  EXPECT_EQ(client->Genesis().value(), "genesis bytes");
  EXPECT_EQ(client->Checkpoint().value(), "checkpoint bytes");
  EXPECT_THAT(client->InclusionProof(3, 9).value(), ElementsAre(Digest{1}, Digest{2}));
  EXPECT_THAT(client->ConsistencyProof(3, 9).value(), ElementsAre(Digest{3}));
  EXPECT_TRUE(absl::IsInvalidArgument(client->InclusionProof(0, 9).status()));
}

TEST_F(ClientServerTest, TheOperatorSeesTheNodesState) {
  const auto state = network_.ClientAs(Role::kOperator)->State();
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->node_name, "THA-NODE");
  EXPECT_EQ(state->node_number, 1u);
  EXPECT_EQ(state->role, "follower");
  EXPECT_EQ(state->term, 4u);
  EXPECT_EQ(state->leader_name, "KEN-NODE");
  EXPECT_EQ(state->last_index, 1003u);
  EXPECT_EQ(state->commit_index, 1002u);
  EXPECT_EQ(state->applied_index, FakeBackend::kApplied);
  EXPECT_EQ(state->attestation_count, FakeBackend::kAttestations);
  EXPECT_EQ(state->checkpoint_size, 999u);
  EXPECT_EQ(state->voters, 3u);
  EXPECT_EQ(state->voters_reachable, 1u);
  EXPECT_EQ(state->failures_tolerable, -1);
  ASSERT_EQ(state->peers.size(), 1u);
  EXPECT_EQ(state->peers[0].name, "KEN-NODE");
  EXPECT_EQ(state->peers[0].number, 2u);
  EXPECT_EQ(state->peers[0].address, "ken.example:7000");
  EXPECT_TRUE(state->peers[0].reachable);
  EXPECT_EQ(state->peers[0].match_index, 998u);
  EXPECT_EQ(state->peers[0].kind, "learner");
  EXPECT_TRUE(state->peers[0].caught_up);
  EXPECT_EQ(state->peers[0].agency, "KEN-CRS");
  EXPECT_EQ(state->kind, "voter");
  EXPECT_EQ(state->registry_version, 3u);
  EXPECT_EQ(state->change_under_way, "remove node 4");
  EXPECT_EQ(state->waits_for, "more voters");
  EXPECT_EQ(state->standing, "recovering");
  EXPECT_EQ(state->version, "1.2.3");
  EXPECT_EQ(state->last_error, "disk full");
}

}  // namespace
}  // namespace symbolon::api
