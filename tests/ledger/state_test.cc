#include "ledger/state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "tests/ledger/fixtures.h"

namespace symbolon::ledger {
namespace {

using fixtures::Get;
using fixtures::MakeBatch;
using fixtures::TestLedger;
using fixtures::TestNetwork;

// A decision, accepted or not, or a step of the one that is under way.
void WriteMembership(TestLedger& ledger, std::mt19937_64& random) {
  const Membership& now = ledger.state().membership();
  const auto by_chance = [&](uint64_t) { return NodeProgress{random() % 4 != 0, random() % 4 != 0}; };
  const NextStep step = NextConfiguration(now, by_chance);
  if (step.configuration.has_value() && random() % 8 != 0) {
    EXPECT_EQ(ledger.AppendConfiguration(*step.configuration).verdict, Verdict::kAccepted);
    return;
  }
  const uint64_t number = 1 + random() % 8;
  const NodeKind kind = random() % 2 == 0 ? NodeKind::kVoter : NodeKind::kLearner;
  const std::string agency = TestNetwork::AgencyId(random() % 3);
  switch (random() % 5) {
    case 0:
      ledger.AppendDecision(AddNode{agency, fixtures::MakeNode(number, kind, fmt::format("N-{}", number))});
      break;
    case 1:
      ledger.AppendDecision(ChangeKind{number, kind});
      break;
    case 2:
      ledger.AppendDecision(RemoveNode{number});
      break;
    case 3:
      ledger.AppendDecision(WithdrawChange{});
      break;
    default:
      ledger.AppendDecision(ChangeAddress{number, fmt::format("moved.example:{}", 7000 + random() % 5)});
  }
}

// A ledger of everything: accepted and rejected batches, status changes, seals, no-ops,
// decisions, configurations, rubbish.
void WriteHistory(TestLedger& ledger, uint64_t seed, int entries) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < entries; ++i) {
    const size_t agency = random() % 3;
    switch (random() % 8) {
      case 0:
        ledger.AppendNoOp();
        break;
      case 1:
        ledger.AppendRejectedBatch(static_cast<uint32_t>(1 + random() % 20));
        break;
      case 2:
        ledger.AppendSeal();
        break;
      case 3:
      case 4: {
        const uint64_t count = ledger.state().attestation_count();
        if (count == 0) break;
        const auto status = static_cast<Status>(random() % 3);
        ledger.AppendStatus(agency, {{random() % count, status, std::nullopt}});  // often rejected
        break;
      }
      case 5:
        if (random() % 4 == 0) ledger.AppendBytes("rubbish", "");
        break;
      case 6:
        WriteMembership(ledger, random);
        break;
      default:
        ledger.AppendBatch(agency, static_cast<uint32_t>(1 + random() % 400), random() % 2 == 0);
    }
  }
}

// What a node has on disk: rows written from TakeChanges.
struct Disk {
  StateMeta meta;
  std::map<std::pair<std::string, uint32_t>, uint64_t> sequences;
  std::map<uint64_t, StatusChunk> chunks;
  std::vector<StatusUndo> undo;
  Bytes membership;

  void Write(const StateChanges& changes) {
    meta = Get(DecodeStateMeta(EncodeStateMeta(changes.meta)));
    for (const KeySequence& row : changes.sequences) sequences[{row.issuer, row.key_id}] = row.sequence;
    for (const auto& [number, chunk] : changes.status.chunks) chunks[number] = chunk;
    for (uint64_t dropped : changes.status.versions_dropped) {
      std::erase_if(undo, [&](const StatusUndo& row) { return row.version == dropped; });
    }
    for (const StatusUndo& row : changes.status.undo_added) undo.push_back(row);
    if (!changes.membership.empty()) membership = changes.membership;
  }
  StateSnapshot Read() const {
    StateSnapshot snapshot{meta, {}, "", undo, membership};
    for (const auto& [key, sequence] : sequences)
      snapshot.sequences.push_back({key.first, key.second, sequence});
    for (const auto& [number, chunk] : chunks) snapshot.status_chunks.append(View(chunk));
    return snapshot;
  }
};

class History : public ::testing::TestWithParam<int> {
 protected:
  uint64_t Seed() const { return static_cast<uint64_t>(GetParam()); }
};

// L23: the state is a function of the entries alone.
TEST_P(History, L23TwoStatesFedTheSameBytesAreEqual) {
  TestLedger ledger;
  WriteHistory(ledger, Seed(), 120);
  State again = Get(State::AtGenesis(ledger.network().genesis()));
  MemoryAttestations attestations;
  for (const TestLedger::Entry& entry : ledger.entries()) {
    // The overlay is never cleared, the source is told late, a memo is used: none of it may matter.
    BoundedSignatureMemo memo(4);
    const DecodedEntry decoded = DecodeEntry(entry.header, entry.body);
    VerifyAhead(decoded.payload, again.registry(), memo);
    EXPECT_EQ(Get(again.Apply(decoded, attestations, &memo)), entry.outcome);
  }
  EXPECT_EQ(again.Fingerprint(), ledger.state().Fingerprint());
  EXPECT_EQ(again.LedgerRoot(), ledger.state().LedgerRoot());
}

TEST_P(History, L23RestoredMidwayEqualsLive) {
  TestLedger ledger;
  WriteHistory(ledger, Seed(), 120);
  State state = Get(State::AtGenesis(ledger.network().genesis()));
  MemoryAttestations attestations;
  Disk disk;
  std::mt19937_64 random(Seed());
  for (const TestLedger::Entry& entry : ledger.entries()) {
    const Outcome outcome = Get(state.Apply(DecodeEntry(entry.header, entry.body), attestations));
    EXPECT_EQ(outcome, entry.outcome);
    if (outcome.attested.has_value()) attestations.Add(*outcome.attested);
    if (random() % 4 == 0) {
      disk.Write(state.TakeChanges());
      state.ClearOverlay();
    }
    if (random() % 16 == 0) {  // stop and start
      disk.Write(state.TakeChanges());
      const Digest before = state.Fingerprint();
      state = Get(State::Restore(ledger.network().genesis(), disk.Read()));
      EXPECT_EQ(state.Fingerprint(), before);
    }
  }
  EXPECT_EQ(state.Fingerprint(), ledger.state().Fingerprint());
  for (uint64_t n = 0; n < state.attestation_count(); n += 97) {
    const auto here = state.StatedStatus(n);
    const auto there = ledger.state().StatedStatus(n);
    ASSERT_EQ(here.has_value(), there.has_value());
    if (!here.has_value()) continue;
    EXPECT_EQ(here->chunk, there->chunk);
    EXPECT_EQ(here->path, there->path);
  }
}

TEST_P(History, OutcomesNameEveryChangedChunk) {
  TestLedger ledger;
  WriteHistory(ledger, Seed(), 60);
  State state = Get(State::AtGenesis(ledger.network().genesis()));
  MemoryAttestations attestations;
  for (const TestLedger::Entry& entry : ledger.entries()) {
    const Outcome outcome = Get(state.Apply(DecodeEntry(entry.header, entry.body), attestations));
    std::vector<uint64_t> changed;
    for (const auto& [number, chunk] : state.TakeChanges().status.chunks) changed.push_back(number);
    EXPECT_THAT(outcome.changed_chunks, ::testing::IsSupersetOf(changed));
    EXPECT_TRUE(std::is_sorted(outcome.changed_chunks.begin(), outcome.changed_chunks.end()));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, History, ::testing::Range(0, 6));

TEST(State, StartsEmptyAtGenesis) {
  const TestNetwork network;
  const State state = Get(State::AtGenesis(network.genesis()));
  EXPECT_EQ(state.applied_index(), 0u);
  EXPECT_EQ(state.attestation_count(), 0u);
  EXPECT_EQ(state.network(), network.id());
  EXPECT_EQ(state.registry_digest(),
            GenesisRegistryDigest(network.genesis_bytes(), network.genesis().registry));
  EXPECT_FALSE(state.NeedsSeal());
  EXPECT_FALSE(state.StatusOf(0).has_value());
  EXPECT_EQ(state.ExpectedSequence("AAA-REG", 1), 1u);
}

TEST(State, AcceptedTransactionsTakeTheirPlaceInTheSequence) {
  TestLedger ledger;
  const Outcome outcome = ledger.AppendBatch(0, 3);
  ASSERT_TRUE(outcome.sequence.has_value());
  EXPECT_EQ(outcome.sequence->issuer, "AAA-REG");
  EXPECT_EQ(outcome.sequence->sequence, 1u);
  const DecodedEntry entry = DecodeEntry(ledger.entries()[0].header, ledger.entries()[0].body);
  EXPECT_EQ(outcome.sequence->signed_digest, Sha256(entry.payload.batch()->signed_bytes));
  EXPECT_EQ(ledger.state().ExpectedSequence("AAA-REG", 1), 2u);
  EXPECT_EQ(ledger.state().ExpectedSequence("AAA-REG", 2), 1u);
  EXPECT_EQ(ledger.state().ExpectedSequence("BBB-REG", 1), 1u);
}

TEST(State, NumbersRunOverAcceptedAndRejectedBatches) {
  TestLedger ledger;
  EXPECT_EQ(ledger.AppendBatch(0, 300).attested, (BatchRef{1, 0, 300, "AAA-REG", true}));
  EXPECT_EQ(ledger.AppendRejectedBatch(5).attested, (BatchRef{2, 300, 5, "AAA-REG", false}));
  EXPECT_EQ(ledger.AppendBatch(1, 1).attested, (BatchRef{3, 305, 1, "BBB-REG", true}));
  EXPECT_EQ(ledger.state().attestation_count(), 306u);
  EXPECT_EQ(ledger.state().StatusOf(299), Status::kValid);
  EXPECT_EQ(ledger.state().StatusOf(300), Status::kVoid);
  EXPECT_EQ(ledger.state().StatusOf(305), Status::kValid);
  EXPECT_EQ(ledger.state().StatusOf(306), std::nullopt);
}

// A batch and its revocation in one applied range: the source does not know the batch yet.
TEST(State, BatchesOfTheSameRangeAreKnownWithoutTheSource) {
  TestLedger ledger;
  ledger.AppendBatch(0, 3);
  ledger.AppendStatus(0, {{1, Status::kRevoked, std::nullopt}});
  State state = Get(State::AtGenesis(ledger.network().genesis()));
  const MemoryAttestations nothing;
  for (const TestLedger::Entry& entry : ledger.entries()) {
    EXPECT_EQ(Get(state.Apply(DecodeEntry(entry.header, entry.body), nothing)).verdict, Verdict::kAccepted);
  }
  EXPECT_EQ(state.StatusOf(1), Status::kRevoked);
}

class FailingSource : public AttestationSource {
 public:
  absl::StatusOr<std::optional<BatchRef>> BatchOf(uint64_t) const override {
    return absl::UnavailableError("the disk does not answer");
  }
};

TEST(State, ASourceThatFailsStopsTheApplyAndGivesNoVerdict) {
  TestLedger ledger;
  ledger.AppendBatch(0, 3);
  const auto status = fixtures::MakeStatus(ledger.network(), 0, 2, {{1, Status::kRevoked, std::nullopt}});
  const DecodedEntry entry = DecodeEntry(EncodeEntryHeader(ledger.Next(status)), "");
  const Digest before = ledger.state().Fingerprint();
  EXPECT_EQ(ledger.state().Apply(entry, FailingSource()).status().code(), absl::StatusCode::kUnavailable);
  const MemoryAttestations forgetful;
  EXPECT_EQ(ledger.state().Apply(entry, forgetful).status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ledger.state().Fingerprint(), before);
  EXPECT_EQ(Get(ledger.state().Apply(entry, ledger.attestations())).verdict, Verdict::kAccepted);
}

TEST(State, RejectedEntriesBindNobodysTermOrTime) {
  TestLedger ledger;
  EntryHeader header = ledger.Next({Kind::kSeal, "no seal", "", 0});
  header.term = 99;
  header.time_ms += 1'000'000;
  EXPECT_EQ(ledger.AppendBytes(EncodeEntryHeader(header), "").verdict, Verdict::kMalformedPayload);
  EXPECT_EQ(ledger.state().last_term(), 0u);
  EXPECT_EQ(ledger.state().last_time_ms(), 0u);
}

// ---- seals

TEST(Seals, TwoAfterTheLastChangeStateIt) {
  TestLedger ledger;
  ledger.AppendNoOp();
  EXPECT_FALSE(ledger.state().NeedsSeal());
  ledger.AppendBatch(0, 3);
  EXPECT_TRUE(ledger.state().NeedsSeal());
  EXPECT_EQ(ledger.AppendSeal().verdict, Verdict::kAccepted);
  EXPECT_TRUE(ledger.state().NeedsSeal());  // captured, not stated
  EXPECT_FALSE(ledger.state().StatedStatus(0).has_value());
  EXPECT_EQ(ledger.AppendSeal().verdict, Verdict::kAccepted);
  EXPECT_FALSE(ledger.state().NeedsSeal());
  EXPECT_TRUE(ledger.state().StatedStatus(0).has_value());
  // Void numbers are a change, too.
  ledger.AppendRejectedBatch(1);
  EXPECT_TRUE(ledger.state().NeedsSeal());
}

TEST(Seals, EachStatesTheRootsOfTheOneBefore) {
  TestLedger ledger;
  StateRoots expected = ledger.state().captured();
  EXPECT_EQ(expected.index, 0u);
  EXPECT_EQ(expected.status_count, 0u);
  for (int i = 0; i < 5; ++i) {
    ledger.AppendBatch(0, 100);
    ledger.AppendStatus(0, {{static_cast<uint64_t>(i), Status::kRevoked, std::nullopt}});
    const Outcome outcome = ledger.AppendSeal();
    ASSERT_TRUE(outcome.seal.has_value());
    EXPECT_EQ(outcome.seal->stated, expected);
    EXPECT_EQ(outcome.seal->captured.index, outcome.index);
    EXPECT_EQ(outcome.seal->captured.status_count, ledger.state().attestation_count());
    expected = outcome.seal->captured;
    EXPECT_EQ(ledger.state().last_seal()->entry_index, outcome.index);
  }
}

TEST(Seals, TheStatedStatusStandsStill) {
  TestLedger ledger;
  ledger.AppendBatch(0, 3);
  ledger.AppendSeal();
  ledger.AppendSeal();
  ledger.AppendStatus(0, {{1, Status::kRevoked, std::nullopt}});
  EXPECT_EQ(ledger.state().StatusOf(1), Status::kRevoked);
  EXPECT_EQ(StatusInChunk(ledger.state().StatedStatus(1)->chunk, 1), Status::kValid);
  ledger.AppendSeal();
  EXPECT_EQ(StatusInChunk(ledger.state().StatedStatus(1)->chunk, 1), Status::kValid);
  ledger.AppendSeal();
  EXPECT_EQ(StatusInChunk(ledger.state().StatedStatus(1)->chunk, 1), Status::kRevoked);
}

TEST(Seals, ARejectedSealChangesNothing) {
  TestLedger ledger;
  ledger.AppendBatch(0, 3);
  ledger.AppendSeal();
  const Seal next = ledger.state().MakeSeal();
  Seal lie = next;
  lie.status_count += 1;
  EXPECT_EQ(ledger.Append({Kind::kSeal, EncodeSeal(lie), "", 0}).verdict, Verdict::kSealStatusDiffers);
  EXPECT_EQ(ledger.state().MakeSeal(), next);
  EXPECT_EQ(ledger.AppendSeal().verdict, Verdict::kAccepted);
}

// ---- precheck

ProposalContext Here(TestLedger& ledger) {
  return {ledger.state().applied_index() + 1, ledger.now_ms(), std::nullopt};
}

TEST(Precheck, GivesTheVerdictThatTheEntryWouldGet) {
  TestLedger ledger;
  ledger.AppendBatch(0, 3);
  fixtures::BatchOptions options;
  for (uint64_t sequence : {1, 2, 3}) {
    for (uint16_t type : {1, 2, 9}) {
      TestLedger copy;
      copy.AppendBatch(0, 3);
      options.sequence = sequence;
      options.record_type = type;
      const auto batch = MakeBatch(copy.network(), options);
      const Verdict before = Get(ledger.state().Precheck(DecodePayload(batch.kind, batch.payload, batch.body),
                                                         Here(ledger), ledger.attestations()));
      EXPECT_EQ(before, copy.Append(batch).verdict);
    }
  }
  EXPECT_EQ(ledger.state().applied_index(), 1u);
}

TEST(Precheck, KnowsOfTransactionsInFlight) {
  TestLedger ledger;
  fixtures::BatchOptions options;
  options.sequence = 4;
  const auto batch = MakeBatch(ledger.network(), options);
  const DecodedPayload payload = DecodePayload(batch.kind, batch.payload, batch.body);
  ProposalContext context = Here(ledger);
  EXPECT_EQ(Get(ledger.state().Precheck(payload, context, ledger.attestations())), Verdict::kOutOfSequence);
  context.expected_sequence = 4;
  EXPECT_EQ(Get(ledger.state().Precheck(payload, context, ledger.attestations())), Verdict::kAccepted);
}

// ---- the memo of verified signatures

TEST(SignatureMemo, CannotChangeAVerdict) {
  TestLedger ledger;
  BoundedSignatureMemo memo(100);
  const auto good = MakeBatch(ledger.network(), {});
  const DecodedPayload payload = DecodePayload(good.kind, good.payload, good.body);
  EXPECT_EQ(Get(ledger.state().Precheck(payload, Here(ledger), ledger.attestations(), &memo)),
            Verdict::kAccepted);
  // Other signature, other message, other key: each is verified anew.
  auto flipped = good;
  flipped.payload.back() ^= 1;
  EXPECT_EQ(Get(ledger.state().Precheck(DecodePayload(flipped.kind, flipped.payload, flipped.body),
                                        Here(ledger), ledger.attestations(), &memo)),
            Verdict::kBadSignature);
  DecodedPayload changed = payload;
  std::get<SignedBatch>(changed.content).signed_bytes.back() ^= 1;
  EXPECT_EQ(Get(ledger.state().Precheck(changed, Here(ledger), ledger.attestations(), &memo)),
            Verdict::kBadSignature);
  const SignedBatch& batch = *payload.batch();
  EXPECT_TRUE(VerifySignatureOnce(&memo, TestNetwork::BatchKeyOf(0).public_key(), batch.signed_bytes,
                                  batch.signature));
  EXPECT_FALSE(VerifySignatureOnce(&memo, TestNetwork::BatchKeyOf(1).public_key(), batch.signed_bytes,
                                   batch.signature));
  // A failure is not remembered as success.
  EXPECT_FALSE(VerifySignatureOnce(&memo, TestNetwork::BatchKeyOf(1).public_key(), batch.signed_bytes,
                                   batch.signature));
}

TEST(SignatureMemo, StaysBounded) {
  BoundedSignatureMemo memo(2);
  std::vector<Digest> digests;
  for (int i = 0; i < 10; ++i) {
    digests.push_back(fixtures::DigestOf(std::to_string(i)));
    memo.Insert(digests.back());
    EXPECT_TRUE(memo.Contains(digests.back()));
  }
  int kept = 0;
  for (const Digest& digest : digests) kept += memo.Contains(digest) ? 1 : 0;
  EXPECT_LE(kept, 4);
  EXPECT_GE(kept, 2);
}

// ---- restoring

TEST(Restore, RefusesPiecesThatDoNotFit) {
  TestLedger ledger;
  ledger.AppendBatch(0, 300);
  ledger.AppendSeal();
  ledger.AppendStatus(0, {{7, Status::kRevoked, std::nullopt}});
  ledger.AppendSeal();
  ledger.AppendStatus(0, {{8, Status::kRevoked, std::nullopt}});
  Disk disk;
  disk.Write(ledger.state().TakeChanges());
  const auto code = [&](auto change) {
    StateSnapshot snapshot = disk.Read();
    change(snapshot);
    return State::Restore(ledger.network().genesis(), snapshot).status().code();
  };
  constexpr auto kDataLoss = absl::StatusCode::kDataLoss;
  EXPECT_EQ(code([](StateSnapshot&) {}), absl::StatusCode::kOk);
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.network[0] ^= 1; }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.applied_index = 7; }), kDataLoss);  // 3 hashes, not 2
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.ledger_range.pop_back(); }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.registry_version = 1; }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.captured.status_root[0] ^= 1; }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.captured.index = 1; }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.last_seal.reset(); }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.last_seal->seal.status_root[0] ^= 1; }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.status_versions.clear(); }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.meta.attestation_count += 256; }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.status_undo.clear(); }), kDataLoss);
  EXPECT_EQ(code([](StateSnapshot& s) { s.sequences.push_back(s.sequences[0]); }), kDataLoss);
  EXPECT_EQ(State::Restore(TestNetwork(4).genesis(), disk.Read()).status().code(), kDataLoss);
}

TEST(Restore, TheRecordHasOneEncoding) {
  TestLedger ledger;
  WriteHistory(ledger, 3, 50);
  const Bytes bytes = EncodeStateMeta(ledger.state().Meta());
  EXPECT_EQ(Get(DecodeStateMeta(bytes)), ledger.state().Meta());
  for (size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(DecodeStateMeta(bytes.substr(0, n)).ok()) << n;
  EXPECT_FALSE(DecodeStateMeta(bytes + "x").ok());
}

}  // namespace
}  // namespace symbolon::ledger
