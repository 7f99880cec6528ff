#include "tests/identity/issued.h"

#include <gtest/gtest.h>

#include <random>

#include "base/encoding.h"
#include "base/sha256.h"
#include "base/text_encoding.h"
#include "ledger/index.h"

namespace symbolon::identity::testing {
namespace {

constexpr char kOrigin[] = "test.example/ledger";
constexpr uint64_t kIssueTimeS = 1'699'920'000;  // a whole day

// C2SP signed-note and tlog-cosignature, written down a second time.
Bytes KeyId(const std::string& name, uint8_t type, const PublicKey& key) {
  return Bytes(View(Sha256({name, "\n", View(std::array<uint8_t, 1>{type}), View(key)}))).substr(0, 4);
}

std::string SignatureLine(const std::string& name, const Bytes& blob) {
  return "\u2014 " + name + " " + ToBase64(blob) + "\n";
}

Bytes U64(uint64_t value) {
  return Writer().U64(value).bytes();
}

}  // namespace

Issued::Issued(uint8_t network_number, const ChangeBatch& change)
    : batch_key_(KeyOf(network_number)),
      log_key_(KeyOf(network_number + 50)),
      cosigning_key_(KeyOf(network_number + 100)),
      genesis_(MakeGenesis()) {
  const absl::StatusOr<Bytes> bytes = ledger::EncodeGenesis(genesis_);
  EXPECT_TRUE(bytes.ok()) << bytes.status();
  trust_ = *ledger::Trust::FromGenesis(*bytes);
  network_ = trust_->network();
  for (size_t i = 0; i < kRecords; ++i) {
    records_.push_back(BirthOf("91025670000" + std::to_string(i)));
    secrets_.push_back(
        RecordSecret(Sha256({"secret", View(std::array<uint8_t, 2>{network_number, uint8_t(i)})})));
  }
  committed_ = *CommitRecords(records_, secrets_, [random = std::mt19937(7)]() mutable { return random(); });
  AppendEntry(ledger::Kind::kNoOp, "");
  ledger::BatchHeader header = HeaderOf(committed_, records_[0].type->type, 1);
  if (change) change(header);
  AppendEntry(ledger::Kind::kBatch, ledger::SignBatch(header, batch_key_), kRecords);
  register_.Append(kRecords, ledger::Status::kValid);
  AppendSeal();
  AppendSeal();
}

ledger::Genesis Issued::MakeGenesis() const {
  ledger::Genesis genesis;
  genesis.origin = kOrigin;
  genesis.created_ms = kFirstTimeMs;
  ledger::Agency agency;
  agency.id = "THA-DOPA";
  agency.display_name = "Department of Provincial Administration";
  agency.ca_certificate = "certificate";
  agency.record_types = {1, 2};
  agency.batch_keys = {{1, batch_key_.public_key(), 0, 100}};
  ledger::Node node;
  node.number = 1;
  node.name = "BKK-1";
  node.address = "node.example:7400";
  node.tls_spki = Sha256("tls");
  node.log_key = log_key_.public_key();
  node.cosigning_key = cosigning_key_.public_key();
  agency.nodes = {node};
  genesis.registry.agencies = {agency};
  return genesis;
}

ledger::BatchHeader Issued::HeaderOf(const CommittedBatch& committed, uint16_t type,
                                     uint64_t sequence) const {
  ledger::BatchHeader header;
  header.network = network_;
  header.issuer = "THA-DOPA";
  header.key_id = 1;
  header.sequence = sequence;
  header.record_type = type;
  header.version = 1;
  header.count = static_cast<uint32_t>(committed.commitments.size());
  header.commitment_root = committed.commitment_root;
  header.issue_time_s = kIssueTimeS;
  return header;
}

void Issued::AppendEntry(ledger::Kind kind, const Bytes& payload, uint32_t count) {
  ledger::EntryHeader header;
  header.index = ledger::EntryOfLeaf(tree_.size());
  header.term = 1;
  header.time_ms = TimeOfEntry(header.index);
  header.kind = kind;
  header.first_attestation_number = attestations_;
  header.attestation_count = count;
  header.payload = payload;
  attestations_ += count;
  headers_.push_back(ledger::EncodeEntryHeader(header));
  tree_.Append(ledger::EntryLeafHash(headers_.back()));
}

void Issued::AppendSeal() {
  ledger::Seal seal;
  seal.network = network_;
  seal.previous_index = tree_.size();
  seal.status_root = register_.Root();
  seal.status_count = register_.count();
  seal.registry_digest = ledger::GenesisRegistryDigest(*ledger::EncodeGenesis(genesis_), genesis_.registry);
  AppendEntry(ledger::Kind::kSeal, ledger::EncodeSeal(seal));
  last_seal_ = tree_.size();
  register_.Capture(last_seal_);
}

void Issued::AppendOtherBatch(uint16_t type, const SigningKey& key) {
  CommittedBatch other = committed_;
  for (Digest& commitment : other.commitments) commitment = Sha256(View(commitment));
  other.commitment_root = ledger::CommitmentRoot(ledger::BatchBody(other.commitments));
  AppendEntry(ledger::Kind::kBatch, ledger::SignBatch(HeaderOf(other, type, 2), key), kRecords);
}

Credential Issued::CredentialOf(size_t record) const {
  Credential credential(*records_[record].type);
  credential.network = network_;
  credential.record = records_[record];
  credential.secret = secrets_[record].Clone();
  credential.position = committed_.records[record].position;
  credential.commitment_path = committed_.records[record].path;
  credential.receipt = ReceiptOf(2);
  return credential;
}

Bytes Issued::ReceiptOf(uint64_t entry_index) const {
  const uint64_t leaf = ledger::LeafOfEntry(entry_index);
  return ledger::EncodeReceipt({headers_[leaf], tree_.Inclusion(leaf), Checkpoint()});
}

Bytes Issued::ProofOf(size_t record, bool sealed) const {
  ledger::VerificationProof proof;
  proof.attestation_number = NumberOf(record);
  proof.entry_header = headers_[1];
  proof.commitment = committed_.records[record].commitment;
  proof.commitment_path = committed_.records[record].path;
  proof.ledger_path = tree_.Inclusion(1);
  proof.checkpoint = Checkpoint();
  if (sealed) {
    const ledger::StatusProof status = *register_.ProofAt(last_seal_, 0);
    const uint64_t leaf = ledger::LeafOfEntry(last_seal_);
    proof.sealed = {status.chunk, status.path, headers_[leaf], tree_.Inclusion(leaf)};
  }
  return ledger::EncodeVerificationProof(proof);
}

Bytes Issued::Checkpoint() const {
  const std::string origin = kOrigin;
  const std::string text =
      origin + "\n" + std::to_string(size()) + "\n" + ToBase64(View(tree_.Root())) + "\n";
  const std::string cosigner = origin + "/BKK-1";
  const std::string message = "cosignature/v1\ntime " + std::to_string(cosigned_at_s_) + "\n" + text;
  return text + "\n" +
         SignatureLine(origin, KeyId(origin, 1, log_key_.public_key()) + Bytes(View(log_key_.Sign(text)))) +
         SignatureLine(cosigner, KeyId(cosigner, 4, cosigning_key_.public_key()) + U64(cosigned_at_s_) +
                                     Bytes(View(cosigning_key_.Sign(message))));
}

}  // namespace symbolon::identity::testing
