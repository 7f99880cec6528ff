#pragma once
// A strict view of a TOML file: every error names file, line and field; unknown fields are refused.
// toml11 does the parsing and stays behind this header (its exceptions too).

#include <absl/status/statusor.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace symbolon {

// A table of a TOML file. Cheap to copy; read-only; thread-safe.
class TomlTable {
 public:
  // `name` is the file's name in messages. Files over 1 MiB or nested more than 64 deep are refused.
  static absl::StatusOr<TomlTable> Parse(const std::string& text, const std::string& name);

  bool Has(const std::string& key) const;
  // Every field of this table, sorted.
  std::vector<std::string> Keys() const;
  absl::StatusOr<std::string> String(const std::string& key) const;
  absl::StatusOr<std::string> StringOr(const std::string& key, const std::string& otherwise) const;
  // InvalidArgument outside [min, max].
  absl::StatusOr<int64_t> Integer(const std::string& key, int64_t min, int64_t max) const;
  absl::StatusOr<int64_t> IntegerOr(const std::string& key, int64_t min, int64_t max,
                                    int64_t otherwise) const;
  absl::StatusOr<std::vector<std::string>> Strings(const std::string& key) const;
  absl::StatusOr<TomlTable> Table(const std::string& key) const;
  // An array of tables; an absent one is empty.
  absl::StatusOr<std::vector<TomlTable>> Tables(const std::string& key) const;
  // Refuses any field that is not named here (a misspelt setting must not be ignored).
  absl::Status OnlyThese(std::initializer_list<const char*> keys) const;
  // An error about a field, with file and line.
  absl::Status Error(const std::string& key, const std::string& why) const;

 private:
  struct Node;
  explicit TomlTable(std::shared_ptr<const Node> node) : node_(std::move(node)) {}
  std::shared_ptr<const Node> node_;
};

}  // namespace symbolon
