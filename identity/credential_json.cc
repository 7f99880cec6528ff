// The JSON form of a credential. nlohmann's exceptions end in this file.

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "identity/credential.h"
#include "ledger/entries/batch_limits.h"

namespace symbolon::identity {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr size_t kMaxValue = 0xffff;
constexpr size_t kMaxPathLength = 12;  // of a tree of 4096 leaves
static_assert(ledger::kMaxBatchCount == 1u << kMaxPathLength);
constexpr size_t kMaxReceipt = 0xffff;

absl::Status Refuse(const std::string& field, const std::string& why) {
  return absl::InvalidArgumentError(fmt::format("credential: field {}: {}", field, why));
}

// A name from the file as a message may repeat it: an identifier, or nothing of it.
std::string Printable(const std::string& name) {
  const bool identifier =
      !name.empty() && name.size() <= 64 &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  return identifier ? name : "(not an identifier)";
}

// Wipes every string of a document when the scope ends: the secret and the values were in it.
template <typename Json>
class WipeStringsOnExit {
 public:
  explicit WipeStringsOnExit(Json& document) : document_(document) {}
  ~WipeStringsOnExit() { Wipe(document_); }
  WipeStringsOnExit(const WipeStringsOnExit&) = delete;
  WipeStringsOnExit& operator=(const WipeStringsOnExit&) = delete;

 private:
  static void Wipe(Json& node) {
    if (node.is_string()) {
      auto& text = node.template get_ref<std::string&>();
      sodium_memzero(text.data(), text.size());
    } else if (node.is_structured()) {
      for (auto& child : node) Wipe(child);
    }
  }

  Json& document_;
};

// Refuses what JSON leaves open: a name that is repeated, and nesting deeper than a credential has.
class Strictness {
 public:
  bool operator()(int depth, json::parse_event_t event, json& parsed) {
    if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
      if (depth > 1) too_deep_ = true;
      names_.emplace_back();
    } else if (event == json::parse_event_t::object_end || event == json::parse_event_t::array_end) {
      names_.pop_back();
    } else if (event == json::parse_event_t::key) {
      const auto& name = parsed.get_ref<const std::string&>();
      if (!names_.back().insert(name).second && repeated_.empty()) repeated_ = Printable(name);
    }
    return !too_deep_;
  }

  absl::Status status() const {
    if (!repeated_.empty()) return Refuse(repeated_, "occurs twice");
    if (too_deep_) return absl::InvalidArgumentError("credential: nested deeper than a credential is");
    return absl::OkStatus();
  }

 private:
  std::vector<std::set<std::string>> names_;
  std::string repeated_;
  bool too_deep_ = false;
};

absl::StatusOr<json> Parse(std::string_view text) {
  if (text.size() > kMaxCredentialText) {
    return absl::InvalidArgumentError("credential: the file is too long to be a credential");
  }
  Strictness strict;
  try {
    json document = json::parse(text, std::ref(strict));
    if (absl::Status status = strict.status(); !status.ok()) return status;
    if (!document.is_object()) return absl::InvalidArgumentError("credential: not a JSON object");
    return document;
  } catch (const json::parse_error& e) {
    // The parser's own message quotes the text, which may be a personal value.
    return absl::InvalidArgumentError(fmt::format("credential: not JSON at byte {}", e.byte));
  } catch (const std::exception&) {
    return absl::InvalidArgumentError("credential: not JSON");
  }
}

absl::Status CheckFields(const json& document) {
  static const std::set<std::string> kFields = {"format",         "network",         "record_type",
                                                "record_version", "attributes",      "secret",
                                                "position",       "commitment_path", "receipt"};
  for (const auto& [name, value] : document.items()) {
    if (!kFields.contains(name)) return Refuse(Printable(name), "is not a field of a credential");
  }
  for (const std::string& name : kFields) {
    if (!document.contains(name)) return Refuse(name, "is missing");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string_view> Text(const json& document, const char* field) {
  const json& value = document.at(field);
  if (!value.is_string()) return Refuse(field, "must be text");
  return std::string_view(value.get_ref<const std::string&>());
}

absl::StatusOr<uint32_t> Number(const json& document, const char* field, uint32_t max) {
  const json& value = document.at(field);
  if (!value.is_number_unsigned() || value.get<uint64_t>() > max) {
    return Refuse(field, fmt::format("must be a whole number from 0 to {}", max));
  }
  return static_cast<uint32_t>(value.get<uint64_t>());
}

absl::StatusOr<Digest> Hash(const std::string& field, std::string_view hex) {
  absl::StatusOr<Digest> digest = DigestFromHex(hex);
  if (!digest.ok()) return Refuse(field, "must be 64 hexadecimal digits in lower case");
  return digest;
}

absl::StatusOr<const RecordType*> Type(const json& document) {
  ASSIGN_OR_RETURN(const std::string_view name, Text(document, "record_type"));
  ASSIGN_OR_RETURN(const uint32_t version, Number(document, "record_version", 255));
  bool known = false;
  for (const RecordType* type : AllRecordTypes()) {
    if (type->name != name) continue;
    if (type->version == version) return type;
    known = true;
  }
  if (known) return Refuse("record_version", "this program does not know this version of the record type");
  return Refuse("record_type", "this program's catalogue has no such record type");
}

absl::StatusOr<Bytes> AttributeValue(const Slot& slot, const json& value) {
  const std::string field = fmt::format("attributes.{}", slot.name);
  if (slot.type == ValueType::kReserved) return Refuse(field, "is reserved and must stay absent");
  if (!value.is_string()) return Refuse(field, "must be text");
  const auto& text = value.get_ref<const std::string&>();
  if (text.empty()) return Refuse(field, "is empty; leave it out if it is absent");
  if (text.size() > kMaxValue) return Refuse(field, "is longer than any value");
  if (slot.type != ValueType::kBytes) return text;
  absl::StatusOr<Bytes> bytes = FromHex(text);
  if (!bytes.ok()) return Refuse(field, "must be hexadecimal digits in lower case, two for each byte");
  return bytes;
}

absl::Status ReadAttributes(const json& document, Record& record) {
  const json& attributes = document.at("attributes");
  if (!attributes.is_object()) return Refuse("attributes", "must be an object of name and value");
  for (const auto& [name, value] : attributes.items()) {
    const Slot* slot = FindSlot(*record.type, name);
    if (slot == nullptr) {
      return Refuse("attributes." + Printable(name),
                    fmt::format("record type {} has no attribute of this name", record.type->name));
    }
    ASSIGN_OR_RETURN(record.values[slot->number], AttributeValue(*slot, value));
  }
  return absl::OkStatus();
}

absl::StatusOr<RecordSecret> ReadSecret(const json& document) {
  ASSIGN_OR_RETURN(const std::string_view hex, Text(document, "secret"));
  RecordSecret secret;
  size_t length = 0;
  // FromHex would leave a copy on the heap. Upper case would be a second notation.
  const bool lower = hex.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!lower || hex.size() != 2 * RecordSecret::size() ||
      sodium_hex2bin(secret.data(), RecordSecret::size(), hex.data(), hex.size(), nullptr, &length,
                     nullptr) != 0 ||
      length != RecordSecret::size()) {
    return Refuse("secret", "must be 64 hexadecimal digits in lower case");
  }
  return secret;
}

absl::StatusOr<std::vector<Digest>> ReadPath(const json& document) {
  const json& array = document.at("commitment_path");
  if (!array.is_array()) return Refuse("commitment_path", "must be an array");
  if (array.size() > kMaxPathLength) return Refuse("commitment_path", "has more hashes than any batch needs");
  std::vector<Digest> path;
  for (size_t i = 0; i < array.size(); ++i) {
    const std::string field = fmt::format("commitment_path[{}]", i);
    if (!array[i].is_string()) return Refuse(field, "must be text");
    ASSIGN_OR_RETURN(Digest hash, Hash(field, array[i].get_ref<const std::string&>()));
    path.push_back(hash);
  }
  return path;
}

absl::StatusOr<Bytes> ReadReceipt(const json& document) {
  ASSIGN_OR_RETURN(const std::string_view text, Text(document, "receipt"));
  absl::StatusOr<Bytes> receipt = FromBase64(text);
  if (!receipt.ok()) return Refuse("receipt", "must be base64 with padding");
  if (receipt->size() > kMaxReceipt) return Refuse("receipt", "is longer than any receipt");
  return receipt;
}

ordered_json AttributesToJson(const Record& record) {
  ordered_json attributes = ordered_json::object();
  for (const Slot& slot : record.type->slots) {
    const std::optional<Bytes>& value = record.values[slot.number];
    if (!value) continue;
    attributes[std::string(slot.name)] = slot.type == ValueType::kBytes ? ToHex(*value) : *value;
  }
  return attributes;
}

// The first slot whose value JSON cannot carry.
std::string SlotThatIsNotUtf8(const Record& record) {
  for (const Slot& slot : record.type->slots) {
    const std::optional<Bytes>& value = record.values[slot.number];
    if (!value || slot.type == ValueType::kBytes) continue;
    try {
      std::string text = json(*value).dump();
      sodium_memzero(text.data(), text.size());
    } catch (const std::exception&) {
      return fmt::format("attributes.{}", slot.name);
    }
  }
  return "attributes";
}

}  // namespace

absl::StatusOr<std::string> WriteCredential(const Credential& credential) {
  const RecordType& type = *credential.record.type;
  ordered_json document;
  const WipeStringsOnExit wipe(document);
  document["format"] = kCredentialFormat;
  document["network"] = ToHex(credential.network);
  document["record_type"] = type.name;
  document["record_version"] = type.version;
  document["attributes"] = AttributesToJson(credential.record);
  std::string secret = ToHex(credential.secret.view());
  const WipeOnExit wipe_secret(secret);
  document["secret"] = secret;
  document["position"] = credential.position;
  document["commitment_path"] = ordered_json::array();
  for (const Digest& hash : credential.commitment_path) document["commitment_path"].push_back(ToHex(hash));
  document["receipt"] = ToBase64(credential.receipt);
  try {
    return document.dump(2) + "\n";
  } catch (const std::exception&) {
    return Refuse(SlotThatIsNotUtf8(credential.record), "is not UTF-8");
  }
}

absl::StatusOr<Credential> ReadCredential(std::string_view text) {
  ASSIGN_OR_RETURN(json document, Parse(text));
  const WipeStringsOnExit wipe(document);
  RETURN_IF_ERROR(CheckFields(document));
  ASSIGN_OR_RETURN(const std::string_view format, Text(document, "format"));
  if (format != kCredentialFormat) {
    return Refuse("format", fmt::format("this program reads \"{}\"", kCredentialFormat));
  }
  ASSIGN_OR_RETURN(const RecordType* type, Type(document));
  Credential credential(*type);
  RETURN_IF_ERROR(ReadAttributes(document, credential.record));
  ASSIGN_OR_RETURN(const std::string_view network, Text(document, "network"));
  ASSIGN_OR_RETURN(credential.network, Hash("network", network));
  ASSIGN_OR_RETURN(credential.secret, ReadSecret(document));
  ASSIGN_OR_RETURN(credential.position, Number(document, "position", ledger::kMaxBatchCount - 1));
  ASSIGN_OR_RETURN(credential.commitment_path, ReadPath(document));
  ASSIGN_OR_RETURN(credential.receipt, ReadReceipt(document));
  return credential;
}

}  // namespace symbolon::identity
