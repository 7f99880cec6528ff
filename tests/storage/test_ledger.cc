#include "tests/storage/test_ledger.h"

#include <algorithm>

#include "base/status_macros.h"
#include "ledger/entries/status_change.h"
#include "ledger/entry_header.h"

namespace symbolon::storage {
namespace {

constexpr uint64_t kTime = 1'700'000'000'000;
constexpr const char* kIssuer = "THA-DOPA";

SigningKey TestKey(uint64_t n) {
  return SigningKey::FromSeed(Secret<32>(TestDigest("key", n)));
}

ledger::Genesis MakeGenesis(const SigningKey& batch_key) {
  ledger::Agency agency;
  agency.id = kIssuer;
  agency.display_name = "Department of Provincial Administration";
  agency.ca_certificate = "certificate";
  agency.record_types = {1};
  agency.batch_keys = {{.id = 1, .key = batch_key.public_key()}};
  agency.nodes = {{.number = 1,
                   .name = "THA-1",
                   .kind = ledger::NodeKind::kVoter,
                   .address = "127.0.0.1:1",
                   .tls_spki = TestDigest("tls", 1),
                   .log_key = TestKey(2).public_key(),
                   .cosigning_key = TestKey(3).public_key()}};
  ledger::Genesis genesis;
  genesis.origin = "example.org/test";
  genesis.created_ms = kTime;
  genesis.registry.agencies = {agency};
  genesis.registry.steward_threshold = 1;
  genesis.registry.stewards = {{kIssuer, 1, TestKey(4).public_key()}};
  return genesis;
}

}  // namespace

TestLedger::TestLedger() : key_(TestKey(1)), genesis_(MakeGenesis(key_)) {
  network_ = ledger::NetworkId(ledger::EncodeGenesis(genesis_).value());
}

consensus::Entry TestLedger::Finish(ledger::Kind kind, uint32_t count, Bytes payload, Bytes body) {
  ledger::EntryHeader header;
  header.index = next_index_++;
  header.term = term_;
  header.time_ms = kTime + header.index;
  header.kind = kind;
  header.first_attestation_number = next_number_;
  header.attestation_count = count;
  header.payload = std::move(payload);
  next_number_ += count;
  return {consensus::Index(header.index), consensus::Term(term_),
          kind == ledger::Kind::kNoOp            ? consensus::EntryKind::kNoOp
          : kind == ledger::Kind::kConfiguration ? consensus::EntryKind::kConfiguration
                                                 : consensus::EntryKind::kNormal,
          std::make_shared<const consensus::EntryData>(
              consensus::EntryData{ledger::EncodeEntryHeader(header), std::move(body)})};
}

consensus::Entry TestLedger::NoOp() {
  return Finish(ledger::Kind::kNoOp, 0, {}, {});
}

consensus::Entry TestLedger::MakeBatch(uint32_t count, uint32_t tags_each, uint64_t sequence) {
  std::vector<Digest> commitments;
  std::vector<std::vector<ledger::LookupTag>> tags;
  for (uint32_t position = 0; position < count; ++position) {
    commitments.push_back(Commitment(next_index_, position));
    tags.emplace_back();
    for (uint32_t n = 0; n < tags_each; ++n) tags.back().push_back(Tag(next_index_, position, n));
  }
  const ledger::BatchBody body = tags_each == 0 ? ledger::BatchBody(commitments)
                                                : ledger::BatchBody::WithTags(commitments, tags).value();
  ledger::BatchHeader header;
  header.network = network_;
  header.issuer = kIssuer;
  header.key_id = 1;
  header.sequence = sequence;
  header.record_type = 1;
  header.version = 1;
  header.count = count;
  header.commitment_root = ledger::CommitmentRoot(body);
  header.tag_root = ledger::TagRoot(body);
  header.issue_time_s = kTime / 1000 / 86400 * 86400;
  return Finish(ledger::Kind::kBatch, count, ledger::SignBatch(header, key_), ledger::EncodeBatchBody(body));
}

consensus::Entry TestLedger::Batch(uint32_t count, uint32_t tags_each) {
  return MakeBatch(count, tags_each, next_sequence_++);
}

consensus::Entry TestLedger::RejectedBatch(uint32_t count) {
  return MakeBatch(count, 1, next_sequence_ + 100);
}

consensus::Entry TestLedger::Revoke(uint64_t attestation_number) {
  ledger::StatusTransaction transaction;
  transaction.network = network_;
  transaction.issuer = kIssuer;
  transaction.key_id = 1;
  transaction.sequence = next_sequence_++;
  transaction.changes = {{attestation_number, ledger::Status::kRevoked, std::nullopt}};
  return Finish(ledger::Kind::kStatus, 0, ledger::SignStatusTransaction(transaction, key_), {});
}

consensus::Entry TestLedger::Seal(const ledger::State& state) {
  return Finish(ledger::Kind::kSeal, 0, ledger::EncodeSeal(state.MakeSeal()), {});
}

consensus::Entry TestLedger::AddLearner(const ledger::State& state, uint64_t number) {
  const ledger::Node node{.number = number,
                          .name = "THA-" + std::to_string(number),
                          .kind = ledger::NodeKind::kLearner,
                          .address = "127.0.0.1:2",
                          .tls_spki = TestDigest("tls", number),
                          .log_key = TestKey(100 + number).public_key(),
                          .cosigning_key = TestKey(200 + number).public_key()};
  const Bytes proposal =
      ledger::EncodeProposal({network_, state.registry_version(), ledger::AddNode{kIssuer, node}});
  const ledger::Steward& steward = genesis_.registry.stewards.front();
  return Finish(ledger::Kind::kGovernance, 0,
                ledger::EncodeDecision(proposal, {ledger::SignProposal(proposal, steward, TestKey(4))}), {});
}

consensus::Entry TestLedger::Configuration(const ledger::State& state) {
  const auto well = [](uint64_t) { return ledger::NodeProgress{true, true}; };
  const auto next = ledger::NextConfiguration(state.membership(), well).configuration;
  return Finish(ledger::Kind::kConfiguration, 0, ledger::EncodeConfiguration(next.value()), {});
}

absl::StatusOr<TestNode> TestNode::Open(const Options& options, const TestLedger& ledger) {
  TestNode node;
  ASSIGN_OR_RETURN(node.store, Store::Open(options, ledger.identity()));
  ASSIGN_OR_RETURN(node.log, RaftLog::Open(node.store.get()));
  ASSIGN_OR_RETURN(node.ledger, LedgerStore::Open(node.store.get()));
  ASSIGN_OR_RETURN(const auto snapshot, node.ledger->LoadState());
  if (snapshot) {
    ASSIGN_OR_RETURN(node.state, ledger::State::Restore(ledger.genesis(), *snapshot));
  } else {
    ASSIGN_OR_RETURN(node.state, ledger::State::AtGenesis(ledger.genesis()));
  }
  return node;
}

absl::Status TestNode::Persist(const std::vector<consensus::Entry>& entries) {
  LogWrite write;
  write.append = entries;
  const consensus::Term term = entries.back().term;
  if (log->hard_state().term < term) write.hard_state = consensus::HardState{term, consensus::NodeId(1)};
  return log->Persist(write);
}

absl::Status TestNode::ApplyTo(uint64_t index) {
  if (index <= ledger->applied_index()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const std::vector<consensus::Entry> entries,
      log->Read(consensus::Index(ledger->applied_index() + 1), consensus::Index(index), SIZE_MAX));
  std::vector<ledger::DecodedEntry> decoded;
  std::vector<ledger::Outcome> outcomes;
  for (const consensus::Entry& entry : entries) {
    decoded.push_back(ledger::DecodeEntry(entry.data->header, entry.data->body));
    ASSIGN_OR_RETURN(ledger::Outcome outcome, state->Apply(decoded.back(), *ledger));
    outcomes.push_back(std::move(outcome));
  }
  std::vector<AppliedEntry> applied;
  for (size_t i = 0; i < decoded.size(); ++i) applied.push_back({&decoded[i], &outcomes[i]});
  RETURN_IF_ERROR(ledger->Apply(applied, state->TakeChanges()));
  state->ClearOverlay();
  return absl::OkStatus();
}

absl::Status TestNode::PersistAndApply(const std::vector<consensus::Entry>& entries) {
  RETURN_IF_ERROR(Persist(entries));
  return ApplyTo(entries.back().index.value());
}

ledger::State Replay(const TestLedger& ledger, const std::vector<consensus::Entry>& entries) {
  ledger::State state = ledger::State::AtGenesis(ledger.genesis()).value();
  const ledger::MemoryAttestations none;  // the state's own overlay knows all
  for (const consensus::Entry& entry : entries) {
    state.Apply(ledger::DecodeEntry(entry.data->header, entry.data->body), none).value();
  }
  return state;
}

}  // namespace symbolon::storage
