#include "cli/member/proposal_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "base/toml_table.h"
#include "cli/console.h"
#include "ledger/genesis.h"
#include "storage/atomic_file.h"
#include "storage/key_file.h"

namespace symbolon::cli {
namespace {

constexpr char kFormat[] = "symbolon-proposal/v1";
constexpr size_t kMaxProposalBytes = 1 << 20;
constexpr size_t kMaxStewardBytes = 64 << 10;
constexpr size_t kMaxGenesisBytes = 4 << 20;

// The value of a field as bytes; false when it is no base64 text.
bool ReadBase64(const Json& object, const char* field, Bytes* out) {
  if (!object.contains(field) || !object[field].is_string()) return false;
  auto bytes = FromBase64(object[field].get<std::string>());
  if (bytes.ok()) *out = *std::move(bytes);
  return bytes.ok();
}

bool ReadSignature(const Json& item, ledger::StewardSignature* out) {
  Bytes signature;
  const bool good = item.is_object() && item.contains("agency") && item["agency"].is_string() &&
                    item.contains("key_id") && item["key_id"].is_number_unsigned() &&
                    ReadBase64(item, "signature", &signature) && signature.size() == out->signature.size();
  if (!good) return false;
  out->agency = item["agency"].get<std::string>();
  out->key_id = item["key_id"].get<uint32_t>();
  std::copy(signature.begin(), signature.end(), out->signature.begin());
  return true;
}

}  // namespace

absl::StatusOr<ProposalFile> ReadProposalFile(const std::string& file) {
  ASSIGN_OR_RETURN(const Bytes text, storage::ReadWholeFile(file, kMaxProposalBytes));
  const Json json = Json::parse(text, nullptr, false);
  const auto wrong = [&](const std::string& what) {
    return absl::InvalidArgumentError(fmt::format("{}: {}", file, what));
  };
  if (!json.is_object() || json.value("format", Json()) != kFormat) {
    return wrong("not a proposal (format symbolon-proposal/v1)");
  }
  ProposalFile out;
  if (!ReadBase64(json, "proposal", &out.proposal)) return wrong("field proposal is not base64");
  RETURN_IF_ERROR(Annotate(out.Decode().status(), file));
  if (!json.contains("signatures") || !json["signatures"].is_array()) {
    return wrong("field signatures is not a list");
  }
  for (const Json& item : json["signatures"]) {
    if (!ReadSignature(item, &out.signatures.emplace_back())) {
      return wrong("field signatures: not {agency, key_id, signature}");
    }
  }
  return out;
}

absl::Status WriteProposalFile(const std::string& file, const ProposalFile& proposal) {
  ASSIGN_OR_RETURN(const ledger::Proposal decoded, proposal.Decode());
  Json json = {{"format", kFormat},
               {"says", fmt::format("{}, in version {} of the registry",
                                    ledger::DescribeAction(decoded.action), decoded.registry_version)},
               {"proposal", ToBase64(proposal.proposal)},
               {"signatures", Json::array()}};
  for (const ledger::StewardSignature& signature : proposal.signatures) {
    json["signatures"].push_back({{"agency", signature.agency},
                                  {"key_id", signature.key_id},
                                  {"signature", ToBase64(View(signature.signature))}});
  }
  return storage::WriteFileAtomically(file, json.dump(1) + "\n", 0644);
}

absl::StatusOr<StewardFile> ReadStewardFile(const std::string& file) {
  ASSIGN_OR_RETURN(const Bytes text, storage::ReadWholeFile(file, kMaxStewardBytes));
  ASSIGN_OR_RETURN(const TomlTable table, TomlTable::Parse(text, file));
  RETURN_IF_ERROR(table.OnlyThese({"agency", "key_id", "key", "genesis"}));
  ASSIGN_OR_RETURN(const std::string agency, table.String("agency"));
  ASSIGN_OR_RETURN(const int64_t key_id, table.Integer("key_id", 1, 0xffffffff));
  ASSIGN_OR_RETURN(const std::string key_file, table.String("key"));
  ASSIGN_OR_RETURN(const std::string genesis_file, table.String("genesis"));
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  ASSIGN_OR_RETURN(SigningKey key, storage::ReadKeyFile((folder / key_file).string()));
  ASSIGN_OR_RETURN(const Bytes bytes,
                   storage::ReadWholeFile((folder / genesis_file).string(), kMaxGenesisBytes));
  auto genesis = ledger::DecodeGenesis(bytes);
  if (!genesis.ok()) return Annotate(genesis.status(), genesis_file);
  const ledger::Steward* steward = genesis->registry.FindSteward(agency, static_cast<uint32_t>(key_id));
  if (steward == nullptr) return table.Error("key_id", "the genesis has no such steward");
  if (steward->key != key.public_key()) return table.Error("key", "is not the key that the genesis names");
  return StewardFile{*steward, std::move(key), ledger::NetworkId(bytes), genesis->registry.steward_threshold};
}

}  // namespace symbolon::cli
