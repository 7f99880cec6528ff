#include "api/authorizer.h"

#include <fmt/format.h>

#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "api/tls.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"

namespace symbolon::api {
namespace {

constexpr Role kPeople[] = {Role::kRegistrar, Role::kVerifier, Role::kAuditor, Role::kOperator, Role::kNode};
constexpr RoleSet kRegistrars = {Role::kRegistrar};
constexpr RoleSet kOperators = {Role::kOperator};
constexpr RoleSet kNodes = {Role::kNode};
constexpr RoleSet kVerifying = {Role::kRegistrar, Role::kVerifier, Role::kAuditor, Role::kOperator};
// The only thing that a stranger with a member's certificate may do: show that it is none.
constexpr RoleSet kAnyCertificate = {Role::kUnregistered, Role::kNode};
constexpr RoleSet kAnyRegistered = {Role::kRegistrar, Role::kVerifier, Role::kAuditor, Role::kOperator,
                                    Role::kNode};

// The method without its slashes and package, for messages.
std::string ShortName(std::string_view method) {
  const size_t dot = method.substr(0, method.rfind('/')).rfind('.');
  std::string name(method.substr(dot == std::string_view::npos ? 0 : dot + 1));
  for (char& c : name) {
    if (c == '/') c = '.';
  }
  return name;
}

}  // namespace

std::string RoleSet::Describe() const {
  std::string text;
  for (const Role role : kPeople) {
    if (!Contains(role)) continue;
    if (!text.empty()) text += " or ";
    text += RoleName(role);
  }
  return text;
}

const std::map<std::string, RoleSet, std::less<>>& RpcRules() {
  static const auto& rules = *new std::map<std::string, RoleSet, std::less<>>{
      {"/symbolon.v1.Publishing/SubmitBatch", kRegistrars},
      {"/symbolon.v1.Publishing/NextSequence", kRegistrars},
      {"/symbolon.v1.StatusRegister/SubmitStatus", kRegistrars},
      {"/symbolon.v1.StatusRegister/GetStatus", kVerifying},
      {"/symbolon.v1.Verification/Verify", kVerifying},
      {"/symbolon.v1.Verification/VerifyMany", kVerifying},
      {"/symbolon.v1.LedgerReading/GetGenesis", kAnyRegistered},
      {"/symbolon.v1.LedgerReading/GetCheckpoint", kAnyRegistered},
      {"/symbolon.v1.LedgerReading/GetInclusionProof", kAnyRegistered},
      {"/symbolon.v1.LedgerReading/GetConsistencyProof", kAnyRegistered},
      {"/symbolon.v1.LedgerReading/ReadEntries", kAnyRegistered},
      {"/symbolon.v1.NodeAdmin/GetNodeStatus", kOperators},
      {"/symbolon.v1.ConsensusTransport/Deliver", kNodes},
      {"/symbolon.v1.ConsensusTransport/Forward", kNodes},
      {"/symbolon.v1.ConsensusTransport/Introduce", kAnyCertificate},
      {"/symbolon.v1.ConsensusTransport/FetchEntries", kNodes},
      {"/symbolon.v1.Governance/SubmitDecision", kOperators},
      {"/symbolon.v1.Governance/GetMembership", kAnyRegistered},
      {"/grpc.health.v1.Health/Check", kAnyRegistered},
      {"/grpc.health.v1.Health/Watch", kAnyRegistered},
      {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", kAnyRegistered},
  };
  return rules;
}

// Digests of the certificates seen. A certificate is a kilobyte of base64 that comes with every call; parsing
// it costs more than most calls. Only who passed the TLS handshake gets here, so that strangers cannot fill
// it.
class Authorizer::DigestCache {
 public:
  absl::StatusOr<Digest> Get(std::string_view pem) {
    const std::string key(pem);
    {
      const std::shared_lock lock(mutex_);
      if (const auto found = digests_.find(key); found != digests_.end()) return found->second;
    }
    ASSIGN_OR_RETURN(const Digest digest, SpkiDigest(key));
    const std::unique_lock lock(mutex_);
    if (digests_.size() >= kMaxEntries) digests_.clear();
    digests_.emplace(key, digest);
    return digest;
  }

 private:
  static constexpr size_t kMaxEntries = 1024;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Digest> digests_;
};

Authorizer::Authorizer(const Backend* backend)
    : backend_(backend), digests_(std::make_unique<DigestCache>()) {}
Authorizer::~Authorizer() = default;

absl::StatusOr<Digest> Authorizer::KeyDigest(std::string_view certificate_pem) const {
  absl::StatusOr<Digest> digest = digests_->Get(certificate_pem);
  if (!digest.ok()) return absl::PermissionDeniedError("the client certificate cannot be read");
  return digest;
}

absl::StatusOr<Caller> Authorizer::Identify(std::string_view certificate_pem) const {
  const absl::StatusOr<Digest> digest = KeyDigest(certificate_pem);
  if (!digest.ok()) return digest.status();
  std::optional<Caller> caller = backend_->FindCaller(*digest);
  if (!caller) {
    return absl::PermissionDeniedError(fmt::format(
        "the key of this client certificate is not registered in the ledger (key digest {}): ask the "
        "agency's stewards to register it, or use the certificate that was registered",
        ToHex(*digest)));
  }
  return *std::move(caller);
}

absl::StatusOr<Caller> Authorizer::Authorize(std::string_view method,
                                             std::string_view certificate_pem) const {
  const auto rule = RpcRules().find(method);
  if (rule == RpcRules().end()) return absl::PermissionDeniedError("this node offers no such method");
  absl::StatusOr<Caller> identified = Identify(certificate_pem);
  if (!identified.ok() && rule->second.Contains(Role::kUnregistered)) {
    return Caller{.agency = "", .role = Role::kUnregistered, .node_number = 0};
  }
  ASSIGN_OR_RETURN(Caller caller, std::move(identified));
  if (!rule->second.Contains(caller.role)) {
    return absl::PermissionDeniedError(
        fmt::format("{} needs the role {}; this certificate is registered as {} of {}", ShortName(method),
                    rule->second.Describe(), RoleName(caller.role), caller.agency));
  }
  return caller;
}

}  // namespace symbolon::api
