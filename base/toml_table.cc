#include "base/toml_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <toml.hpp>

#include "base/status_macros.h"

namespace symbolon {

struct TomlTable::Node {
  toml::value value;
  std::string file;
  std::string path;  // "" at the top, else "agency[2]."
};

namespace {

constexpr size_t kMaxBytes = size_t{1} << 20;
constexpr int kMaxDepth = 64;

// The position after the string that begins at `i`, a quotation mark.
size_t SkipString(const std::string& text, size_t i) {
  const char quote = text[i];
  const std::string triple(3, quote);
  if (text.compare(i, 3, triple) == 0) {
    const size_t end = text.find(triple, i + 3);
    return end == std::string::npos ? text.size() : end + 3;
  }
  for (++i; i < text.size() && text[i] != quote && text[i] != '\n'; ++i) {
    if (quote == '"' && text[i] == '\\') ++i;
  }
  return i + 1;
}

// The parser recurses on brackets and dotted keys, so a deep file would overflow the stack.
bool IsTooDeep(const std::string& text) {
  int brackets = 0;
  int dots = 0;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      i = SkipString(text, i);
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (c == '[' || c == '{') ++brackets;
    if ((c == ']' || c == '}') && brackets > 0) --brackets;
    dots = c == '\n' || c == '=' || c == ',' ? 0 : dots + (c == '.' ? 1 : 0);
    if (brackets > kMaxDepth || dots > kMaxDepth) return true;
    ++i;
  }
  return false;
}

}  // namespace

absl::StatusOr<TomlTable> TomlTable::Parse(const std::string& text, const std::string& name) {
  if (text.size() > kMaxBytes || IsTooDeep(text)) {
    return absl::InvalidArgumentError(fmt::format("{}: over {} bytes or nested too deep", name, kMaxBytes));
  }
  try {
    std::istringstream in(text);
    return TomlTable(std::make_shared<Node>(Node{toml::parse(in, name), name, ""}));
  } catch (const toml::syntax_error& e) {
    // The library's message quotes the text around the error; only the line number is passed on.
    return absl::InvalidArgumentError(fmt::format("{}, line {}: not valid TOML", name, e.location().line()));
  } catch (const std::exception&) {
    return absl::InvalidArgumentError(fmt::format("{}: not valid TOML", name));
  }
}

bool TomlTable::Has(const std::string& key) const {
  const auto& table = node_->value.as_table();
  return table.find(key) != table.end();
}

std::vector<std::string> TomlTable::Keys() const {
  std::vector<std::string> keys;
  for (const auto& [key, value] : node_->value.as_table()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

absl::Status TomlTable::Error(const std::string& key, const std::string& why) const {
  const auto& table = node_->value.as_table();
  const auto found = table.find(key);
  const auto line = (found == table.end() ? node_->value : found->second).location().line();
  return absl::InvalidArgumentError(
      fmt::format("{}, line {}, field {}{}: {}", node_->file, line, node_->path, key, why));
}

absl::StatusOr<std::string> TomlTable::String(const std::string& key) const {
  if (!Has(key)) return Error(key, "is missing");
  const toml::value& v = node_->value.as_table().at(key);
  if (!v.is_string()) return Error(key, "must be a text in quotes");
  return v.as_string().str;
}

absl::StatusOr<std::string> TomlTable::StringOr(const std::string& key, const std::string& otherwise) const {
  return Has(key) ? String(key) : otherwise;
}

absl::StatusOr<int64_t> TomlTable::Integer(const std::string& key, int64_t min, int64_t max) const {
  if (!Has(key)) return Error(key, "is missing");
  const toml::value& v = node_->value.as_table().at(key);
  if (!v.is_integer()) return Error(key, "must be a whole number");
  if (v.as_integer() < min || v.as_integer() > max)
    return Error(key, fmt::format("must be from {} to {}", min, max));
  return v.as_integer();
}

absl::StatusOr<int64_t> TomlTable::IntegerOr(const std::string& key, int64_t min, int64_t max,
                                             int64_t otherwise) const {
  return Has(key) ? Integer(key, min, max) : otherwise;
}

absl::StatusOr<std::vector<std::string>> TomlTable::Strings(const std::string& key) const {
  std::vector<std::string> out;
  if (!Has(key)) return out;
  const toml::value& v = node_->value.as_table().at(key);
  if (!v.is_array()) return Error(key, "must be a list of texts");
  for (const toml::value& item : v.as_array()) {
    if (!item.is_string()) return Error(key, "must be a list of texts");
    out.push_back(item.as_string().str);
  }
  return out;
}

absl::StatusOr<TomlTable> TomlTable::Table(const std::string& key) const {
  if (!Has(key)) return Error(key, fmt::format("is missing (a table [{}])", key));
  const toml::value& v = node_->value.as_table().at(key);
  if (!v.is_table()) return Error(key, "must be a table");
  return TomlTable(std::make_shared<Node>(Node{v, node_->file, fmt::format("{}{}.", node_->path, key)}));
}

absl::StatusOr<std::vector<TomlTable>> TomlTable::Tables(const std::string& key) const {
  std::vector<TomlTable> out;
  if (!Has(key)) return out;
  const toml::value& v = node_->value.as_table().at(key);
  if (!v.is_array()) return Error(key, fmt::format("must be a list of tables ([[{}]])", key));
  for (const toml::value& item : v.as_array()) {
    if (!item.is_table()) return Error(key, fmt::format("must be a list of tables ([[{}]])", key));
    const std::string path = fmt::format("{}{}[{}].", node_->path, key, out.size() + 1);
    out.push_back(TomlTable(std::make_shared<Node>(Node{item, node_->file, path})));
  }
  return out;
}

absl::Status TomlTable::OnlyThese(std::initializer_list<const char*> keys) const {
  for (const auto& [key, value] : node_->value.as_table()) {
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) return Error(key, "is not known here");
  }
  return absl::OkStatus();
}

}  // namespace symbolon
