#pragma once
// Who is calling: an agency and a role, from the certificate as registered in the ledger.

#include <cstdint>
#include <string>
#include <string_view>

namespace symbolon::api {

// 1 to 4 are the roles of client certificates in the genesis (docs/formats.md section 4). Unregistered: a
// certificate of a member's authority whose key is not in the registry, as far as this node has got.
enum class Role : uint8_t {
  kUnregistered = 0,
  kRegistrar = 1,
  kVerifier = 2,
  kAuditor = 3,
  kOperator = 4,
  kNode = 5,
};

std::string_view RoleName(Role role);  // "registrar", "verifier", "auditor", "operator", "node"

struct Caller {
  std::string agency;
  Role role = Role::kVerifier;
  uint64_t node_number = 0;  // of a node; else 0
};

}  // namespace symbolon::api
