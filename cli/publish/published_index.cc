#include "cli/publish/published_index.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/encoding.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr char kMagic[] = "symbolon/published/v1";
constexpr size_t kHeadSize = sizeof(kMagic) + 32;  // the literal's own zero byte ends the label
constexpr size_t kRowSize = 16 + 16 + 8;
constexpr size_t kBlockHeadSize = 4 + 8;
constexpr size_t kChecksumSize = 16;
constexpr size_t kMaxFileBytes = size_t{16} << 30;

Fingerprint FingerprintFrom(ByteView bytes) {
  Fingerprint f;
  std::memcpy(f.data(), bytes.data(), f.size());
  return f;
}

absl::Status WriteAll(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return storage::ErrnoStatus(errno, "writing", "the index of published records");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

}  // namespace

size_t PublishedIndex::Hash::operator()(const Fingerprint& f) const {
  size_t h;
  std::memcpy(&h, f.data(), sizeof h);  // a keyed hash already
  return h;
}

PublishedIndex::~PublishedIndex() {
  if (fd_ >= 0) close(fd_);
}

absl::StatusOr<std::unique_ptr<PublishedIndex>> PublishedIndex::Open(const std::string& file) {
  auto index = std::unique_ptr<PublishedIndex>(new PublishedIndex);
  if (!storage::FileExists(file)) {
    randombytes_buf(index->key_.data(), index->key_.size());
    RETURN_IF_ERROR(
        storage::WriteFileAtomically(file, Writer().Label(kMagic).Raw(View(index->key_)).bytes(), 0600));
  }
  index->fd_ = open(file.c_str(), O_WRONLY | O_CLOEXEC);
  if (index->fd_ < 0) return storage::ErrnoStatus(errno, "opening", file);
  // Two runs at once would each attest what the other has not noted yet. The lock goes with the process.
  if (flock(index->fd_, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        fmt::format("another publication works in the folder of {}: wait until it ends", file));
  }
  ASSIGN_OR_RETURN(Bytes stored, storage::ReadWholeFile(file, kMaxFileBytes));
  RETURN_IF_ERROR(index->Load(file, stored));
  return index;
}

absl::Status PublishedIndex::Load(const std::string& file, const Bytes& stored) {
  if (stored.size() < kHeadSize || ByteView(stored).substr(0, sizeof(kMagic)) != ByteView(kMagic, sizeof(kMagic))) {
    return absl::DataLossError(fmt::format("{}: not an index of published records", file));
  }
  std::memcpy(key_.data(), stored.data() + sizeof(kMagic), key_.size());
  size_t good = kHeadSize;
  while (stored.size() - good >= kBlockHeadSize) {
    Reader r(ByteView(stored).substr(good), "published block");
    const uint32_t count = r.U32("count");
    r.U64("sequence");
    if (!r.CanHold(count, kRowSize, "count") || r.remaining() < count * kRowSize + kChecksumSize) break;
    const size_t body = kBlockHeadSize + count * kRowSize;
    const ByteView block = ByteView(stored).substr(good, body);
    if (View(Keyed(block)) != ByteView(stored).substr(good + body, kChecksumSize)) break;
    for (uint32_t i = 0; i < count; ++i) {
      PublishedRow row;
      row.key = FingerprintFrom(r.Raw(16, "key"));
      row.content = FingerprintFrom(r.Raw(16, "content"));
      row.attestation_number = r.U64("number");
      rows_[row.key] = row;
    }
    good += body + kChecksumSize;
  }
  // What follows the last whole block was being written when a process or the power went.
  if (ftruncate(fd_, static_cast<off_t>(good)) != 0 || lseek(fd_, 0, SEEK_END) < 0) {
    return storage::ErrnoStatus(errno, "truncating", file);
  }
  return absl::OkStatus();
}

Fingerprint PublishedIndex::Keyed(ByteView data) const {
  Fingerprint f;
  crypto_generichash(f.data(), f.size(), Data(data), data.size(), key_.data(), key_.size());
  return f;
}

PublishedRow PublishedIndex::RowOf(const identity::Record& record) const {
  Writer key;
  key.U16(record.type->type).U8(record.type->version).Vec16(record.values[record.type->key_slot].value_or(""));
  Writer content;
  for (size_t slot = 0; slot < record.values.size(); ++slot) {
    content.U8(record.values[slot].has_value()).Vec16(record.values[slot].value_or(""));
  }
  PublishedRow row;
  row.key = Keyed(key.bytes());
  row.content = Keyed(content.bytes());
  Bytes personal = content.Take();
  WipeOnExit wipe(personal);
  return row;
}

const PublishedRow* PublishedIndex::Find(const Fingerprint& key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second;
}

absl::Status PublishedIndex::Append(uint64_t sequence, const std::vector<PublishedRow>& rows) {
  Writer block;
  block.U32(static_cast<uint32_t>(rows.size())).U64(sequence);
  for (const PublishedRow& row : rows) block.Raw(View(row.key)).Raw(View(row.content)).U64(row.attestation_number);
  block.Raw(View(Keyed(block.bytes())));
  RETURN_IF_ERROR(WriteAll(fd_, block.bytes()));
  if (fdatasync(fd_) != 0) return storage::ErrnoStatus(errno, "syncing", "the index of published records");
  for (const PublishedRow& row : rows) rows_[row.key] = row;
  return absl::OkStatus();
}

}  // namespace symbolon::cli
