#pragma once
// RocksDB's log: warnings are passed on and the last ones kept, as they name the file that its error statuses
// often do not; everything below a warning is dropped, and no LOG file is written. Thread-safe.

#include <rocksdb/env.h>

#include <functional>
#include <memory>
#include <string>

namespace symbolon::storage {

class WarningLog {
 public:
  virtual ~WarningLog() = default;
  virtual std::shared_ptr<rocksdb::Logger> logger() = 0;
  // The last few warnings, oldest first, separated by "; ". Empty when there were none.
  virtual std::string Recent() const = 0;
};

std::shared_ptr<WarningLog> MakeWarningLog(std::function<void(const std::string&)> warn);

}  // namespace symbolon::storage
