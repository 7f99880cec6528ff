// Whole nodes on one machine, with real certificates and disks: what clients may rely on.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <future>
#include <thread>

#include "base/text_encoding.h"
#include "ledger/entries/configuration.h"
#include "ledger/log_head.h"
#include "ledger/receipt.h"
#include "ledger/verification_proof.h"
#include "node/entry_kind.h"
#include "storage/raft_log.h"
#include "tests/node/forwarding_peer.h"
#include "tests/node/test_network.h"

namespace symbolon::test {
namespace {

using api::AttestationStatus;
using api::Freshness;
using api::Role;
using testing::HasSubstr;

constexpr Freshness kAny{};
constexpr Freshness kLinearizable{.mode = Freshness::Mode::kLinearizable};

Freshness AtLeast(uint64_t index) {
  return {.mode = Freshness::Mode::kAtLeast, .index = index};
}

class Network {
 public:
  explicit Network(TestNetwork::Options options) : net(options) {
    const absl::Status status = net.StartAll();
    EXPECT_TRUE(status.ok()) << status;
    leader = net.AwaitLeader();
    EXPECT_GE(leader, 0) << net.LogLines();
  }

  // Publishes through a node; the receipt must verify.
  api::Submitted Publish(int of, int at, const TestBatch& batch) {
    const auto submitted =
        net.NewClient(of, Role::kRegistrar, at)->SubmitBatch(batch.signed_bytes, batch.body);
    EXPECT_TRUE(submitted.ok()) << submitted.status() << "\n" << net.LogLines();
    if (!submitted.ok()) return {};
    const auto receipt = ledger::DecodeReceipt(submitted->receipt);
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    if (receipt.ok()) {
      const auto facts = ledger::VerifyReceipt(*receipt, net.trust());
      EXPECT_TRUE(facts.ok());
      if (facts.ok()) {
        EXPECT_EQ(facts->entry.first_attestation_number, submitted->first_attestation);
        EXPECT_EQ(facts->entry.index, submitted->entry_index);
      }
    }
    return *submitted;
  }

  // What a verifier of agency `at` hears from its node; the proof must verify.
  api::Verified Verify(int at, uint64_t number, Freshness freshness) {
    const auto verified = net.NewClient(at, Role::kVerifier, at)->Verify(number, freshness);
    EXPECT_TRUE(verified.ok()) << verified.status() << "\n" << net.LogLines();
    last_facts = {};
    if (!verified.ok()) return {};
    if (verified->status == AttestationStatus::kUnknown || verified->status == AttestationStatus::kVoid) {
      EXPECT_TRUE(verified->proof.empty());
      return *verified;
    }
    const auto proof = ledger::DecodeVerificationProof(verified->proof);
    EXPECT_TRUE(proof.ok()) << proof.status();
    if (proof.ok()) {
      const auto facts = ledger::VerifyProof(*proof, net.trust());
      EXPECT_TRUE(facts.ok());
      if (facts.ok()) last_facts = *facts;
    }
    return *verified;
  }

  TestNetwork net;
  int leader = -1;
  ledger::VerificationFacts last_facts;
};

TEST(NodeNetwork, OneNodePublishesVerifiesAndComesBackAfterAStop) {
  Network n({.nodes = 1});
  const TestBatch batch = n.net.MakeBatch(0, 1, 3);
  const api::Submitted submitted = n.Publish(0, 0, batch);
  EXPECT_EQ(submitted.first_attestation, 0u);
  EXPECT_EQ(submitted.attestation_count, 3u);
  EXPECT_FALSE(submitted.existing);
  for (uint64_t i = 0; i < 3; ++i) {
    EXPECT_EQ(n.Verify(0, i, kAny).status, AttestationStatus::kValid);
    EXPECT_EQ(n.last_facts.position, i);
  }
  EXPECT_EQ(n.Verify(0, 3, kAny).status, AttestationStatus::kUnknown);

  ASSERT_TRUE(n.net.StopNode(0).ok());
  ASSERT_TRUE(n.net.StartNode(0).ok());
  EXPECT_EQ(n.Verify(0, 2, AtLeast(submitted.entry_index)).status, AttestationStatus::kValid);
  EXPECT_EQ(n.Publish(0, 0, n.net.MakeBatch(0, 2, 1)).first_attestation, 3u);
}

TEST(NodeNetwork, PublishOnAFollowerGivesAReceiptAndEveryNodeCanProveIt) {
  Network n({.nodes = 3});
  const int follower = n.net.OtherThan(n.leader);
  const TestBatch batch = n.net.MakeBatch(follower, 1, 300);
  const api::Submitted submitted = n.Publish(follower, follower, batch);
  for (int at = 0; at < 3; ++at) {
    EXPECT_EQ(n.Verify(at, 299, AtLeast(submitted.entry_index)).status, AttestationStatus::kValid);
    EXPECT_EQ(n.last_facts.position, 299u);
    EXPECT_EQ(n.last_facts.batch.issuer, n.net.agency(follower));
  }
}

TEST(NodeNetwork, SameBytesAgainGiveTheExistingReceipt) {
  Network n({.nodes = 3});
  const TestBatch batch = n.net.MakeBatch(0, 1, 2);
  const api::Submitted first = n.Publish(0, 0, batch);
  for (int at = 0; at < 3; ++at) {
    const api::Submitted again = n.Publish(0, at, batch);
    EXPECT_TRUE(again.existing);
    EXPECT_EQ(again.entry_index, first.entry_index);
    EXPECT_EQ(again.first_attestation, first.first_attestation);
  }
}

TEST(NodeNetwork, SameBytesSentAtTheSameTimeMakeOneEntry) {
  Network n({.nodes = 3});
  const TestBatch batch = n.net.MakeBatch(0, 1, 2);
  std::vector<std::future<absl::StatusOr<api::Submitted>>> calls;
  for (int i = 0; i < 6; ++i) {
    calls.push_back(std::async(std::launch::async, [&, i] {
      return n.net.NewClient(0, Role::kRegistrar, i % 3)->SubmitBatch(batch.signed_bytes, batch.body);
    }));
  }
  uint64_t index = 0;
  int created = 0;
  for (auto& call : calls) {
    const auto submitted = call.get();
    ASSERT_TRUE(submitted.ok()) << submitted.status();
    if (index == 0) index = submitted->entry_index;
    EXPECT_EQ(submitted->entry_index, index);
    if (!submitted->existing) ++created;
  }
  EXPECT_EQ(created, 1);
}

TEST(NodeNetwork, SequenceOutOfOrderIsToldWhichIsExpected) {
  Network n({.nodes = 3});
  n.Publish(0, 0, n.net.MakeBatch(0, 1, 1));
  for (int at = 0; at < 3; ++at) {
    const auto registrar = n.net.NewClient(0, Role::kRegistrar, at);
    const TestBatch gap = n.net.MakeBatch(0, 5, 1);
    const auto refused = registrar->SubmitBatch(gap.signed_bytes, gap.body);
    EXPECT_TRUE(absl::IsOutOfRange(refused.status())) << refused.status();
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr("must be 2"));
    const TestBatch used = n.net.MakeBatch(0, 1, 1);
    EXPECT_TRUE(absl::IsOutOfRange(registrar->SubmitBatch(used.signed_bytes, used.body).status()));
  }
  const auto next = n.net.NewClient(0, Role::kRegistrar, 0)->NextSequence(n.net.agency(0), 1);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(*next, 2u);
}

// Answers as a leader that has not applied the decision which made the caller's node a member.
class Stranger final : public ForwardingPeer {
 public:
  using ForwardingPeer::ForwardingPeer;
  void Forward(const api::Transaction&, api::Done<api::Forwarded> done) override {
    done(absl::PermissionDeniedError("not a member"));
  }
};

TEST(NodeNetwork, ARegistrarIsNotRefusedBecauseTheLeaderDoesNotKnowItsNode) {
  Network n({.nodes = 3, .settings = "[limits]\nsubmission_timeout_ms = 2000"});
  const int at = n.net.OtherThan(n.leader);
  ASSERT_TRUE(n.net.StopNode(at).ok());
  node::NodeOptions options = n.net.OptionsFor(at);
  options.make_peer =
      [make = options.make_peer](api::PeerOptions peer) -> absl::StatusOr<std::unique_ptr<api::Peer>> {
    auto made = make(std::move(peer));
    if (!made.ok()) return made;
    return std::make_unique<Stranger>(*std::move(made));
  };
  const auto node = node::Node::Start(std::move(options));
  ASSERT_TRUE(node.ok()) << node.status();
  const TestBatch batch = n.net.MakeBatch(0, 1, 1);
  const auto submitted =
      n.net.NewClient(0, Role::kRegistrar, at)->SubmitBatch(batch.signed_bytes, batch.body);
  EXPECT_TRUE(absl::IsUnavailable(submitted.status())) << submitted.status();
  EXPECT_TRUE((*node)->Stop().ok());
}

TEST(NodeNetwork, SeveralSequencesOfOneKeyMayBeInFlight) {
  Network n({.nodes = 3});
  std::vector<std::promise<absl::StatusOr<api::Submitted>>> results(8);
  std::vector<TestBatch> batches;
  for (size_t i = 0; i < results.size(); ++i) batches.push_back(n.net.MakeBatch(0, i + 1, 2));
  const api::Caller caller{n.net.agency(0), Role::kRegistrar, 0};
  for (size_t i = 0; i < results.size(); ++i) {
    n.net.backend(n.leader).Submit(
        caller, {api::Transaction::Kind::kBatch, batches[i].signed_bytes, batches[i].body},
        [&results, i](absl::StatusOr<api::Submitted> result) { results[i].set_value(std::move(result)); });
  }
  for (size_t i = 0; i < results.size(); ++i) {
    const auto submitted = results[i].get_future().get();
    ASSERT_TRUE(submitted.ok()) << submitted.status();
    EXPECT_EQ(submitted->first_attestation, 2 * i);
  }
}

TEST(NodeNetwork, RejectedInputNeverEntersTheLedger) {
  Network n({.nodes = 3});
  const int follower = n.net.OtherThan(n.leader);
  const auto registrar = n.net.NewClient(0, Role::kRegistrar, follower);
  TestBatch batch = n.net.MakeBatch(0, 1, 4);
  TestBatch forged = batch;
  forged.signed_bytes.back() ^= 1;
  EXPECT_THAT(std::string(registrar->SubmitBatch(forged.signed_bytes, forged.body).status().message()),
              HasSubstr("bad_signature"));
  TestBatch other_body = batch;
  other_body.body[5] ^= 1;
  EXPECT_THAT(
      std::string(registrar->SubmitBatch(other_body.signed_bytes, other_body.body).status().message()),
      HasSubstr("root_mismatch"));
  // Another agency's registrar, with bytes that agency 0 has signed.
  const auto stranger = n.net.NewClient(1, Role::kRegistrar, follower);
  EXPECT_TRUE(absl::IsPermissionDenied(stranger->SubmitBatch(batch.signed_bytes, batch.body).status()));
  EXPECT_EQ(n.Publish(0, follower, batch).first_attestation, 0u);
}

TEST(NodeNetwork, AheadOfTheLeadersClockIsNotRejectedForGood) {
  Network n({.nodes = 1});
  const auto registrar = n.net.NewClient(0, Role::kRegistrar, 0);
  const TestBatch batch = n.net.MakeBatch(0, 1, 1, std::chrono::seconds(-3));
  const auto early = registrar->SubmitBatch(batch.signed_bytes, batch.body);
  EXPECT_TRUE(absl::IsResourceExhausted(early.status())) << early.status();
  EXPECT_THAT(std::string(early.status().message()), HasSubstr("clock"));
  EXPECT_TRUE(Eventually([&] { return registrar->SubmitBatch(batch.signed_bytes, batch.body).ok(); }));
}

TEST(NodeNetwork, RevocationIsSeenOnEveryNodeByALinearizableRead) {
  Network n({.nodes = 3});
  n.Publish(0, 0, n.net.MakeBatch(0, 1, 10));
  uint64_t sequence = 2;
  for (uint64_t number = 0; number < 6; ++number) {
    const int at = static_cast<int>(number % 3);
    const auto revoked =
        n.net.NewClient(0, Role::kRegistrar, at)
            ->SubmitStatus(n.net.MakeStatus(0, sequence++, {{number, ledger::Status::kRevoked, {}}}));
    ASSERT_TRUE(revoked.ok()) << revoked.status();
    for (int reader = 0; reader < 3; ++reader) {
      EXPECT_EQ(n.Verify(reader, number, kLinearizable).status, AttestationStatus::kRevoked);
      EXPECT_EQ(n.Verify(reader, number + 1, kLinearizable).status, AttestationStatus::kValid);
    }
  }
}

TEST(NodeNetwork, StatusTransactionsOfOneKeyAreJudgedInOrder) {
  Network n({.nodes = 3});
  n.Publish(0, n.leader, n.net.MakeBatch(0, 1, 1));
  // Each is a change only after the one before it; all are in flight together.
  const ledger::Status steps[] = {ledger::Status::kSuspended, ledger::Status::kValid,
                                  ledger::Status::kSuspended, ledger::Status::kRevoked};
  std::vector<std::promise<absl::StatusOr<api::Submitted>>> results(4);
  const api::Caller caller{n.net.agency(0), Role::kRegistrar, 0};
  for (size_t i = 0; i < 4; ++i) {
    n.net.backend(n.leader).Submit(
        caller, {api::Transaction::Kind::kStatus, n.net.MakeStatus(0, 2 + i, {{0, steps[i], {}}}), {}},
        [&results, i](absl::StatusOr<api::Submitted> result) { results[i].set_value(std::move(result)); });
  }
  for (auto& result : results) {
    const auto submitted = result.get_future().get();
    EXPECT_TRUE(submitted.ok()) << submitted.status();
  }
  EXPECT_EQ(n.Verify(n.leader, 0, kAny).status, AttestationStatus::kRevoked);
  const auto again = n.net.NewClient(0, Role::kRegistrar, n.leader)
                         ->SubmitStatus(n.net.MakeStatus(0, 6, {{0, ledger::Status::kValid, {}}}));
  EXPECT_TRUE(absl::IsFailedPrecondition(again.status())) << again.status();
  EXPECT_THAT(std::string(again.status().message()), HasSubstr("revoked_is_final"));
}

TEST(NodeNetwork, SealsMakeTheStatusProvable) {
  Network n({.nodes = 3});
  n.Publish(0, 0, n.net.MakeBatch(0, 1, 2));
  const auto revoked = n.net.NewClient(0, Role::kRegistrar, 0)
                           ->SubmitStatus(n.net.MakeStatus(0, 2, {{1, ledger::Status::kRevoked, {}}}));
  ASSERT_TRUE(revoked.ok()) << revoked.status();
  for (int at = 0; at < 3; ++at) {
    // A change is stated by the second seal after it.
    EXPECT_TRUE(Eventually([&] {
      n.Verify(at, 1, kAny);
      return n.last_facts.sealed && n.last_facts.sealed->as_of_index >= revoked->entry_index;
    })) << n.net.LogLines();
    ASSERT_TRUE(n.last_facts.sealed.has_value());
    EXPECT_EQ(n.last_facts.sealed->status, ledger::Status::kRevoked);
    n.Verify(at, 0, kAny);
    ASSERT_TRUE(n.last_facts.sealed.has_value());
    EXPECT_EQ(n.last_facts.sealed->status, ledger::Status::kValid);
  }
  // Then the ledger is quiet: nothing changes without a cause.
  const uint64_t last = n.net.backend(n.leader).AppliedIndex();
  EXPECT_FALSE(
      Eventually([&] { return n.net.backend(n.leader).AppliedIndex() > last + 2; }, std::chrono::seconds(1)));
}

TEST(NodeNetwork, OthersGoOnWhenTheLeaderStops) {
  Network n({.nodes = 3});
  n.Publish(0, n.leader, n.net.MakeBatch(0, 1, 5));
  ASSERT_TRUE(n.net.StopNode(n.leader).ok());
  const int other = n.net.OtherThan(n.leader);
  EXPECT_EQ(n.Verify(other, 4, kLinearizable).status, AttestationStatus::kValid);
  EXPECT_EQ(n.Publish(0, other, n.net.MakeBatch(0, 2, 5)).first_attestation, 5u);
}

TEST(NodeNetwork, TheOfficeGoesToANodeThatAnswers) {
  Network n({.nodes = 3});
  const int silent = n.net.OtherThan(n.leader), other = 3 - n.leader - silent;
  ASSERT_LT(silent, other) << "of equal logs the first would be chosen";
  n.Publish(0, n.leader, n.net.MakeBatch(0, 1, 5));
  ASSERT_TRUE(Eventually([&] {
    const uint64_t applied = n.net.backend(n.leader).AppliedIndex();
    return n.net.backend(silent).AppliedIndex() == applied && n.net.backend(other).AppliedIndex() == applied;
  }));
  n.net.KillNode(silent);
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));  // two election timeouts
  ASSERT_TRUE(n.net.StopNode(n.leader).ok());
  EXPECT_THAT(
      n.net.LogLines(),
      HasSubstr(fmt::format(R"("node":"TST-A{}","event":"role","role":"leader","term":)", other + 1)));
}

TEST(NodeNetwork, OthersGoOnWhenTheLeaderDies) {
  Network n({.nodes = 3});
  const api::Submitted first = n.Publish(0, n.leader, n.net.MakeBatch(0, 1, 5));
  const int other = n.net.OtherThan(n.leader);
  n.Verify(other, 4, AtLeast(first.entry_index));
  n.net.KillNode(n.leader);
  // Takes the batch as soon as there is a leader again.
  EXPECT_EQ(n.Publish(0, other, n.net.MakeBatch(0, 2, 5)).first_attestation, 5u);
}

TEST(NodeNetwork, ANodeWithoutALeaderAnswersFromWhatItHas) {
  Network n({.nodes = 3});
  const api::Submitted first = n.Publish(0, n.leader, n.net.MakeBatch(0, 1, 5));
  const int alone = n.net.OtherThan(n.leader);
  n.Verify(alone, 4, AtLeast(first.entry_index));
  n.net.KillNode(n.leader);
  n.net.KillNode(3 - n.leader - alone);
  const auto itself = n.net.NewClient(alone, Role::kOperator, alone);
  ASSERT_TRUE(Eventually([&] {
    const auto state = itself->State();
    return state.ok() && state->leader_name.empty() && state->voters_reachable == 1;
  }));
  EXPECT_EQ(n.Verify(alone, 4, kAny).status, AttestationStatus::kValid);
  EXPECT_EQ(n.Verify(alone, 4, AtLeast(first.entry_index)).status, AttestationStatus::kValid);
}

TEST(NodeNetwork, StoppedNodeCatchesUp) {
  Network n({.nodes = 3});
  const int away = n.net.OtherThan(n.leader);
  n.Publish(n.leader, n.leader, n.net.MakeBatch(n.leader, 1, 5));
  n.net.KillNode(away);
  api::Submitted last;
  for (uint64_t sequence = 2; sequence < 30; ++sequence) {
    last = n.Publish(n.leader, n.leader, n.net.MakeBatch(n.leader, sequence, 40));
  }
  ASSERT_TRUE(n.net.StartNode(away).ok());
  EXPECT_EQ(n.Verify(away, last.first_attestation, AtLeast(last.entry_index)).status,
            AttestationStatus::kValid);
  EXPECT_EQ(n.Publish(away, away, n.net.MakeBatch(away, 1, 1)).first_attestation,
            last.first_attestation + 40);
}

TEST(NodeNetwork, AllNodesKilledComeBackWithEverythingAcknowledged) {
  Network n({.nodes = 3});
  std::vector<TestBatch> batches;
  std::vector<api::Submitted> receipts;
  for (uint64_t sequence = 1; sequence <= 12; ++sequence) {
    batches.push_back(n.net.MakeBatch(0, sequence, 17));
    receipts.push_back(n.Publish(0, static_cast<int>(sequence % 3), batches.back()));
  }
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 3; ++i) n.net.KillNode(i);
    ASSERT_TRUE(n.net.StartAll().ok()) << n.net.LogLines();
    ASSERT_GE(n.net.AwaitLeader(), 0);
    for (size_t i = 0; i < batches.size(); ++i) {
      const int at = static_cast<int>(i % 3);
      const api::Submitted again = n.Publish(0, at, batches[i]);
      EXPECT_TRUE(again.existing);
      EXPECT_EQ(again.entry_index, receipts[i].entry_index);
      n.Verify(at, receipts[i].first_attestation, AtLeast(receipts[i].entry_index));
    }
  }
}

TEST(NodeNetwork, CheckpointsOfAllNodesAgreeAndAreConsistent) {
  Network n({.nodes = 3});
  uint64_t last = 0;
  for (uint64_t sequence = 1; sequence <= 5; ++sequence) {
    last = n.Publish(0, 0, n.net.MakeBatch(0, sequence, 3)).entry_index;
  }
  std::map<uint64_t, Digest> roots;
  for (int at = 0; at < 3; ++at) {
    const auto auditor = n.net.NewClient(at, Role::kAuditor, at);
    n.Verify(at, 0, AtLeast(last));
    const auto note = auditor->Checkpoint();
    ASSERT_TRUE(note.ok()) << note.status();
    const auto facts = n.net.trust().VerifyCheckpoint(*note);
    ASSERT_TRUE(facts.ok());
    EXPECT_GE(facts->size, last);
    const auto [known, added] = roots.emplace(facts->size, facts->root);
    EXPECT_EQ(known->second, facts->root);
    EXPECT_TRUE(auditor->ConsistencyProof(last, facts->size).ok());
    EXPECT_TRUE(auditor->InclusionProof(last, facts->size).ok());
    EXPECT_FALSE(auditor->InclusionProof(last, facts->size + 1000).ok());
    uint64_t next = 1;
    const absl::Status read = auditor->ReadEntries(1, last, [&](const api::LedgerEntry& entry) {
      const auto header = ledger::DecodeEntryHeader(entry.header);
      EXPECT_TRUE(header.ok());
      EXPECT_EQ(header.ok() ? header->index : 0, next);
      ++next;
      EXPECT_EQ(entry.verdict, 0u);
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    EXPECT_EQ(next, last + 1);
  }
}

TEST(NodeNetwork, StopEndsEveryWait) {
  Network n({.nodes = 3, .settings = "[limits]\nstop_grace_ms = 200"});
  const int a = n.net.OtherThan(n.leader);
  n.net.KillNode(n.leader);
  n.net.KillNode(n.net.OtherThan(a));
  // No quorum: nothing can be committed or confirmed.
  std::promise<absl::StatusOr<api::Submitted>> submitted;
  std::promise<absl::StatusOr<api::AsOf>> fresh, later;
  const TestBatch batch = n.net.MakeBatch(a, 1, 1);
  api::Backend& backend = n.net.backend(a);
  backend.Submit({n.net.agency(a), Role::kRegistrar, 0},
                 {api::Transaction::Kind::kBatch, batch.signed_bytes, batch.body},
                 [&](absl::StatusOr<api::Submitted> result) { submitted.set_value(std::move(result)); });
  backend.WaitFor(kLinearizable, nullptr, [&](absl::StatusOr<api::AsOf> result) { fresh.set_value(result); });
  backend.WaitFor(AtLeast(1'000'000), nullptr,
                  [&](absl::StatusOr<api::AsOf> result) { later.set_value(result); });
  EXPECT_TRUE(n.net.StopNode(a).ok());
  EXPECT_TRUE(absl::IsUnavailable(submitted.get_future().get().status()));
  EXPECT_TRUE(absl::IsUnavailable(fresh.get_future().get().status()));
  EXPECT_TRUE(absl::IsUnavailable(later.get_future().get().status()));
}

TEST(NodeNetwork, AbandonedWaitsEndSoon) {
  Network n({.nodes = 1});
  auto abandoned = std::make_shared<std::atomic<bool>>(false);
  std::promise<absl::StatusOr<api::AsOf>> wait;
  n.net.backend(0).WaitFor(AtLeast(1'000'000), abandoned,
                           [&](absl::StatusOr<api::AsOf> result) { wait.set_value(result); });
  *abandoned = true;
  EXPECT_TRUE(absl::IsCancelled(wait.get_future().get().status()));
}

TEST(NodeNetwork, ChangedByteOnDiskIsRefusedAtStart) {
  Network n({.nodes = 1});
  for (uint64_t sequence = 1; sequence <= 3; ++sequence) n.Publish(0, 0, n.net.MakeBatch(0, sequence, 50));
  ASSERT_TRUE(n.net.StopNode(0).ok());
  // One byte in the middle of the largest table file.
  std::filesystem::path largest;
  for (const auto& file : std::filesystem::recursive_directory_iterator(n.net.DataDir(0))) {
    const std::string extension = file.path().extension();
    if (extension != ".sst" && extension != ".blob") continue;
    if (largest.empty() || file.file_size() > std::filesystem::file_size(largest)) largest = file.path();
  }
  ASSERT_FALSE(largest.empty());
  FILE* file = fopen(largest.c_str(), "r+b");
  ASSERT_NE(file, nullptr);
  fseek(file, static_cast<long>(std::filesystem::file_size(largest) / 3), SEEK_SET);
  const int byte = fgetc(file);
  fseek(file, -1, SEEK_CUR);
  fputc(byte ^ 0x20, file);
  fclose(file);
  const absl::Status status = n.net.StartNode(0);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), testing::ContainsRegex("entry|\\.sst|\\.blob"));
}

TEST(NodeNetwork, EmptyFolderOfAKnownNodeIsRefused) {
  Network n({.nodes = 1});
  n.Publish(0, 0, n.net.MakeBatch(0, 1, 1));
  n.net.KillNode(0);
  std::filesystem::remove_all(n.net.DataDir(0));
  EXPECT_TRUE(absl::IsNotFound(n.net.StartNode(0)));
}

// What a leader of the last term has left on node `at`'s disk, told to nobody else: a batch, and a
// configuration with one node more.
std::vector<consensus::Entry> AppendUncommitted(TestNetwork& net, int at, uint64_t attestations,
                                                const TestBatch& batch) {
  storage::Options options;
  options.dir = net.DataDir(at);
  const auto store = *storage::Store::Open(options, {net.network(), net.number(at)});
  const auto log = *storage::RaftLog::Open(store.get());
  ledger::Configuration members{net.network(), 0, ledger::MembersOf(net.genesis().registry)};
  members.members.push_back({9, ledger::NodeKind::kLearner, net.agency(at), "NODE-9", "127.0.0.1:9", {}});
  const uint64_t term = log->hard_state().term.value();
  ledger::LogHead head{log->LastIndex().value(), term, 0, attestations};
  storage::LogWrite write;
  const auto add = [&](ledger::Kind kind, uint32_t count, Bytes payload, Bytes body) {
    const Bytes header =
        ledger::EncodeEntryHeader(ledger::NextHeader(head, term, 4'000'000'000'000, kind, count, payload));
    head = ledger::After(head, header);
    write.append.push_back(
        {consensus::Index(head.index), consensus::Term(term), node::EntryKindOf(kind),
         std::make_shared<const consensus::EntryData>(consensus::EntryData{header, std::move(body)})});
  };
  add(ledger::Kind::kBatch, static_cast<uint32_t>(batch.commitments.size()), batch.signed_bytes, batch.body);
  add(ledger::Kind::kConfiguration, 0, ledger::EncodeConfiguration(members), {});
  EXPECT_TRUE(log->Persist(write).ok());
  return write.append;
}

// L4, G6: an entry that is not committed may still come to be another one. A node alone with such entries in
// its log is asked in every way that there is.
TEST(NodeNetwork, S69NothingOfAnUncommittedEntryIsShown) {
  Network n({.nodes = 3, .settings = "[limits]\nsubmission_timeout_ms = 300\nfresh_wait_timeout_ms = 300"});
  const int at = n.net.OtherThan(n.leader);
  n.Verify(at, 1, AtLeast(n.Publish(n.leader, n.leader, n.net.MakeBatch(n.leader, 1, 2)).entry_index));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(n.net.StopNode(i).ok());
  const TestBatch batch = n.net.MakeBatch(at, 1, 5);
  const std::vector<consensus::Entry> uncommitted = AppendUncommitted(n.net, at, 2, batch);
  const uint64_t first = uncommitted.front().index.value(), last = uncommitted.back().index.value();
  ASSERT_TRUE(n.net.StartNode(at).ok()) << n.net.LogLines();
  api::Backend& backend = n.net.backend(at);
  ASSERT_TRUE(Eventually([&] { return backend.State().last_index == last && backend.Checkpoint().ok(); }));

  // The next numbers are not given, whatever this log says.
  for (const uint64_t number : {2, 6}) {
    const auto verified = backend.Verify(number);
    ASSERT_TRUE(verified.ok()) << verified.status();
    EXPECT_EQ(verified->status, AttestationStatus::kUnknown);
    EXPECT_TRUE(verified->proof.empty());
  }
  api::AsOf as_of;
  EXPECT_EQ(backend.Statuses({1, 2}, &as_of),
            (std::vector{AttestationStatus::kValid, AttestationStatus::kUnknown}));
  EXPECT_LT(as_of.applied_index, first);
  const api::Caller registrar{n.net.agency(at), Role::kRegistrar, 0};
  EXPECT_EQ(backend.NextSequence(registrar, n.net.agency(at), 1).value(), 1u);
  EXPECT_EQ(backend.State().attestation_count, 2u);

  // Neither entry nor leaf, nor a tree that holds them.
  EXPECT_LT(backend.AppliedIndex(), first);
  EXPECT_LT(n.net.trust().VerifyCheckpoint(*backend.Checkpoint())->size, first);
  std::string said;
  for (uint64_t index = first; index <= last; ++index) {
    for (const absl::Status& status :
         {backend.ReadEntry(index).status(), backend.InclusionProof(index, index).status(),
          backend.InclusionProof(1, index).status(), backend.ConsistencyProof(1, index).status()}) {
      EXPECT_TRUE(absl::IsOutOfRange(status)) << status;
      said += std::string(status.message());
    }
  }

  // The configuration counts for Raft, and is no decision of anybody's.
  EXPECT_LT(backend.Membership(0)->in_force_at, first);
  EXPECT_TRUE(backend.Membership(0)->headers.size() <= 1);
  EXPECT_EQ(backend.State().registry_version, 0u);
  EXPECT_EQ(backend.FindCaller(Digest{}), std::nullopt);

  // No receipt for the same bytes, and nobody is told that they are there.
  std::promise<absl::StatusOr<api::Submitted>> again;
  std::promise<absl::StatusOr<api::AsOf>> fresh;
  backend.Submit(registrar, {api::Transaction::Kind::kBatch, batch.signed_bytes, batch.body},
                 [&](absl::StatusOr<api::Submitted> result) { again.set_value(std::move(result)); });
  backend.WaitFor(AtLeast(first), nullptr,
                  [&](absl::StatusOr<api::AsOf> result) { fresh.set_value(result); });
  const absl::Status submitted = again.get_future().get().status();
  EXPECT_TRUE(absl::IsUnavailable(submitted)) << submitted;
  EXPECT_TRUE(absl::IsUnavailable(fresh.get_future().get().status()));
  said += std::string(submitted.message());
  said += n.net.LogLines();
  for (const consensus::Entry& entry : uncommitted) {
    EXPECT_EQ(said.find(ToHex(ledger::EntryLeafHash(entry.data->header))), std::string::npos);
  }
}

TEST(NodeNetwork, LogLinesHoldNothingOfWhatWasPublished) {
  Network n({.nodes = 3});
  const TestBatch batch = n.net.MakeBatch(0, 1, 4);
  n.Publish(0, 0, batch);
  TestBatch forged = batch;
  forged.signed_bytes[70] ^= 1;
  EXPECT_FALSE(n.net.NewClient(0, Role::kRegistrar, 1)->SubmitBatch(forged.signed_bytes, forged.body).ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(n.net.StopNode(i).ok());
  const std::string lines = n.net.LogLines();
  EXPECT_THAT(lines, HasSubstr("\"event\":\"stopped\""));
  for (const Digest& commitment : batch.commitments) {
    EXPECT_EQ(lines.find(std::string(View(commitment).substr(0, 8))), std::string::npos);
  }
}

}  // namespace
}  // namespace symbolon::test
