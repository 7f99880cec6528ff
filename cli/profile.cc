#include "cli/profile.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/status_macros.h"
#include "base/toml_table.h"
#include "storage/atomic_file.h"
#include "storage/key_file.h"

namespace symbolon::cli {
namespace {

constexpr size_t kMaxProfileBytes = 64 << 10;
constexpr size_t kMaxGenesisBytes = 4 << 20;
constexpr size_t kMaxPemBytes = 64 << 10;

}  // namespace

absl::StatusOr<ClientProfile> LoadProfile(const std::string& file) {
  ASSIGN_OR_RETURN(Bytes text, storage::ReadWholeFile(file, kMaxProfileBytes));
  ASSIGN_OR_RETURN(TomlTable top, TomlTable::Parse(text, file));
  RETURN_IF_ERROR(top.OnlyThese({"agency", "role", "genesis", "node", "tls", "batch_key"}));
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  const auto path = [&](const TomlTable& table, const char* key) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(std::string relative, table.String(key));
    return (folder / relative).lexically_normal().string();
  };

  ClientProfile p;
  ASSIGN_OR_RETURN(p.agency, top.String("agency"));
  ASSIGN_OR_RETURN(p.role, top.String("role"));
  ASSIGN_OR_RETURN(p.genesis_file, path(top, "genesis"));
  ASSIGN_OR_RETURN(TomlTable node, top.Table("node"));
  RETURN_IF_ERROR(node.OnlyThese({"address", "name", "authority"}));
  ASSIGN_OR_RETURN(p.node_address, node.String("address"));
  ASSIGN_OR_RETURN(p.node_name, node.String("name"));
  ASSIGN_OR_RETURN(p.authority_file, path(node, "authority"));
  ASSIGN_OR_RETURN(TomlTable tls, top.Table("tls"));
  RETURN_IF_ERROR(tls.OnlyThese({"certificate", "private_key"}));
  ASSIGN_OR_RETURN(p.certificate_file, path(tls, "certificate"));
  ASSIGN_OR_RETURN(p.private_key_file, path(tls, "private_key"));
  if (top.Has("batch_key")) {
    ASSIGN_OR_RETURN(TomlTable key, top.Table("batch_key"));
    RETURN_IF_ERROR(key.OnlyThese({"id", "file"}));
    ASSIGN_OR_RETURN(int64_t id, key.Integer("id", 1, 0xffffffff));
    p.batch_key_id = static_cast<uint32_t>(id);
    ASSIGN_OR_RETURN(p.batch_key_file, path(key, "file"));
  }
  return p;
}

absl::StatusOr<ledger::Trust> LoadTrust(const ClientProfile& profile) {
  ASSIGN_OR_RETURN(Bytes genesis, storage::ReadWholeFile(profile.genesis_file, kMaxGenesisBytes));
  auto trust = ledger::Trust::FromGenesis(genesis);
  if (!trust.ok()) return Annotate(trust.status(), profile.genesis_file);
  return trust;
}

absl::StatusOr<ledger::Trust> LoadTrust(const ClientProfile& profile, api::Client& client) {
  ASSIGN_OR_RETURN(ledger::Trust trust, LoadTrust(profile));
  RETURN_IF_ERROR(FollowMembers(client, trust).status());
  return trust;
}

absl::StatusOr<api::MembershipState> FollowMembers(api::Client& client, ledger::Trust& trust) {
  std::vector<Bytes> headers;
  while (true) {
    const std::vector<uint64_t>& history = trust.membership().history;
    ASSIGN_OR_RETURN(api::MembershipState state, client.Membership(history.empty() ? 0 : history.back()));
    if (state.headers.empty()) {
      state.headers = std::move(headers);
      return state;
    }
    for (Bytes& header : state.headers) {
      RETURN_IF_ERROR(Annotate(trust.Follow(header), "the node's answer"));
      headers.push_back(std::move(header));
    }
  }
}

absl::StatusOr<std::unique_ptr<api::Client>> Connect(const ClientProfile& profile, int timeout_ms) {
  RETURN_IF_ERROR(storage::CheckPrivate(profile.private_key_file));
  api::ClientOptions options;
  options.address = profile.node_address;
  options.server_name = api::ServerName(profile.node_name);
  options.timeout_ms = timeout_ms;
  ASSIGN_OR_RETURN(options.trusted_authority, storage::ReadWholeFile(profile.authority_file, kMaxPemBytes));
  ASSIGN_OR_RETURN(options.identity.certificate_chain, storage::ReadWholeFile(profile.certificate_file, kMaxPemBytes));
  ASSIGN_OR_RETURN(options.identity.private_key, storage::ReadWholeFile(profile.private_key_file, kMaxPemBytes));
  return api::Client::Create(std::move(options));
}

absl::StatusOr<SigningKey> LoadBatchKey(const ClientProfile& profile) {
  if (profile.batch_key_id == 0) {
    return absl::FailedPreconditionError(
        fmt::format("the profile of {} {} has no [batch_key]: use the registrar's profile", profile.agency, profile.role));
  }
  return storage::ReadKeyFile(profile.batch_key_file);
}

}  // namespace symbolon::cli
