#pragma once
// Who may call what: one table, enforced before any handler sees a call. A method that is not in the table is
// refused.

#include <absl/status/statusor.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/backend.h"
#include "api/roles.h"

namespace symbolon::api {

class RoleSet {
 public:
  constexpr RoleSet(std::initializer_list<Role> roles) {
    for (const Role role : roles) bits_ |= Bit(role);
  }
  constexpr bool Contains(Role role) const { return (bits_ & Bit(role)) != 0; }
  // "registrar", "registrar or verifier", ...
  std::string Describe() const;

 private:
  static constexpr unsigned Bit(Role role) { return 1U << static_cast<unsigned>(role); }
  unsigned bits_ = 0;
};

// By gRPC's full method name, e.g. "/symbolon.v1.Publishing/SubmitBatch".
const std::map<std::string, RoleSet, std::less<>>& RpcRules();

// Thread-safe. `backend` must outlive it.
class Authorizer {
 public:
  explicit Authorizer(const Backend* backend);
  ~Authorizer();

  // The name of a certificate's key in the registry. PERMISSION_DENIED when the certificate cannot be read.
  absl::StatusOr<Digest> KeyDigest(std::string_view certificate_pem) const;

  // The registered holder of a certificate's key. PERMISSION_DENIED when there is none.
  absl::StatusOr<Caller> Identify(std::string_view certificate_pem) const;

  // The caller, or PERMISSION_DENIED with a message that names the role that is needed.
  absl::StatusOr<Caller> Authorize(std::string_view method, std::string_view certificate_pem) const;

 private:
  class DigestCache;
  const Backend* backend_;
  std::unique_ptr<DigestCache> digests_;
};

}  // namespace symbolon::api
