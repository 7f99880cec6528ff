#include "cli/network/node_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/client.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "cli/console.h"
#include "storage/atomic_file.h"
#include "storage/key_file.h"
#include "storage/store.h"

namespace symbolon::cli {
namespace {

using storage::WriteFileAtomically;

constexpr char kRequestFormat[] = "symbolon-node/v1";
constexpr size_t kMaxRequestBytes = 64 << 10;

std::string ConfigText(const NodePlan& plan) {
  // What the genesis says of a founding node is not said twice.
  const std::string who =
      plan.founding ? "" : fmt::format("name = \"{}\"\nagency = \"{}\"\n", plan.name, plan.agency);
  return fmt::format(
      "# A node of {}. All settings: docs/operating.md.\n"
      "node = {}\n{}"
      "genesis = \"../../genesis\"\n"
      "data_dir = \"data\"\n"
      "listen = \"{}\"\n"
      "certificate = \"tls.crt\"\nprivate_key = \"tls.key\"\n"
      "log_key = \"log.key\"\ncosigning_key = \"cosigning.key\"\n",
      plan.agency, plan.number, who, plan.address);
}

}  // namespace

absl::StatusOr<Digest> IssueInto(const Path& folder, const api::GeneratedAuthority& authority,
                                 api::CertificateRequest request) {
  RETURN_IF_ERROR(storage::CreateDirectories(folder.string(), 0750));
  request.client = true;
  ASSIGN_OR_RETURN(const api::GeneratedCertificate made, api::IssueCertificate(authority, request));
  RETURN_IF_ERROR(WriteFileAtomically((folder / "tls.crt").string(), made.identity.certificate_chain, 0644));
  RETURN_IF_ERROR(WriteFileAtomically((folder / "tls.key").string(), made.identity.private_key, 0600));
  return made.spki_digest;
}

absl::StatusOr<ledger::Node> MakeNodeFolder(const Path& folder, const NodePlan& plan,
                                            const api::GeneratedAuthority& authority) {
  ledger::Node node;
  node.number = plan.number;
  node.name = plan.name;
  node.address = plan.address;
  ASSIGN_OR_RETURN(node.tls_spki, IssueInto(folder, authority,
                                            {.common_name = plan.name,
                                             .dns_names = {api::ServerName(plan.name)},
                                             .server = true,
                                             .now_s = plan.now_s,
                                             .days = plan.days}));
  const SigningKey log_key = SigningKey::Generate();
  const SigningKey cosigning_key = SigningKey::Generate();
  node.log_key = log_key.public_key();
  node.cosigning_key = cosigning_key.public_key();
  RETURN_IF_ERROR(storage::WriteKeyFile((folder / "log.key").string(), log_key));
  RETURN_IF_ERROR(storage::WriteKeyFile((folder / "cosigning.key").string(), cosigning_key));
  RETURN_IF_ERROR(WriteFileAtomically((folder / "node.toml").string(), ConfigText(plan), 0644));
  return node;
}

absl::Status CreateStore(const Path& folder, const Digest& network, uint64_t node_number) {
  storage::Options options;
  options.dir = (folder / "data").string();
  options.create_if_missing = true;
  ASSIGN_OR_RETURN(std::unique_ptr<storage::Store> store,
                   storage::Store::Open(options, {network, node_number}));
  return store->Close();
}

absl::Status WriteNodeRequest(const Path& file, const ledger::AddNode& request) {
  const ledger::Node& node = request.node;
  const Json json = {{"format", kRequestFormat},
                     {"agency", request.agency},
                     {"number", node.number},
                     {"name", node.name},
                     {"address", node.address},
                     {"tls_key_digest", ToHex(node.tls_spki)},
                     {"log_key", ToHex(View(node.log_key))},
                     {"cosigning_key", ToHex(View(node.cosigning_key))}};
  return WriteFileAtomically(file.string(), json.dump(1) + "\n", 0644);
}

absl::StatusOr<ledger::AddNode> ReadNodeRequest(const std::string& file) {
  ASSIGN_OR_RETURN(const Bytes text, storage::ReadWholeFile(file, kMaxRequestBytes));
  const Json json = Json::parse(text, nullptr, false);
  const auto wrong = [&](const std::string& what) {
    return absl::InvalidArgumentError(fmt::format("{}: {}", file, what));
  };
  if (!json.is_object() || json.value("format", Json()) != kRequestFormat) {
    return wrong("not a node's request (format symbolon-node/v1)");
  }
  absl::Status first;
  const auto string_of = [&](const char* field) -> std::string {
    if (json.contains(field) && json[field].is_string()) return json[field].get<std::string>();
    first.Update(wrong(fmt::format("field {} is missing or no text", field)));
    return "";
  };
  const auto digest_of = [&](const char* field) -> Digest {
    const auto digest = DigestFromHex(string_of(field));
    if (!digest.ok()) first.Update(wrong(fmt::format("field {} is not 64 hexadecimal digits", field)));
    return digest.value_or(Digest{});
  };
  ledger::AddNode request;
  request.agency = string_of("agency");
  request.node.name = string_of("name");
  request.node.address = string_of("address");
  request.node.tls_spki = digest_of("tls_key_digest");
  request.node.log_key = digest_of("log_key");
  request.node.cosigning_key = digest_of("cosigning_key");
  if (json.contains("number") && json["number"].is_number_unsigned()) {
    request.node.number = json["number"].get<uint64_t>();
  }
  RETURN_IF_ERROR(first);
  RETURN_IF_ERROR(Annotate(ledger::CheckNode(request.node), file));
  return request;
}

}  // namespace symbolon::cli
