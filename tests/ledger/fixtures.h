#pragma once
// A small network with deterministic keys, transactions signed with them, and a ledger in memory that is
// written as a node would write it. Header-only, for the tests of every room above ledger/ too.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/ed25519.h"
#include "base/sha256.h"
#include "ledger/checkpoint/checkpoint.h"
#include "ledger/checkpoint/cosignature.h"
#include "ledger/checkpoint/signed_note.h"
#include "ledger/entries/batch.h"
#include "ledger/entries/seal.h"
#include "ledger/entries/status_change.h"
#include "ledger/genesis.h"
#include "ledger/index.h"
#include "ledger/log_head.h"
#include "ledger/merkle/memory_tree.h"
#include "ledger/receipt.h"
#include "ledger/state.h"
#include "ledger/verification_proof.h"

namespace symbolon::ledger::fixtures {

inline constexpr uint64_t kDay = 86400;
inline constexpr uint64_t kStartTime = 20000 * kDay;  // seconds; on the grid of a day

// The value, or the end of the test program with the error.
template <typename T>
T Get(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << "fixture: " << value.status() << std::endl;
    std::abort();
  }
  return *std::move(value);
}

inline Digest DigestOf(const std::string& text) {
  return Sha256(text);
}

// The same key for the same name, always.
inline SigningKey KeyNamed(const std::string& name) {
  return SigningKey::FromSeed(Secret<32>(DigestOf(name)));
}

// Agencies AAA-REG, BBB-REG, ...; agency i has batch keys 1 (open) and 2 (valid at entries 100 to 199), one
// node, a voter with number i + 1, and one client certificate of each role. The first three have a steward
// each, two of whom decide.
class TestNetwork {
 public:
  explicit TestNetwork(size_t agencies = 3, uint32_t granularity_s = kDay) {
    genesis_.origin = "ledger.example/test";
    genesis_.created_ms = kStartTime * 1000;
    genesis_.registry.issue_time_granularity_s = granularity_s;
    for (size_t i = 0; i < agencies; ++i) genesis_.registry.agencies.push_back(MakeAgency(i));
    const size_t stewards = std::min<size_t>(agencies, 3);
    for (size_t i = 0; i < stewards; ++i) genesis_.registry.stewards.push_back(StewardOf(i));
    genesis_.registry.steward_threshold = static_cast<uint8_t>(std::min<size_t>(stewards, 2));
    SortRegistry(genesis_.registry);
    genesis_bytes_ = Get(EncodeGenesis(genesis_));
    id_ = NetworkId(genesis_bytes_);
  }

  static std::string AgencyId(size_t i) { return std::string(3, static_cast<char>('A' + i)) + "-REG"; }
  static std::string NodeName(size_t i) { return AgencyId(i) + "-1"; }
  static SigningKey BatchKeyOf(size_t i, uint32_t key_id = 1) {
    return KeyNamed(fmt::format("batch key {} of agency {}", key_id, i));
  }
  static SigningKey LogKey(size_t i) { return KeyNamed(fmt::format("log key {}", i)); }
  static SigningKey CosigningKey(size_t i) { return KeyNamed(fmt::format("cosigning key {}", i)); }
  static SigningKey StewardKey(size_t i) { return KeyNamed(fmt::format("steward of agency {}", i)); }
  static Steward StewardOf(size_t i) { return {AgencyId(i), 1, StewardKey(i).public_key()}; }
  static Digest TlsKey(size_t i) { return DigestOf(fmt::format("tls key {}", i)); }
  static Digest ClientKey(size_t i, Role role) {
    return DigestOf(fmt::format("client {} of agency {}", static_cast<int>(role), i));
  }

  const Genesis& genesis() const { return genesis_; }
  const Bytes& genesis_bytes() const { return genesis_bytes_; }
  const Digest& id() const { return id_; }
  size_t size() const { return genesis_.registry.agencies.size(); }

 private:
  // The last of several agencies may issue deaths and marriages only, the others births and documents.
  static Agency MakeAgency(size_t i) {
    Agency agency;
    agency.id = AgencyId(i);
    agency.display_name = "Registration office " + std::to_string(i);
    agency.ca_certificate = "certificate of " + agency.id;
    agency.record_types = i == 1 ? std::vector<uint16_t>{2, 3} : std::vector<uint16_t>{1, 4, 5};
    agency.batch_keys = {{1, BatchKeyOf(i, 1).public_key(), 0, kOpenEnd},
                         {2, BatchKeyOf(i, 2).public_key(), 100, 200}};
    for (Role role : {Role::kRegistrar, Role::kVerifier, Role::kAuditor, Role::kOperator}) {
      agency.clients.push_back({role, ClientKey(i, role)});
    }
    agency.nodes = {{i + 1, NodeName(i), NodeKind::kVoter, fmt::format("node{}.example:7400", i + 1),
                     TlsKey(i), LogKey(i).public_key(), CosigningKey(i).public_key()}};
    return agency;
  }

  Genesis genesis_;
  Bytes genesis_bytes_;
  Digest id_{};
};

// A node as its agency would make it: number, name and keys are its own.
inline Node MakeNode(uint64_t number, NodeKind kind, const std::string& name) {
  return {number,
          name,
          kind,
          fmt::format("node{}.example:7400", number),
          DigestOf("tls key of " + name),
          KeyNamed("log key of " + name).public_key(),
          KeyNamed("cosigning key of " + name).public_key()};
}

// A signed transaction on its way into the ledger.
struct TestTransaction {
  Kind kind = Kind::kBatch;
  Bytes payload;
  Bytes body;
  uint32_t count = 0;
};

// What may be chosen of a batch; the rest follows.
struct BatchOptions {
  size_t agency = 0;
  uint32_t key_id = 1;
  uint64_t sequence = 1;
  uint32_t count = 1;
  bool tags = false;
  uint16_t record_type = 1;
  uint8_t version = 1;
  uint64_t issue_time_s = kStartTime;
  std::string salt;  // makes other commitments
};

inline BatchBody MakeBody(const BatchOptions& options) {
  std::vector<Digest> commitments;
  std::vector<std::vector<LookupTag>> tags;
  for (uint32_t i = 0; i < options.count; ++i) {
    const std::string name = fmt::format("{}/{}/{}/{}", options.salt, options.agency,
                                         options.key_id * 1000000 + options.sequence, i);
    commitments.push_back(DigestOf("commitment " + name));
    // 0, 1 or 2 tags
    std::vector<LookupTag> list;
    for (uint32_t t = 0; t < i % 3; ++t) {
      list.push_back({static_cast<uint16_t>(1 + t), DigestOf(fmt::format("tag {} {}", name, t))});
    }
    tags.push_back(std::move(list));
  }
  if (!options.tags) return BatchBody(std::move(commitments));
  return Get(BatchBody::WithTags(std::move(commitments), std::move(tags)));
}

inline BatchHeader MakeBatchHeader(const TestNetwork& network, const BatchOptions& options,
                                   const BatchBody& body) {
  BatchHeader header;
  header.network = network.id();
  header.issuer = TestNetwork::AgencyId(options.agency);
  header.key_id = options.key_id;
  header.sequence = options.sequence;
  header.record_type = options.record_type;
  header.version = options.version;
  header.count = options.count;
  header.commitment_root = CommitmentRoot(body);
  header.tag_root = TagRoot(body);
  header.issue_time_s = options.issue_time_s;
  return header;
}

inline TestTransaction MakeBatch(const TestNetwork& network, const BatchOptions& options) {
  const BatchBody body = MakeBody(options);
  const BatchHeader header = MakeBatchHeader(network, options, body);
  return {Kind::kBatch, SignBatch(header, TestNetwork::BatchKeyOf(options.agency, options.key_id)),
          EncodeBatchBody(body), options.count};
}

inline TestTransaction MakeStatus(const TestNetwork& network, size_t agency, uint64_t sequence,
                                  std::vector<StatusChange> changes, uint32_t key_id = 1) {
  StatusTransaction transaction{network.id(), TestNetwork::AgencyId(agency), key_id, sequence,
                                std::move(changes)};
  return {Kind::kStatus, SignStatusTransaction(transaction, TestNetwork::BatchKeyOf(agency, key_id)), "", 0};
}

inline TestTransaction MakeDecision(const Digest& network, uint64_t version, Action action,
                                    const std::vector<size_t>& stewards = {0, 1}) {
  const Bytes proposal = EncodeProposal({network, version, std::move(action)});
  std::vector<StewardSignature> signatures;
  for (size_t i : stewards) {
    signatures.push_back(SignProposal(proposal, TestNetwork::StewardOf(i), TestNetwork::StewardKey(i)));
  }
  return {Kind::kGovernance, EncodeDecision(proposal, std::move(signatures)), "", 0};
}

// A ledger in memory: a leader's headers, one node's state, the tree, and proofs from them.
class TestLedger {
 public:
  struct Entry {
    Bytes header;
    Bytes body;
    Outcome outcome;
  };

  explicit TestLedger(size_t agencies = 3)
      : network_(agencies), state_(Get(State::AtGenesis(network_.genesis()))) {}

  const TestNetwork& network() const { return network_; }
  State& state() { return state_; }
  const std::vector<Entry>& entries() const { return entries_; }
  const MemoryAttestations& attestations() const { return attestations_; }
  const LogHead& head() const { return head_; }
  uint64_t now_ms() const { return now_ms_; }

  // The header that the leader would make next.
  EntryHeader Next(const TestTransaction& transaction) const {
    return NextHeader(head_, 1, now_ms_, transaction.kind, transaction.count, transaction.payload);
  }

  Outcome AppendBytes(const Bytes& header, const Bytes& body) {
    const Outcome outcome = Get(state_.Apply(DecodeEntry(header, body), attestations_));
    state_.ClearOverlay();
    if (outcome.attested.has_value()) attestations_.Add(*outcome.attested);
    head_ = After(head_, header);
    tree_.Append(outcome.leaf_hash);
    entries_.push_back({header, body, outcome});
    now_ms_ += 1000;
    return outcome;
  }
  Outcome Append(const TestTransaction& transaction) {
    return AppendBytes(EncodeEntryHeader(Next(transaction)), transaction.body);
  }

  Outcome AppendNoOp() { return Append({Kind::kNoOp, "", "", 0}); }
  Outcome AppendSeal() { return Append({Kind::kSeal, EncodeSeal(state_.MakeSeal()), "", 0}); }
  // The next sequence of the agency's key 1.
  Outcome AppendBatch(size_t agency, uint32_t count, bool tags = false) {
    BatchOptions options;
    options.agency = agency;
    options.sequence = state_.ExpectedSequence(TestNetwork::AgencyId(agency), 1);
    options.count = count;
    options.tags = tags;
    options.record_type = agency == 1 ? 2 : 1;
    return Append(MakeBatch(network_, options));
  }
  // Decodable and signed for, but of a type that agency 0 may not issue.
  Outcome AppendRejectedBatch(uint32_t count) {
    BatchOptions options;
    options.sequence = state_.ExpectedSequence(TestNetwork::AgencyId(0), 1);
    options.count = count;
    options.record_type = 2;
    return Append(MakeBatch(network_, options));
  }
  Outcome AppendStatus(size_t agency, std::vector<StatusChange> changes) {
    const uint64_t sequence = state_.ExpectedSequence(TestNetwork::AgencyId(agency), 1);
    return Append(MakeStatus(network_, agency, sequence, std::move(changes)));
  }

  // Signed by the stewards for the present version of the registry.
  TestTransaction Decision(Action action, const std::vector<size_t>& stewards = {0, 1}) const {
    return MakeDecision(network_.id(), state_.registry_version(), std::move(action), stewards);
  }
  Outcome AppendDecision(Action action, const std::vector<size_t>& stewards = {0, 1}) {
    return Append(Decision(std::move(action), stewards));
  }
  Outcome AppendConfiguration(const Configuration& configuration) {
    return Append({Kind::kConfiguration, EncodeConfiguration(configuration), "", 0});
  }
  // Every configuration that a leader would write, all nodes being reachable and up to date; how many.
  int CarryOut() {
    const auto well = [](uint64_t) { return NodeProgress{true, true}; };
    int steps = 0;
    while (const auto next = NextConfiguration(state_.membership(), well).configuration) {
      if (AppendConfiguration(*next).verdict != Verdict::kAccepted) std::abort();
      ++steps;
    }
    return steps;
  }

  // A note over the present tree by agency 0's log key, cosigned by the nodes of these agencies.
  Bytes Note(const std::vector<size_t>& cosigners = {0, 1, 2}) const {
    const Checkpoint checkpoint{network_.genesis().origin, tree_.size(), tree_.Root()};
    std::vector<NoteSignature> cosignatures;
    for (size_t i : cosigners) {
      cosignatures.push_back(Cosign(checkpoint, network_.genesis().origin + "/" + TestNetwork::NodeName(i),
                                    TestNetwork::CosigningKey(i), now_ms_ / 1000 + i));
    }
    return Get(SignCheckpoint(checkpoint, TestNetwork::LogKey(0), cosignatures));
  }

  std::vector<Digest> LedgerPath(uint64_t index) const { return tree_.Inclusion(LeafOfEntry(index)); }

  Receipt MakeReceipt(uint64_t index) const {
    return {entries_[index - 1].header, LedgerPath(index), Note()};
  }

  // As a node would answer for a number of an accepted batch.
  VerificationProof MakeProof(uint64_t number) const {
    const BatchRef batch = *Get(attestations_.BatchOf(number));
    const Entry& entry = entries_[batch.entry_index - 1];
    const DecodedEntry decoded = DecodeEntry(entry.header, entry.body);
    const auto position = static_cast<uint32_t>(number - batch.first_number);
    VerificationProof proof;
    proof.attestation_number = number;
    proof.entry_header = entry.header;
    proof.commitment = decoded.payload.body->commitments()[position];
    proof.commitment_path = MemoryTree(CommitmentLeafHashes(*decoded.payload.body)).Inclusion(position);
    proof.ledger_path = LedgerPath(batch.entry_index);
    if (const std::optional<StatusProof> status = state_.StatedStatus(number); status.has_value()) {
      const uint64_t seal_index = state_.last_seal()->entry_index;
      proof.sealed = SealedStatusProof{status->chunk, status->path, entries_[seal_index - 1].header,
                                       LedgerPath(seal_index)};
    }
    proof.checkpoint = Note();
    return proof;
  }

 private:
  TestNetwork network_;
  State state_;
  MemoryAttestations attestations_;
  MemoryTree tree_;
  LogHead head_;
  uint64_t now_ms_ = kStartTime * 1000 + 5000;
  std::vector<Entry> entries_;
};

}  // namespace symbolon::ledger::fixtures
