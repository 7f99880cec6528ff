#include "storage/rocksdb_log.h"

#include <cstdarg>
#include <cstdio>
#include <deque>
#include <mutex>

namespace symbolon::storage {
namespace {

constexpr size_t kKept = 8;

class Lines {
 public:
  explicit Lines(std::function<void(const std::string&)> warn) : warn_(std::move(warn)) {}

  void Add(std::string line) {
    {
      std::lock_guard lock(mutex_);
      lines_.push_back(line);
      if (lines_.size() > kKept) lines_.pop_front();
    }
    if (warn_) warn_("RocksDB: " + line);
  }

  std::string Recent() const {
    std::lock_guard lock(mutex_);
    std::string out;
    for (const std::string& line : lines_) out += (out.empty() ? "" : "; ") + line;
    return out;
  }

 private:
  const std::function<void(const std::string&)> warn_;
  mutable std::mutex mutex_;
  std::deque<std::string> lines_;
};

class ForwardingLogger final : public rocksdb::Logger {
 public:
  explicit ForwardingLogger(std::shared_ptr<Lines> lines)
      : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL), lines_(std::move(lines)) {}

  using rocksdb::Logger::Logv;
  void Logv(rocksdb::InfoLogLevel level, const char* format, va_list args) override {
    // HEADER_LEVEL sorts above FATAL_LEVEL but is chatter.
    if (level < rocksdb::InfoLogLevel::WARN_LEVEL || level >= rocksdb::InfoLogLevel::HEADER_LEVEL) return;
    char line[512];
    std::vsnprintf(line, sizeof line, format, args);
    std::string text(line);
    while (!text.empty() && text.back() == '\n') text.pop_back();
    lines_->Add(std::move(text));
  }
  void LogHeader(const char*, va_list) override {}

 private:
  std::shared_ptr<Lines> lines_;
};

class WarningLogImpl final : public WarningLog {
 public:
  explicit WarningLogImpl(std::function<void(const std::string&)> warn)
      : lines_(std::make_shared<Lines>(std::move(warn))),
        logger_(std::make_shared<ForwardingLogger>(lines_)) {}
  std::shared_ptr<rocksdb::Logger> logger() override { return logger_; }
  std::string Recent() const override { return lines_->Recent(); }

 private:
  std::shared_ptr<Lines> lines_;
  std::shared_ptr<rocksdb::Logger> logger_;
};

}  // namespace

std::shared_ptr<WarningLog> MakeWarningLog(std::function<void(const std::string&)> warn) {
  return std::make_shared<WarningLogImpl>(std::move(warn));
}

}  // namespace symbolon::storage
