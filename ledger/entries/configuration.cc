#include "ledger/entries/configuration.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/labels.h"

namespace symbolon::ledger {
namespace {

constexpr size_t kMinMemberSize = 8 + 1 + 2 + 2 + 2 + 32;

Member ReadMember(Reader& in) {
  Member member;
  member.number = in.U64("number");
  if (in.ok() && member.number == 0) in.Fail("number", "nodes are numbered from 1");
  member.kind = static_cast<NodeKind>(in.U8("kind"));
  if (in.ok() && member.kind != NodeKind::kVoter && member.kind != NodeKind::kLearner) {
    in.Fail("kind", "must be voter or learner");
  }
  member.agency = in.Vec8("agency", 1);
  member.name = in.Vec8("name", 1, 64);
  member.address = in.Vec8("address", 1);
  member.tls_spki = in.Fixed32("TLS key digest");
  return member;
}

bool IsVoter(const Member& member) {
  return member.kind == NodeKind::kVoter;
}

}  // namespace

Bytes EncodeConfiguration(const Configuration& configuration) {
  Writer out;
  out.Label(labels::kConfiguration)
      .Fixed(configuration.network)
      .U64(configuration.decision_index)
      .U8(static_cast<uint8_t>(configuration.members.size()));
  for (const Member& member : configuration.members) {
    out.U64(member.number)
        .U8(static_cast<uint8_t>(member.kind))
        .Vec8(member.agency)
        .Vec8(member.name)
        .Vec8(member.address)
        .Fixed(member.tls_spki);
  }
  return out.Take();
}

absl::StatusOr<Configuration> DecodeConfiguration(ByteView payload) {
  Reader in(payload, "configuration");
  Configuration configuration;
  in.Label(labels::kConfiguration);
  configuration.network = in.Fixed32("network");
  configuration.decision_index = in.U64("decision");
  const uint8_t count = in.U8("members");
  if (in.ok() && count > kMaxMembers) in.Fail("members", "more than a network may have");
  if (in.CanHold(count, kMinMemberSize, "members")) configuration.members.reserve(count);
  for (uint8_t i = 0; i < count && in.ok(); ++i) {
    Member member = ReadMember(in);
    if (i > 0 && configuration.members.back().number >= member.number) {
      in.Fail("members", "not in strictly ascending order of number");
    }
    configuration.members.push_back(std::move(member));
  }
  const auto& members = configuration.members;
  if (in.ok() && std::none_of(members.begin(), members.end(), IsVoter))
    in.Fail("members", "there is no voter");
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  return configuration;
}

std::vector<Member> MembersOf(const Registry& registry) {
  std::vector<Member> members;
  for (const Registry::NodeRef& ref : registry.members()) {
    const Node& node = *ref.node;
    members.push_back({node.number, node.kind, ref.agency->id, node.name, node.address, node.tls_spki});
  }
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.number < b.number; });
  return members;
}

}  // namespace symbolon::ledger
