#pragma once
// Structured logs: one JSON object a line on standard error, an event name and its fields. Fields are
// numbers, names of nodes and agencies, and error messages; never personal data, keys or what a request
// contained.

#include <absl/strings/string_view.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace symbolon::node {

struct LogField {
  std::string_view name;
  std::variant<int64_t, uint64_t, bool, std::string_view> value;

  LogField(std::string_view n, int64_t v) : name(n), value(v) {}
  LogField(std::string_view n, int v) : name(n), value(static_cast<int64_t>(v)) {}
  LogField(std::string_view n, uint64_t v) : name(n), value(v) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, absl::string_view v) : name(n), value(std::string_view(v.data(), v.size())) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
};

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error"; anything else is info.
LogLevel LogLevelFromName(std::string_view name);

// Thread-safe. One of each node, so that several nodes of one process can be told apart.
class Logger {
 public:
  // To standard error.
  Logger(std::string node_name, LogLevel least);
  // Lines go to `sink` instead, one call at a time. `wall_ms`: milliseconds since 1970, by the system's clock
  // when it is null.
  Logger(std::string node_name, LogLevel least, std::function<void(const std::string& line)> sink,
         std::function<uint64_t()> wall_ms = nullptr);
  ~Logger();

  using Fields = std::initializer_list<LogField>;
  void Debug(std::string_view event, Fields fields = {}) { Write(LogLevel::kDebug, event, fields); }
  void Info(std::string_view event, Fields fields = {}) { Write(LogLevel::kInfo, event, fields); }
  void Warning(std::string_view event, Fields fields = {}) { Write(LogLevel::kWarning, event, fields); }
  void Error(std::string_view event, Fields fields = {}) { Write(LogLevel::kError, event, fields); }

 private:
  void Write(LogLevel level, std::string_view event, Fields fields);

  struct Output;
  const std::string node_name_;
  const LogLevel least_;
  const std::function<uint64_t()> wall_ms_;
  std::unique_ptr<Output> output_;
};

}  // namespace symbolon::node
