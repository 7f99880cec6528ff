#include "tests/simulation/founders.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdlib>
#include <map>
#include <mutex>

#include "base/sha256.h"
#include "base/text_encoding.h"

namespace symbolon::simulation {
namespace {

constexpr std::string_view kAddress = "simulated:";
constexpr uint64_t kMove = 100;  // nodes have smaller numbers

// Nobody speaks TLS here, but a genesis must hold a certificate.
constexpr std::string_view kCertificate =
    "MIIBfjCCASWgAwIBAgIULWPF3/XSGyIUpVnAvNhNRX0O3W4wCgYIKoZIzj0EAwIwFDESMBAGA1UEAwwJc2ltdWxhdGVkMCAX"
    "DTI2MTEyNjAyNDMzN1oYDzIxMjYxMTAyMDI0MzM3WjAUMRIwEAYDVQQDDAlzaW11bGF0ZWQwWTATBgcqhkjOPQIBBggqhkjO"
    "PQMBBwNCAASu1U91PrKuHqXEA9IGtE4c1vrWCCSZOipOB0l/Ycbr94ERAfunC4yl142wyiidcDpMFcn/K91EB5QNOx5/yYO1"
    "o1MwUTAdBgNVHQ4EFgQUGhPD+aY/6Bv9AA9rPl/tKm9Mp6swHwYDVR0jBBgwFoAUGhPD+aY/6Bv9AA9rPl/tKm9Mp6swDwYD"
    "VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiB3ceafIv0Ary3HMuf5RFHWaFZikuW5Rm1iDlp3bEy+UgIgZ1H1WLEj"
    "j8eosB7cvCmQ/6kl7Rpr2PAZi5z9XfQopW4=";

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) {
    fmt::print(stderr, "simulated network: {}\n", std::string(value.status().message()));
    std::abort();
  }
  return *std::move(value);
}

SigningKey KeyOf(std::string_view purpose, uint64_t number) {
  const Digest seed = Sha256(fmt::format("simulated {} key {}", purpose, number));
  return SigningKey::FromSeed(Secret<32>(seed));
}

}  // namespace

const Founders& Founders::Of(uint64_t voters, uint64_t learners) {
  static std::mutex mutex;
  static auto* made = new std::map<std::pair<uint64_t, uint64_t>, std::unique_ptr<Founders>>();
  const std::lock_guard lock(mutex);
  std::unique_ptr<Founders>& founders = (*made)[{voters, learners}];
  if (!founders) founders.reset(new Founders(voters, learners));
  return *founders;
}

std::string Founders::AgencyName(uint64_t agency) {
  return fmt::format("SIM-A{}", agency);
}

std::string Founders::AddressOf(uint64_t node, uint64_t move) {
  return fmt::format("{}{}", kAddress, node + kMove * move);
}

Digest Founders::TlsKeyOf(uint64_t node) {
  return Sha256(fmt::format("simulated TLS key {}", node));
}

uint64_t Founders::NodeAt(const std::string& address) {
  uint64_t node = 0;
  if (address.starts_with(kAddress)) {
    std::from_chars(address.data() + kAddress.size(), address.data() + address.size(), node);
  }
  return node % kMove;
}

SigningKey Founders::BatchKeyOf(uint64_t agency) {
  return KeyOf("batch", agency);
}

ledger::Node Founders::RegisteredNode(uint64_t number, ledger::NodeKind kind) {
  ledger::Node node;
  node.number = number;
  node.name = fmt::format("NODE-{}", number);
  node.kind = kind;
  node.address = AddressOf(number);
  node.tls_spki = TlsKeyOf(number);
  node.log_key = KeyOf("log", number).public_key();
  node.cosigning_key = KeyOf("cosigning", number).public_key();
  return node;
}

Bytes Founders::MakeDecision(uint64_t registry_version, ledger::Action action) const {
  const Bytes proposal = ledger::EncodeProposal({network_, registry_version, std::move(action)});
  std::vector<ledger::StewardSignature> signatures;
  for (uint64_t i = 0; i < genesis_.registry.steward_threshold; ++i) {
    const ledger::Steward& steward = genesis_.registry.stewards[i];
    signatures.push_back(ledger::SignProposal(proposal, steward, KeyOf("steward", i)));
  }
  return ledger::EncodeDecision(proposal, std::move(signatures));
}

Founders::Founders(uint64_t voters, uint64_t learners) : voters_(voters) {
  const Bytes certificate = Must(FromBase64(kCertificate));
  genesis_.origin = "simulated.symbolon/log";
  genesis_.created_ms = 1'700'000'000'000;
  genesis_.registry.issue_time_granularity_s = 1;
  for (uint64_t i = 1; i <= voters + learners; ++i) {
    ledger::Agency agency;
    agency.id = AgencyName(i);
    agency.display_name = fmt::format("Simulated agency {}", i);
    agency.ca_certificate = certificate;
    agency.record_types = {1};
    agency.batch_keys.push_back({.id = 1, .key = BatchKeyOf(i).public_key()});
    agency.nodes.push_back(
        RegisteredNode(i, i <= voters ? ledger::NodeKind::kVoter : ledger::NodeKind::kLearner));
    genesis_.registry.agencies.push_back(std::move(agency));
  }
  for (uint64_t i = 0; i < 3; ++i) {
    genesis_.registry.stewards.push_back({.agency = AgencyName(1),
                                          .key_id = static_cast<uint32_t>(i) + 1,
                                          .key = KeyOf("steward", i).public_key()});
  }
  genesis_.registry.steward_threshold = 2;
  ledger::SortRegistry(genesis_.registry);
  genesis_bytes_ = Must(ledger::EncodeGenesis(genesis_));
  network_ = ledger::NetworkId(genesis_bytes_);
  trust_ = std::make_unique<ledger::Trust>(Must(ledger::Trust::FromGenesis(genesis_bytes_)));
}

node::NodeFiles Founders::FilesOf(uint64_t node) const {
  return {.genesis_bytes = genesis_bytes_,
          .genesis = genesis_,
          .network = network_,
          .tls = {},
          .log_key = KeyOf("log", node),
          .cosigning_key = KeyOf("cosigning", node),
          .node_name = RegisteredNode(node, ledger::NodeKind::kVoter).name};
}

}  // namespace symbolon::simulation
