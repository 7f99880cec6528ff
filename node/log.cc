#include "node/log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <mutex>

namespace symbolon::node {
namespace {

constexpr const char* kLevelNames[] = {"debug", "info", "warning", "error"};

// RFC 8259 section 7. Error messages may quote bytes from outside: anything that is not plain ASCII is
// escaped, so that a line is always valid JSON and always one line.
void AppendJsonString(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendField(std::string& out, const LogField& field) {
  out += ',';
  AppendJsonString(out, field.name);
  out += ':';
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    AppendJsonString(out, *text);
  } else if (const auto* flag = std::get_if<bool>(&field.value)) {
    out += *flag ? "true" : "false";
  } else if (const auto* number = std::get_if<int64_t>(&field.value)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else {
    fmt::format_to(std::back_inserter(out), "{}", std::get<uint64_t>(field.value));
  }
}

std::string Timestamp(uint64_t wall_ms) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(static_cast<std::time_t>(wall_ms / 1000)),
                     wall_ms % 1000);
}

uint64_t SystemMilliseconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

class CallbackSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit CallbackSink(std::function<void(const std::string&)> callback) : callback_(std::move(callback)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    callback_(std::string(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

  const std::function<void(const std::string&)> callback_;
};

}  // namespace

LogLevel LogLevelFromName(std::string_view name) {
  for (size_t i = 0; i < std::size(kLevelNames); ++i) {
    if (name == kLevelNames[i]) return static_cast<LogLevel>(i);
  }
  return LogLevel::kInfo;
}

struct Logger::Output {
  explicit Output(spdlog::sink_ptr sink) : logger("symbolond", std::move(sink)) {
    logger.set_pattern("%v");
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::trace);
    logger.set_error_handler(
        [](const std::string&) {});  // a full disk under the log must not add to the trouble
  }
  spdlog::logger logger;
};

Logger::Logger(std::string node_name, LogLevel least)
    : node_name_(std::move(node_name)),
      least_(least),
      wall_ms_(SystemMilliseconds),
      output_(std::make_unique<Output>(std::make_shared<spdlog::sinks::stderr_sink_mt>())) {}

Logger::Logger(std::string node_name, LogLevel least, std::function<void(const std::string& line)> sink,
               std::function<uint64_t()> wall_ms)
    : node_name_(std::move(node_name)),
      least_(least),
      wall_ms_(wall_ms ? std::move(wall_ms) : SystemMilliseconds),
      output_(std::make_unique<Output>(std::make_shared<CallbackSink>(std::move(sink)))) {}

Logger::~Logger() = default;

void Logger::Write(LogLevel level, std::string_view event, Fields fields) {
  if (level < least_) return;
  std::string line = fmt::format(R"({{"time":"{}","level":"{}")", Timestamp(wall_ms_()),
                                 kLevelNames[static_cast<size_t>(level)]);
  AppendField(line, {"node", node_name_});
  AppendField(line, {"event", event});
  for (const LogField& field : fields) AppendField(line, field);
  line += '}';
  output_->logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace symbolon::node
