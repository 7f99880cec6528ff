#include "ledger/genesis.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/labels.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace symbolon::ledger {
namespace {

constexpr size_t kMaxOriginSize = 64;

absl::Status CheckGenesis(const Genesis& genesis) {
  const bool visible = std::all_of(genesis.origin.begin(), genesis.origin.end(),
                                   [](char c) { return c > 0x20 && c < 0x7f && c != '+'; });
  if (genesis.origin.empty() || genesis.origin.size() > kMaxOriginSize || !visible) {
    return absl::InvalidArgumentError(
        "genesis: field origin: must be 1 to 64 visible ASCII characters without '+', for example "
        "ledger.example/v1");
  }
  RETURN_IF_ERROR(Annotate(CheckRegistry(genesis.registry), "genesis"));
  const auto nodes = genesis.registry.nodes();
  const bool all_members = nodes.size() == genesis.registry.members().size();
  if (!all_members) return absl::InvalidArgumentError("genesis: field nodes: none can be removed already");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Bytes> EncodeGenesis(const Genesis& genesis) {
  RETURN_IF_ERROR(CheckGenesis(genesis));
  Writer out;
  out.Label(labels::kGenesis).Vec8(genesis.origin).U64(genesis.created_ms).Fixed(genesis.agreement);
  EncodeRegistry(genesis.registry, out);
  return out.Take();
}

absl::StatusOr<Genesis> DecodeGenesis(ByteView bytes) {
  Reader in(bytes, "genesis");
  Genesis genesis;
  in.Label(labels::kGenesis);
  genesis.origin = in.Vec8("origin", 1, kMaxOriginSize);
  genesis.created_ms = in.U64("created");
  genesis.agreement = in.Fixed32("agreement");
  genesis.registry = DecodeRegistry(in);
  RETURN_IF_ERROR(in.ExpectEnd());
  RETURN_IF_ERROR(CheckGenesis(genesis));
  return genesis;
}

Digest NetworkId(ByteView genesis_bytes) {
  return Sha256(genesis_bytes);
}

std::string CosigningName(const Genesis& genesis, std::string_view node_name) {
  return fmt::format("{}/{}", genesis.origin, node_name);
}

}  // namespace symbolon::ledger
