#pragma once
// What the founders of a simulated network would have made: genesis and keys, the same in every run.

#include <vector>

#include "ledger/genesis.h"
#include "ledger/trust.h"
#include "node/config.h"

namespace symbolon::simulation {

// Node i (from 1) belongs to agency i, which has batch key 1; voters first, learners after them.
class Founders {
 public:
  // Made once for each size, for the whole process. Thread-safe.
  static const Founders& Of(uint64_t voters, uint64_t learners);

  const Bytes& genesis_bytes() const { return genesis_bytes_; }
  const ledger::Genesis& genesis() const { return genesis_; }
  const Digest& network() const { return network_; }
  const ledger::Trust& trust() const { return *trust_; }

  uint64_t nodes() const { return genesis_.registry.agencies.size(); }
  static std::string AgencyOf(uint64_t node);
  static std::string AddressOf(uint64_t node);
  // 0: no such address.
  static uint64_t NodeAt(const std::string& address);
  static SigningKey BatchKeyOf(uint64_t agency);

  node::NodeFiles FilesOf(uint64_t node) const;

 private:
  Founders(uint64_t voters, uint64_t learners);

  ledger::Genesis genesis_;
  Bytes genesis_bytes_;
  Digest network_{};
  std::unique_ptr<ledger::Trust> trust_;
};

}  // namespace symbolon::simulation
