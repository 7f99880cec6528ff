#pragma once
// Rows of a simulated database: one ordered map for each family, shared by who reads and copied by who
// writes.

#include <rocksdb/iterator.h>
#include <rocksdb/snapshot.h>

#include <array>
#include <map>
#include <memory>
#include <string>

#include "storage/database.h"

namespace symbolon::storage {

struct Row {
  Bytes value;
  bool unreadable = false;  // the value lies in a damaged block
  bool in_bad_block =
      false;  // what lay here before did: iterators fail on it also when the row is written anew
};

// Ordered as by RocksDB's bytewise comparator.
using Rows = std::map<Bytes, Row, std::less<>>;

class Families {
 public:
  Families();
  // Independent of the original from here on.
  Families Copy() const;

  std::shared_ptr<const Rows> rows(Family family) const { return rows_[static_cast<size_t>(family)]; }
  Rows& ToChange(Family family);
  // A batch as RocksDB encodes it (WriteBatch::Data).
  rocksdb::Status Apply(const Bytes& batch);
  uint64_t ByteCount() const;
  bool IsDamaged() const;

  // Marks the block of some 4 KiB around the row as damaged, and flips a bit of the row's value. False when
  // there is no such row or byte.
  bool FlipBit(Family family, ByteView key, uint64_t offset, uint8_t bit);

 private:
  std::array<std::shared_ptr<Rows>, kFamilyNames.size()> rows_;
};

struct SimulatedSnapshot final : public rocksdb::Snapshot {
  explicit SimulatedSnapshot(const Families& f) : families(f) {}
  rocksdb::SequenceNumber GetSequenceNumber() const override { return 0; }
  int64_t GetUnixTime() const override { return 0; }
  uint64_t GetTimestamp() const override { return 0; }
  const Families families;
};

// `prefix` > 0: the iterator ends where the first so many bytes of a key are no longer those of Seek's
// target.
std::unique_ptr<rocksdb::Iterator> IterateRows(std::shared_ptr<const Rows> rows, std::string file,
                                               bool verify, size_t prefix);

rocksdb::Status BadBlock(const std::string& file);

}  // namespace symbolon::storage
