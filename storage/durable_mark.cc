#include "storage/durable_mark.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace symbolon::storage {
namespace {

constexpr size_t kBlock = 4096;  // no device tears less than a sector, and two copies never share one
constexpr size_t kPair = 2 * kBlock;
constexpr size_t kFileSize = 2 * kPair;
constexpr ByteView kMagic = "symbolon mark 1";

struct Generation {
  uint64_t number = 0;
  Promises promises;
};

Bytes EncodeBlock(const Generation& g) {
  Writer w;
  w.Label(kMagic)
      .U64(g.number)
      .U64(g.promises.last_index)
      .U64(g.promises.last_index_term)
      .U64(g.promises.term);
  w.U64(g.promises.vote).U64(g.promises.signed_size).Fixed(g.promises.signed_root);
  Bytes block = w.Take();
  const Digest checksum = Sha256(block);
  block.append(View(checksum));
  block.resize(kBlock, '\0');
  return block;
}

bool DecodeBlock(ByteView block, Generation* g) {
  Reader r(block, "durable mark");
  r.Label(kMagic);
  g->number = r.U64("generation");
  g->promises.last_index = r.U64("last index");
  g->promises.last_index_term = r.U64("term of last index");
  g->promises.term = r.U64("term");
  g->promises.vote = r.U64("vote");
  g->promises.signed_size = r.U64("signed size");
  g->promises.signed_root = r.Fixed32("signed root");
  if (!r.ok()) return false;
  const Digest expected = Sha256(block.substr(0, block.size() - r.remaining()));
  return r.Fixed32("checksum") == expected && r.ok();
}

// Both copies, over the generation before the last.
absl::Status WriteGeneration(const Generation& g, FixedFile* file) {
  const Bytes block = EncodeBlock(g);
  return file->Write((g.number % 2) * kPair, block + block);
}

absl::StatusOr<Generation> Newest(const Disk& disk, const std::string& path) {
  ASSIGN_OR_RETURN(const Bytes file, disk.Read(path, kFileSize));
  Generation newest;
  bool found = false;
  for (size_t at = 0; at + kBlock <= file.size(); at += kBlock) {
    Generation g;
    if (!DecodeBlock(ByteView(file).substr(at, kBlock), &g)) continue;
    if (!found || g.number > newest.number) newest = g;
    found = true;
  }
  if (!found) {
    return absl::DataLossError(
        fmt::format("{}: no copy of the durable mark is intact, so what this node has promised (votes, "
                    "acknowledged entries) is unknown; replace the node under a new identity",
                    path));
  }
  return newest;
}

}  // namespace

absl::Status DurableMark::Create(Disk* disk, const std::string& path) {
  if (disk->Exists(path)) return absl::AlreadyExistsError(fmt::format("{} exists already", path));
  const Bytes block = EncodeBlock({});
  Bytes file;
  for (size_t at = 0; at < kFileSize; at += kBlock) file += block;
  return disk->Replace(path, file, 0600);
}

absl::StatusOr<Promises> DurableMark::Read(const Disk& disk, const std::string& path) {
  ASSIGN_OR_RETURN(const Generation newest, Newest(disk, path));
  return newest.promises;
}

absl::StatusOr<std::unique_ptr<DurableMark>> DurableMark::Open(Disk* disk, const std::string& path) {
  ASSIGN_OR_RETURN(const Generation newest, Newest(*disk, path));
  ASSIGN_OR_RETURN(std::unique_ptr<FixedFile> file, disk->OpenFixed(path));
  // What was read may not be on the disk: a write that failed in an earlier process can have left it in the
  // page cache, marked clean (Rebello et al., ATC'20). Written again in its own place, so that the generation
  // before it stays whole whatever happens meanwhile.
  RETURN_IF_ERROR(WriteGeneration(newest, file.get()));
  return std::unique_ptr<DurableMark>(new DurableMark(std::move(file), newest.promises, newest.number));
}

Promises DurableMark::promises() const {
  std::lock_guard lock(mutex_);
  return promises_;
}

absl::StatusOr<uint64_t> DurableMark::Renew() {
  std::lock_guard lock(mutex_);
  RETURN_IF_ERROR(Write(promises_));
  return generation_;
}

absl::Status DurableMark::SetLog(uint64_t last_index, uint64_t last_index_term, uint64_t term,
                                 uint64_t vote) {
  std::lock_guard lock(mutex_);
  Promises p = promises_;
  p.last_index = last_index;
  p.last_index_term = last_index_term;
  p.term = term;
  p.vote = vote;
  return p == promises_ ? absl::OkStatus() : Write(p);
}

absl::Status DurableMark::SetSigned(uint64_t size, const Digest& root) {
  std::lock_guard lock(mutex_);
  Promises p = promises_;
  p.signed_size = size;
  p.signed_root = root;
  return p == promises_ ? absl::OkStatus() : Write(p);
}

absl::Status DurableMark::Write(const Promises& promises) {
  RETURN_IF_ERROR(WriteGeneration({generation_ + 1, promises}, file_.get()));
  promises_ = promises;
  ++generation_;
  return absl::OkStatus();
}

}  // namespace symbolon::storage
