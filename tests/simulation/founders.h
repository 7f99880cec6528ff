#pragma once
// What the founders of a simulated network would have made: genesis and keys, the same in every run.

#include <vector>

#include "ledger/entries/governance.h"
#include "ledger/genesis.h"
#include "ledger/trust.h"
#include "node/config.h"

namespace symbolon::simulation {

// Node i (from 1) of the genesis belongs to agency i, which has batch key 1; voters first, learners after
// them. Spare nodes, to be admitted later, have the numbers after those, and belong to the voters' agencies
// in turn. Two of three stewards decide.
class Founders {
 public:
  // Made once for each size, for the whole process. Thread-safe.
  static const Founders& Of(uint64_t voters, uint64_t learners);
  static constexpr uint64_t kSpares = 3;

  const Bytes& genesis_bytes() const { return genesis_bytes_; }
  const ledger::Genesis& genesis() const { return genesis_; }
  const Digest& network() const { return network_; }
  const ledger::Trust& trust() const { return *trust_; }

  uint64_t founding_nodes() const { return genesis_.registry.agencies.size(); }
  uint64_t nodes() const { return founding_nodes() + kSpares; }
  static std::string AgencyName(uint64_t agency);
  uint64_t AgencyOf(uint64_t node) const {
    return node <= founding_nodes() ? node : (node - 1) % voters_ + 1;
  }
  // A node may move: each address of a node has another `move`, up to 600.
  static std::string AddressOf(uint64_t node, uint64_t move = 0);
  // 0: no such address.
  static uint64_t NodeAt(const std::string& address);
  static SigningKey BatchKeyOf(uint64_t agency);
  // H(SubjectPublicKeyInfo) of the TLS key that it would have.
  static Digest TlsKeyOf(uint64_t node);
  // As the registry has it, or is to have it.
  static ledger::Node RegisteredNode(uint64_t node, ledger::NodeKind kind);
  // Signed by enough stewards.
  Bytes MakeDecision(uint64_t registry_version, ledger::Action action) const;

  node::NodeFiles FilesOf(uint64_t node) const;

 private:
  Founders(uint64_t voters, uint64_t learners);

  const uint64_t voters_;
  ledger::Genesis genesis_;
  Bytes genesis_bytes_;
  Digest network_{};
  std::unique_ptr<ledger::Trust> trust_;
};

}  // namespace symbolon::simulation
