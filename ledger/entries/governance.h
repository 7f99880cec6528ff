#pragma once
// A decision: what a threshold of the stewards has signed to be changed in the registry (docs/formats.md
// section 4.1). Whether it may be is for the membership to say (ledger/membership.h).

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/ed25519.h"
#include "ledger/registry.h"

namespace symbolon::ledger {

// A new node of a registered agency. As a voter it takes over its agency's vote, once it has caught up.
struct AddNode {
  std::string agency;
  Node node;
  bool operator==(const AddNode&) const = default;
};

// A learner becomes its agency's voter, and the one that was becomes a learner; or a voter becomes a learner.
struct ChangeKind {
  uint64_t number = 0;
  NodeKind kind = NodeKind::kVoter;  // never kRemoved
  bool operator==(const ChangeKind&) const = default;
};

// For ever: the number, the name and the keys never return.
struct RemoveNode {
  uint64_t number = 0;
  bool operator==(const RemoveNode&) const = default;
};

// Gives up what is not carried out yet of the change that is under way.
struct WithdrawChange {
  bool operator==(const WithdrawChange&) const = default;
};

struct ChangeAddress {
  uint64_t number = 0;
  std::string address;
  bool operator==(const ChangeAddress&) const = default;
};

// In the order of their numbers, from 1.
using Action = std::variant<AddNode, ChangeKind, RemoveNode, WithdrawChange, ChangeAddress>;

struct Proposal {
  Digest network{};
  uint64_t registry_version = 0;  // that it changes: it means nothing to any other
  Action action;
  bool operator==(const Proposal&) const = default;
};

struct StewardSignature {
  std::string agency;
  uint32_t key_id = 0;
  Signature signature{};
  bool operator==(const StewardSignature&) const = default;
};

// As received: the proposal's bytes are kept and verified, never encoded again.
struct Decision {
  Proposal proposal;
  Bytes proposal_bytes;
  std::vector<StewardSignature> signatures;  // 1..255, strictly ascending by (agency, key id)
};

// The fields must fit their length prefixes.
Bytes EncodeProposal(const Proposal& proposal);
// InvalidArgument unless the bytes are exactly one proposal. An action of another number is Unimplemented.
absl::StatusOr<Proposal> DecodeProposal(ByteView bytes);

StewardSignature SignProposal(ByteView proposal_bytes, const Steward& steward, const SigningKey& key);

// The payload of the entry. Signatures in any order, each steward once.
Bytes EncodeDecision(ByteView proposal_bytes, std::vector<StewardSignature> signatures);
// InvalidArgument unless the payload is exactly one decision; Unimplemented when its action is reserved.
absl::StatusOr<Decision> DecodeDecision(ByteView payload);

// "add node 6 THA-DOPA-2 of THA-DOPA as voter at node6.example:7400": for people and logs.
std::string DescribeAction(const Action& action);

}  // namespace symbolon::ledger
