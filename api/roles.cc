#include "api/roles.h"

namespace symbolon::api {

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kUnregistered:
      return "unregistered";
    case Role::kRegistrar:
      return "registrar";
    case Role::kVerifier:
      return "verifier";
    case Role::kAuditor:
      return "auditor";
    case Role::kOperator:
      return "operator";
    case Role::kNode:
      return "node";
  }
  return "unknown";
}

}  // namespace symbolon::api
