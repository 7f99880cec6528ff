#include "node/apply_loop.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "ledger/entries/seal.h"
#include "node/entry_kind.h"
#include "node/log_writer.h"
#include "node/queries.h"
#include "storage/atomic_file.h"
#include "tests/node/test_network.h"

namespace symbolon::node {
namespace {

using consensus::Index;
using consensus::Term;

// The ledger side of a node, with the log written by the test.
class ApplyLoopTest : public testing::Test {
 protected:
  ApplyLoopTest() : log_key_(SigningKey::Generate()), cosigning_key_(SigningKey::Generate()) {}
  ~ApplyLoopTest() override { Close(); }

  void Open() {
    storage::Options options;
    options.dir = network_.dir() + "/store";
    options.create_if_missing = true;
    store_ = *storage::Store::Open(options, {network_.network(), 1});
    log_ = *storage::RaftLog::Open(store_.get());
    ledger_ = *storage::LedgerStore::Open(store_.get());
    const auto snapshot = *ledger_->LoadState();
    ledger::State state = snapshot ? *ledger::State::Restore(network_.genesis(), *snapshot)
                                   : *ledger::State::AtGenesis(network_.genesis());
    ReadView view;
    view.applied_index = state.applied_index();
    view.last_seal_index = state.last_seal() ? state.last_seal()->entry_index : 0;
    view.membership = *ViewMembership(state.membership(), nullptr, *ledger_);
    state_ = std::make_unique<SharedState>(std::move(state), view);
    signer_ = std::make_unique<CheckpointSigner>(
        CheckpointSigner::Names{network_.genesis().origin, network_.genesis().origin + "/NODE-1"}, &log_key_,
        &cosigning_key_, ledger_.get(), [] { return uint64_t{1'700'000'000}; },
        storage::OperatingSystemDisk(), network_.dir() + "/SIGNING_STOPPED");
    apply_ = std::make_unique<ApplyLoop>(
        ApplyLoop::Options{.self = self_},
        ApplyLoop::Parts{&SystemRuntime(), state_.get(), ledger_.get(), log_.get(), &buffer_, &decoded_,
                         &memo_, signer_.get()},
        ApplyLoop::Callbacks{.applied = [this](Index index) { applied_ = index.value(); },
                             .published = [](const ReadViewPtr&, const std::vector<AppliedEntry>&) {},
                             .signing_stopped = [this](const absl::Status&) { ++stops_; },
                             .failed =
                                 [this](const absl::Status& status) {
                                   ++failures_;
                                   if (!may_fail_) ADD_FAILURE() << status;
                                 }});
    apply_->Start();
  }

  void Close() {
    apply_.reset();
    signer_.reset();
    state_.reset();
    ledger_.reset();
    log_.reset();
    store_.reset();
  }

  // Appends an entry to the log as a leader would have made it, and lets it be applied.
  void Append(ledger::Kind kind, Bytes payload, Bytes body = {}, uint32_t count = 0) {
    const uint64_t index = log_->LastIndex().value() + 1;
    ledger::EntryHeader header{.index = index,
                               .term = 1,
                               .time_ms = static_cast<uint64_t>(time(nullptr)) * 1000,
                               .kind = kind,
                               .first_attestation_number = attestations_,
                               .attestation_count = count,
                               .payload = std::move(payload)};
    attestations_ += count;
    auto data = std::make_shared<consensus::EntryData>();
    data->header = ledger::EncodeEntryHeader(header);
    data->body = std::move(body);
    storage::LogWrite write;
    write.hard_state = consensus::HardState{Term(1), {}};
    write.append.push_back({Index(index), Term(1), EntryKindOf(kind), data});
    ASSERT_TRUE(log_->Persist(write).ok());
    apply_->SetApplicable(Index(index));
    ASSERT_TRUE(test::Eventually([&] { return applied_ == index || failures_ > 0; }));
  }

  ledger::Seal NextSeal() {
    return state_->Read([](const ledger::State& state, const ReadViewPtr&) { return state.MakeSeal(); });
  }

  uint64_t CheckpointSize() { return state_->view()->checkpoint_size(); }

  test::TestNetwork network_{{.nodes = 1}};
  uint64_t self_ = 1;
  SigningKey log_key_, cosigning_key_;
  EntryBuffer buffer_{1 << 20};
  DecodedCache decoded_{1 << 20};
  ledger::BoundedSignatureMemo memo_{16};
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::RaftLog> log_;
  std::unique_ptr<storage::LedgerStore> ledger_;
  std::unique_ptr<SharedState> state_;
  std::unique_ptr<CheckpointSigner> signer_;
  std::unique_ptr<ApplyLoop> apply_;
  std::atomic<uint64_t> applied_{0};
  std::atomic<int> stops_{0};
  std::atomic<int> failures_{0};
  bool may_fail_ = false;
  uint64_t attestations_ = 0;
};

// S-53, G2: Raft has counted with it, so that it cannot be rejected and be done with.
TEST_F(ApplyLoopTest, S53AConfigurationThatNobodyDecidedStopsSigningForEver) {
  Open();
  Append(ledger::Kind::kNoOp, {});
  ASSERT_TRUE(test::Eventually([&] { return CheckpointSize() == 1; }));
  ledger::Configuration forged = state_->view()->membership->membership.in_force;
  forged.members.push_back(ledger::Member{2, ledger::NodeKind::kLearner, "TST-A1", "NODE-2", "a:1", {}});
  Append(ledger::Kind::kConfiguration, ledger::EncodeConfiguration(forged));
  EXPECT_EQ(stops_, 1);
  EXPECT_NE(signer_->stopped().message().find("entry 2"), absl::string_view::npos) << signer_->stopped();
  Append(ledger::Kind::kNoOp, {});
  EXPECT_EQ(CheckpointSize(), 1u);
  EXPECT_EQ(state_->view()->membership->membership.in_force.members.size(), 1u);
  Close();
  Open();
  EXPECT_FALSE(signer_->stopped().ok());
}

TEST_F(ApplyLoopTest, WhoIsNoMemberSignsNothing) {
  self_ = 9;
  Open();
  Append(ledger::Kind::kNoOp, {});
  EXPECT_EQ(CheckpointSize(), 0u);
  EXPECT_EQ(ledger_->last_signed().size, 0u);
  EXPECT_TRUE(signer_->stopped().ok());  // it may become one
}

TEST_F(ApplyLoopTest, PublishesACheckpointOverEverythingApplied) {
  Open();
  Append(ledger::Kind::kNoOp, {});
  const test::TestBatch batch = network_.MakeBatch(0, 1, 4);
  Append(ledger::Kind::kBatch, batch.signed_bytes, batch.body, 4);
  EXPECT_TRUE(test::Eventually([&] { return CheckpointSize() == 2; }));
  EXPECT_EQ(ledger_->last_signed().size, 2u);
  const Queries queries(state_.get(), ledger_.get());
  const auto verified = queries.Verify(3);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->status, api::AttestationStatus::kValid);
}

TEST_F(ApplyLoopTest, SealAndTheStateItChangesAreShownInOneStep) {
  Open();
  Append(ledger::Kind::kNoOp, {});
  const test::TestBatch batch = network_.MakeBatch(0, 1, 4);
  Append(ledger::Kind::kBatch, batch.signed_bytes, batch.body, 4);
  for (int i = 0; i < 6; ++i) {
    Append(ledger::Kind::kSeal, ledger::EncodeSeal(NextSeal()));
    // At any moment: what the state says is sealed, the checkpoint proves.
    state_->Read([](const ledger::State& state, const ReadViewPtr& view) {
      ASSERT_TRUE(view->checkpoint);
      EXPECT_EQ(view->checkpoint->seal_index, state.last_seal()->entry_index);
      EXPECT_GE(view->checkpoint->size, view->checkpoint->seal_index);
    });
  }
}

TEST_F(ApplyLoopTest, NothingIsSignedOverAFalseSealEverAgain) {
  Open();
  Append(ledger::Kind::kNoOp, {});
  ASSERT_TRUE(test::Eventually([&] { return CheckpointSize() == 1; }));
  ledger::Seal seal = NextSeal();
  seal.status_root[0] ^= 1;
  Append(ledger::Kind::kSeal, ledger::EncodeSeal(seal));
  Append(ledger::Kind::kNoOp, {});
  EXPECT_EQ(stops_, 1);
  EXPECT_EQ(CheckpointSize(), 1u);

  Close();
  Open();
  Append(ledger::Kind::kNoOp, {});
  EXPECT_FALSE(signer_->stopped().ok());
  EXPECT_THAT(std::string(signer_->stopped().message()), testing::HasSubstr("entry 2"));
  EXPECT_EQ(CheckpointSize(), 0u);
  EXPECT_EQ(ledger_->last_signed().size, 1u);
}

// Otherwise a start could find it applied, and sign over it.
TEST_F(ApplyLoopTest, WhatForbidsSigningIsOnTheDiskBeforeItIsApplied) {
  Open();
  Append(ledger::Kind::kNoOp, {});
  ledger::Seal seal = NextSeal();
  seal.status_root[0] ^= 1;
  may_fail_ = true;
  const std::string note = network_.dir() + "/SIGNING_STOPPED";
  std::filesystem::create_directories(note + "/in the way");
  Append(ledger::Kind::kSeal, ledger::EncodeSeal(seal));
  EXPECT_EQ(failures_, 1);
  EXPECT_EQ(ledger_->applied_index(), 1u);

  Close();
  std::filesystem::remove_all(note);
  Open();
  apply_->SetApplicable(Index(2));
  EXPECT_TRUE(test::Eventually([&] { return applied_ == 2; }));
  EXPECT_FALSE(signer_->stopped().ok());
  EXPECT_EQ(ledger_->last_signed().size, 1u);
}

TEST_F(ApplyLoopTest, RestoredStateIsShownAndGoesOn) {
  Open();
  Append(ledger::Kind::kNoOp, {});
  const test::TestBatch batch = network_.MakeBatch(0, 1, 300);
  Append(ledger::Kind::kBatch, batch.signed_bytes, batch.body, 300);
  Append(ledger::Kind::kSeal, ledger::EncodeSeal(NextSeal()));
  Append(ledger::Kind::kSeal, ledger::EncodeSeal(NextSeal()));
  ASSERT_TRUE(test::Eventually([&] { return CheckpointSize() == 4; }));
  const Digest root = ledger_->last_signed().root;
  Close();
  Open();
  EXPECT_TRUE(test::Eventually([&] { return CheckpointSize() == 4; }));
  EXPECT_EQ(state_->view()->checkpoint->root, root);
  const Queries queries(state_.get(), ledger_.get());
  EXPECT_TRUE(queries.Verify(299).ok());
  Append(ledger::Kind::kNoOp, {});
}

// LV-13, LV-14: nothing is sent or confirmed after a write that failed.
TEST_F(ApplyLoopTest, FailedWriteIsTheLastWordOfTheLogWriter) {
  Open();
  std::atomic<int> sent{0}, persisted{0}, failed{0};
  LogWriter writer(&SystemRuntime(), log_.get(),
                   {.send = [&](const consensus::Message&) { ++sent; },
                    .persisted = [&](consensus::PersistToken) { ++persisted; },
                    .failed = [&](const absl::Status&) { ++failed; }});
  const auto job = [](uint64_t index, uint64_t token) {
    LogWriter::Job out;
    auto data = std::make_shared<consensus::EntryData>();
    out.write.append.push_back({Index(index), Term(1), consensus::EntryKind::kNormal, data});
    out.token = consensus::PersistToken(token);
    out.messages.push_back({consensus::NodeId(1), consensus::NodeId(2), Term(1), consensus::AppendReply{}});
    return out;
  };
  writer.Enqueue(job(17, 1));  // leaves a gap: the store refuses it
  writer.Start();
  EXPECT_TRUE(test::Eventually([&] { return failed == 1; }));
  writer.Enqueue(job(1, 2));
  writer.Stop();
  EXPECT_EQ(sent, 0);
  EXPECT_EQ(persisted, 0);
  EXPECT_EQ(failed, 1);
}

}  // namespace
}  // namespace symbolon::node
