#include "ledger/membership.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/status_macros.h"

namespace symbolon::ledger {
namespace {

// A local record, neither hashed nor signed: it has a version of its own instead of a label.
constexpr uint8_t kVersion = 1;
constexpr size_t kMaxRegistry = size_t{64} << 20;

}  // namespace

bool Membership::IsCarriedOut() const {
  return MembersOf(*registry) == in_force.members;
}

bool Membership::operator==(const Membership& other) const {
  return EncodeMembership(*this) == EncodeMembership(other);
}

Membership MembershipAtGenesis(const Genesis& genesis, ByteView genesis_bytes) {
  Membership membership;
  membership.network = NetworkId(genesis_bytes);
  membership.registry = std::make_shared<const Registry>(genesis.registry);
  membership.digest = GenesisRegistryDigest(genesis_bytes, genesis.registry);
  membership.in_force = {membership.network, 0, MembersOf(genesis.registry)};
  return membership;
}

Bytes EncodeMembership(const Membership& membership) {
  Writer out;
  out.U8(kVersion)
      .Fixed(membership.network)
      .U64(membership.version)
      .Fixed(membership.digest)
      .U64(membership.decided_at)
      .U64(membership.in_force_at)
      .Vec16(EncodeConfiguration(membership.in_force))
      .Vec32(EncodeRegistry(*membership.registry))
      .U32(static_cast<uint32_t>(membership.history.size()));
  for (uint64_t index : membership.history) out.U64(index);
  return out.Take();
}

absl::StatusOr<Membership> DecodeMembership(ByteView bytes, const Digest& network) {
  Reader in(bytes, "stored membership");
  Membership membership;
  if (in.U8("version") != kVersion)
    in.Fail("version", "was written by another version: rebuild from the ledger");
  membership.network = in.Fixed32("network");
  if (in.ok() && membership.network != network) in.Fail("network", "is another network's");
  membership.version = in.U64("registry version");
  membership.digest = in.Fixed32("registry digest");
  membership.decided_at = in.U64("last decision");
  membership.in_force_at = in.U64("configuration's index");
  const ByteView configuration = in.Vec16("configuration");
  Reader registry_in(in.Vec32("registry", 1, kMaxRegistry), "stored registry");
  const uint32_t count = in.U32("history");
  if (in.CanHold(count, 8, "history")) membership.history.reserve(count);
  for (uint32_t i = 0; i < count && in.ok(); ++i) membership.history.push_back(in.U64("history"));
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return absl::DataLossError(end.message());

  absl::StatusOr<Configuration> in_force = DecodeConfiguration(configuration);
  if (!in_force.ok()) return absl::DataLossError(in_force.status().message());
  membership.in_force = *std::move(in_force);
  auto registry = std::make_shared<Registry>(DecodeRegistry(registry_in));
  absl::Status valid = registry_in.ExpectEnd();
  if (valid.ok()) valid = CheckRegistry(*registry);
  if (!valid.ok()) return absl::DataLossError(valid.message());
  membership.registry = std::move(registry);
  return membership;
}

}  // namespace symbolon::ledger
