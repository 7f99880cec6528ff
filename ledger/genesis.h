#pragma once
// The genesis: the first statement of a network, whose hash is the network id (docs/formats.md section 4).

#include <absl/status/statusor.h>

#include <cstdint>

#include "base/bytes.h"
#include "ledger/registry.h"

namespace symbolon::ledger {

struct Genesis {
  std::string origin;  // name of the log in checkpoints: 1..64 visible ASCII characters, no '+'
  uint64_t created_ms = 0;
  Digest agreement{};  // digest of the members' agreement; zero: none
  Registry registry;   // version 0
  bool operator==(const Genesis&) const = default;
};

// InvalidArgument, naming agency and field, when the genesis breaks a rule. Encodes exactly what is there:
// lists must already be sorted (SortRegistry).
absl::StatusOr<Bytes> EncodeGenesis(const Genesis& genesis);
// InvalidArgument, naming agency and field, unless the bytes are exactly one valid genesis.
absl::StatusOr<Genesis> DecodeGenesis(ByteView bytes);

// H(genesis): in every signed message, so that nothing signed for one network means anything in another.
Digest NetworkId(ByteView genesis_bytes);

// Name of a node's cosigning key: "<origin>/<node name>".
std::string CosigningName(const Genesis& genesis, std::string_view node_name);

}  // namespace symbolon::ledger
