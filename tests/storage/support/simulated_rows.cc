#include "tests/storage/support/simulated_rows.h"

#include <rocksdb/write_batch.h>

#include <algorithm>

namespace symbolon::storage {
namespace {

constexpr size_t kBlock = 4096;

// Does to rows what a batch says.
class Applier final : public rocksdb::WriteBatch::Handler {
 public:
  explicit Applier(Families* families) : families_(*families) {}

  rocksdb::Status PutCF(uint32_t family, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
    Row& row = RowsOf(family)[Bytes(ToView(key))];
    row.value.assign(value.data(), value.size());
    row.unreadable = false;
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(uint32_t family, const rocksdb::Slice& key) override {
    Rows& rows = RowsOf(family);
    const auto it = rows.find(ToView(key));
    if (it != rows.end()) rows.erase(it);
    return rocksdb::Status::OK();
  }

 private:
  Rows& RowsOf(uint32_t family) { return families_.ToChange(static_cast<Family>(family)); }
  Families& families_;
};

class RowsIterator final : public rocksdb::Iterator {
 public:
  RowsIterator(std::shared_ptr<const Rows> rows, std::string file, bool verify, size_t prefix)
      : rows_(std::move(rows)),
        file_(std::move(file)),
        verify_(verify),
        prefix_size_(prefix),
        at_(rows_->end()) {}

  bool Valid() const override { return status_.ok() && at_ != rows_->end(); }
  void SeekToFirst() override { MoveTo(rows_->begin()); }
  void SeekToLast() override { MoveTo(rows_->empty() ? rows_->end() : std::prev(rows_->end())); }
  void Seek(const rocksdb::Slice& target) override {
    prefix_ = Bytes(ToView(target).substr(0, prefix_size_));
    MoveTo(rows_->lower_bound(ToView(target)));
  }
  void SeekForPrev(const rocksdb::Slice& target) override {
    const auto after = rows_->upper_bound(ToView(target));
    MoveTo(after == rows_->begin() ? rows_->end() : std::prev(after));
  }
  void Next() override { MoveTo(std::next(at_)); }
  void Prev() override { MoveTo(at_ == rows_->begin() ? rows_->end() : std::prev(at_)); }
  rocksdb::Slice key() const override { return at_->first; }
  rocksdb::Slice value() const override { return at_->second.value; }
  rocksdb::Status status() const override { return status_; }

 private:
  void MoveTo(Rows::const_iterator to) {
    at_ = to;
    status_ = rocksdb::Status::OK();
    if (at_ == rows_->end()) return;
    if (!at_->first.starts_with(prefix_)) {
      at_ = rows_->end();
    } else if (verify_ && at_->second.in_bad_block) {
      status_ = BadBlock(file_);
    }
  }

  const std::shared_ptr<const Rows> rows_;
  const std::string file_;
  const bool verify_;
  const size_t prefix_size_;
  Bytes prefix_;
  Rows::const_iterator at_;
  rocksdb::Status status_;
};

// First and one past the last row of the block that holds `key`: blocks are filled in order of keys.
std::pair<Rows::iterator, Rows::iterator> BlockOf(Rows& rows, ByteView key) {
  auto begin = rows.begin();
  size_t size = 0;
  for (auto it = rows.begin(); it != rows.end(); ++it) {
    if (size >= kBlock) {
      if (ByteView(it->first) > key) return {begin, it};
      begin = it;
      size = 0;
    }
    size += it->first.size() + it->second.value.size();
  }
  return {begin, rows.end()};
}

}  // namespace

Families::Families() {
  for (auto& rows : rows_) rows = std::make_shared<Rows>();
}

Families Families::Copy() const {
  Families copy;
  for (size_t i = 0; i < rows_.size(); ++i) *copy.rows_[i] = *rows_[i];
  return copy;
}

Rows& Families::ToChange(Family family) {
  std::shared_ptr<Rows>& rows = rows_[static_cast<size_t>(family)];
  if (rows.use_count() > 1) rows = std::make_shared<Rows>(*rows);
  return *rows;
}

rocksdb::Status Families::Apply(const Bytes& batch) {
  Applier applier(this);
  return rocksdb::WriteBatch(batch).Iterate(&applier);
}

uint64_t Families::ByteCount() const {
  uint64_t total = 0;
  for (const auto& rows : rows_) {
    for (const auto& [key, row] : *rows) total += key.size() + row.value.size();
  }
  return total;
}

bool Families::IsDamaged() const {
  return std::any_of(rows_.begin(), rows_.end(), [](const auto& rows) {
    return std::any_of(rows->begin(), rows->end(),
                       [](const auto& row) { return row.second.unreadable || row.second.in_bad_block; });
  });
}

bool Families::FlipBit(Family family, ByteView key, uint64_t offset, uint8_t bit) {
  Rows& rows = ToChange(family);
  const auto it = rows.find(key);
  if (it == rows.end() || offset >= it->second.value.size()) return false;
  char& byte = it->second.value[offset];
  byte = static_cast<char>(byte ^ (1 << (bit % 8)));
  const auto [begin, end] = BlockOf(rows, key);
  for (auto row = begin; row != end; ++row) row->second.unreadable = row->second.in_bad_block = true;
  return true;
}

std::unique_ptr<rocksdb::Iterator> IterateRows(std::shared_ptr<const Rows> rows, std::string file,
                                               bool verify, size_t prefix) {
  return std::make_unique<RowsIterator>(std::move(rows), std::move(file), verify, prefix);
}

rocksdb::Status BadBlock(const std::string& file) {
  return rocksdb::Status::Corruption("block checksum mismatch", file);
}

}  // namespace symbolon::storage
