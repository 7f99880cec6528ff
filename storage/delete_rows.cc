#include "storage/delete_rows.h"

#include <fmt/format.h>

#include <set>

#include "base/status_macros.h"

namespace symbolon::storage {
namespace {

// The keys of a range that a batch puts.
class PutKeys final : public rocksdb::WriteBatch::Handler {
 public:
  PutKeys(uint32_t family, ByteView begin, ByteView end) : family_(family), begin_(begin), end_(end) {}

  rocksdb::Status PutCF(uint32_t family, const rocksdb::Slice& key, const rocksdb::Slice&) override {
    const ByteView view = ToView(key);
    if (family == family_ && view >= begin_ && view < end_) keys_.emplace(view);
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(uint32_t, const rocksdb::Slice&) override { return rocksdb::Status::OK(); }

  const std::set<Bytes>& keys() const { return keys_; }

 private:
  const uint32_t family_;
  const ByteView begin_, end_;
  std::set<Bytes> keys_;
};

}  // namespace

absl::Status DeleteRows(const Database& database, Family family, ByteView begin, ByteView end,
                        bool large_scan, rocksdb::WriteBatch* batch) {
  rocksdb::ColumnFamilyHandle* const handle = database.handle(family);
  PutKeys put(handle->GetID(), begin, end);
  const std::string what = fmt::format("deleting rows of {}", kFamilyNames[static_cast<size_t>(family)]);
  RETURN_IF_ERROR(database.Convert(batch->Iterate(&put), what));
  for (const Bytes& key : put.keys()) batch->Delete(handle, key);
  auto it = database.Iterate(family, nullptr, large_scan);
  for (it->Seek(ToSlice(begin)); it->Valid() && ToView(it->key()) < end; it->Next())
    batch->Delete(handle, it->key());
  return database.Convert(it->status(), what);
}

}  // namespace symbolon::storage
