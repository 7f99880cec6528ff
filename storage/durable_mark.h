#pragma once
// The durable mark: what this node has promised to others, kept apart from the log so that a log that lost
// its end can be told from a log whose last write was torn before anybody was told (CTRL, FAST'18 section 3;
// docs/storage.md).
//
// One file of four 4 KiB blocks: two generations, each in two copies with a checksum. A write replaces both
// copies of the older generation in one synced write; so a torn write leaves the newer one whole, and bit rot
// in one copy leaves the other. Thread-safe.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <memory>
#include <mutex>
#include <string>

#include "base/bytes.h"
#include "storage/disk.h"

namespace symbolon::storage {

struct Promises {
  uint64_t last_index = 0;       // Raft index up to which the log was reported durable
  uint64_t last_index_term = 0;  // the term of that entry
  uint64_t term = 0;             // of the hard state
  uint64_t vote = 0;             // node number, 0 none
  uint64_t signed_size = 0;      // largest checkpoint that was signed
  Digest signed_root{};

  bool operator==(const Promises&) const = default;
};

class DurableMark {
 public:
  // A new file that promises nothing. Fails if there is one.
  static absl::Status Create(Disk* disk, const std::string& path);
  // DataLoss if neither generation has an intact copy, NotFound if there is no file.
  static absl::StatusOr<std::unique_ptr<DurableMark>> Open(Disk* disk, const std::string& path);
  static absl::StatusOr<Promises> Read(const Disk& disk, const std::string& path);

  Promises promises() const;
  // The same promises as a new generation. Returns its number, which no earlier one has had.
  absl::StatusOr<uint64_t> Renew();

  // Returns when the promises are durable. Any error is final: the caller stops promising.
  [[nodiscard]] absl::Status SetLog(uint64_t last_index, uint64_t last_index_term, uint64_t term,
                                    uint64_t vote);
  [[nodiscard]] absl::Status SetSigned(uint64_t size, const Digest& root);

 private:
  DurableMark(std::unique_ptr<FixedFile> file, Promises promises, uint64_t generation)
      : file_(std::move(file)), promises_(promises), generation_(generation) {}
  absl::Status Write(const Promises& promises);

  mutable std::mutex mutex_;
  const std::unique_ptr<FixedFile> file_;  // guarded by mutex_
  Promises promises_;
  uint64_t generation_;
};

}  // namespace symbolon::storage
