#pragma once
// A configuration entry: the whole set of nodes that Raft counts with from this entry on, committed or not
// (docs/formats.md section 7.2). It is the leader's, carries out a decision of the stewards, and names it.

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "ledger/registry.h"

namespace symbolon::ledger {

// What a node must know of another to reach it and to know it again, from this entry alone: a node that lags
// has nothing else.
struct Member {
  uint64_t number = 0;
  NodeKind kind = NodeKind::kVoter;  // never kRemoved
  std::string agency;                // whose authority has signed its certificate
  std::string name;
  std::string address;  // host:port
  Digest tls_spki{};
  bool operator==(const Member&) const = default;
};

struct Configuration {
  Digest network{};
  uint64_t decision_index = 0;  // entry index of the decision that it carries out; 0: the genesis
  std::vector<Member> members;  // 1..kMaxMembers, strictly ascending by number
  bool operator==(const Configuration&) const = default;
};

Bytes EncodeConfiguration(const Configuration& configuration);
// InvalidArgument unless the payload is exactly one configuration with at least one voter.
absl::StatusOr<Configuration> DecodeConfiguration(ByteView payload);

// The nodes of a registry that are not removed.
std::vector<Member> MembersOf(const Registry& registry);

}  // namespace symbolon::ledger
