#include "ledger/entries/governance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "base/encoding.h"
#include "base/labels.h"

namespace symbolon::ledger {
namespace {

constexpr size_t kMinSignatureSize = 2 + 4 + 64;

// The number of an action on the wire: its place in the variant.
template <typename... A>
uint8_t NumberOf(const std::variant<A...>& action) {
  return static_cast<uint8_t>(action.index() + 1);
}

struct WriteFields {
  Writer& out;
  void operator()(const AddNode& a) const {
    out.Vec8(a.agency);
    EncodeNode(a.node, out);
  }
  void operator()(const ChangeKind& a) const { out.U64(a.number).U8(static_cast<uint8_t>(a.kind)); }
  void operator()(const RemoveNode& a) const { out.U64(a.number); }
  void operator()(const WithdrawChange&) const {}
  void operator()(const ChangeAddress& a) const { out.U64(a.number).Vec8(a.address); }
};

NodeKind ReadLivingKind(Reader& in) {
  const auto kind = static_cast<NodeKind>(in.U8("kind"));
  if (in.ok() && kind != NodeKind::kVoter && kind != NodeKind::kLearner) {
    in.Fail("kind", "must be voter or learner");
  }
  return kind;
}

AddNode ReadAddNode(Reader& in) {
  AddNode add;
  add.agency = in.Vec8("agency", 1);
  add.node = DecodeNode(in);
  if (in.ok() && !add.node.IsMember()) in.Fail("kind", "must be voter or learner");
  return add;
}

// nullopt: the number is reserved.
std::optional<Action> ReadAction(uint8_t number, Reader& in) {
  switch (number) {
    case 1:
      return ReadAddNode(in);
    case 2: {
      const uint64_t node = in.U64("node");
      return ChangeKind{node, ReadLivingKind(in)};
    }
    case 3:
      return RemoveNode{in.U64("node")};
    case 4:
      return WithdrawChange{};
    case 5: {
      const uint64_t node = in.U64("node");
      return ChangeAddress{node, Bytes(in.Vec8("address", 1))};
    }
    default:
      return std::nullopt;
  }
}

bool Before(const StewardSignature& a, const StewardSignature& b) {
  return std::tie(a.agency, a.key_id) < std::tie(b.agency, b.key_id);
}

StewardSignature ReadSignature(Reader& in) {
  StewardSignature signature;
  signature.agency = in.Vec8("steward's agency", 1);
  signature.key_id = in.U32("steward's key id");
  const ByteView bytes = in.Raw(signature.signature.size(), "signature");
  if (in.ok()) std::memcpy(signature.signature.data(), bytes.data(), bytes.size());
  return signature;
}

}  // namespace

Bytes EncodeProposal(const Proposal& proposal) {
  Writer out;
  out.Label(labels::kProposal)
      .Fixed(proposal.network)
      .U64(proposal.registry_version)
      .U8(NumberOf(proposal.action));
  std::visit(WriteFields{out}, proposal.action);
  return out.Take();
}

absl::StatusOr<Proposal> DecodeProposal(ByteView bytes) {
  Reader in(bytes, "proposal");
  Proposal proposal;
  in.Label(labels::kProposal);
  proposal.network = in.Fixed32("network");
  proposal.registry_version = in.U64("registry version");
  const uint8_t number = in.U8("action");
  std::optional<Action> action = in.ok() ? ReadAction(number, in) : std::nullopt;
  if (in.ok() && !action.has_value()) {
    return absl::UnimplementedError(
        fmt::format("proposal: field action: this version knows no action {}", number));
  }
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  proposal.action = *std::move(action);
  return proposal;
}

StewardSignature SignProposal(ByteView proposal_bytes, const Steward& steward, const SigningKey& key) {
  return {steward.agency, steward.key_id, key.Sign(proposal_bytes)};
}

Bytes EncodeDecision(ByteView proposal_bytes, std::vector<StewardSignature> signatures) {
  std::sort(signatures.begin(), signatures.end(), Before);
  Writer out;
  out.Vec16(proposal_bytes).U8(static_cast<uint8_t>(signatures.size()));
  for (const StewardSignature& signature : signatures) {
    out.Vec8(signature.agency).U32(signature.key_id).Raw(View(signature.signature));
  }
  return out.Take();
}

absl::StatusOr<Decision> DecodeDecision(ByteView payload) {
  Reader in(payload, "decision");
  Decision decision;
  decision.proposal_bytes = in.Vec16("proposal", 1);
  const uint8_t count = in.U8("signatures");
  if (in.ok() && count == 0) in.Fail("signatures", "there is none");
  if (in.CanHold(count, kMinSignatureSize, "signatures")) decision.signatures.reserve(count);
  for (uint8_t i = 0; i < count && in.ok(); ++i) {
    StewardSignature signature = ReadSignature(in);
    if (i > 0 && !Before(decision.signatures.back(), signature)) {
      in.Fail("signatures", "not in strictly ascending order of steward");
    }
    decision.signatures.push_back(std::move(signature));
  }
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  absl::StatusOr<Proposal> proposal = DecodeProposal(decision.proposal_bytes);
  if (!proposal.ok()) return proposal.status();
  decision.proposal = *std::move(proposal);
  return decision;
}

std::string DescribeAction(const Action& action) {
  struct Describe {
    std::string operator()(const AddNode& a) const {
      return fmt::format("add node {} {} of {} as {} at {}", a.node.number, a.node.name, a.agency,
                         NodeKindName(a.node.kind), a.node.address);
    }
    std::string operator()(const ChangeKind& a) const {
      return fmt::format("make node {} a {}", a.number, NodeKindName(a.kind));
    }
    std::string operator()(const RemoveNode& a) const {
      return fmt::format("remove node {} for ever", a.number);
    }
    std::string operator()(const WithdrawChange&) const { return "withdraw the change that is under way"; }
    std::string operator()(const ChangeAddress& a) const {
      return fmt::format("move node {} to {}", a.number, a.address);
    }
  };
  return std::visit(Describe{}, action);
}

}  // namespace symbolon::ledger
