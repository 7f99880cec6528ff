#pragma once
// What a person or a script sees: text with colour on a terminal only, or one JSON object a line with --json.

#include <absl/status/status.h>

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace symbolon::cli {

using Json = nlohmann::ordered_json;

class Console {
 public:
  explicit Console(bool json);

  bool json() const { return json_; }

  // For people, on standard output; nothing with --json.
  void Line(const std::string& text) const;
  // "✓ text" in green or "✗ text" in red.
  void Good(const std::string& text) const;
  void Bad(const std::string& text) const;
  // For scripts: one line on standard output, only with --json.
  void Object(const Json& object) const;
  // An error: on standard error for people, {"ok": false, "error": {...}} on standard output for scripts.
  void Error(const absl::Status& status) const;
  // A remark on standard error, not with --json.
  void Note(const std::string& text) const;

 private:
  void Marked(const char* mark, const char* colour, const std::string& text) const;

  bool json_;
  bool colour_out_;
  bool colour_err_;
};

// A bar on standard error while long work runs; silent with --json or when standard error is no terminal.
class Progress {
 public:
  // `total` 0: unknown, then only the count is shown.
  Progress(const Console& console, std::string label, uint64_t total);
  ~Progress();  // clears the line
  void Set(uint64_t done);

 private:
  void Draw(uint64_t done);

  bool shown_;
  std::string label_;
  uint64_t total_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace symbolon::cli
