#include "storage/unverified_reader.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "base/encoding.h"
#include "storage/database.h"
#include "storage/disk.h"
#include "storage/file_descriptor.h"
#include "storage/store_files.h"

namespace symbolon::storage {
namespace {

using Take = std::function<absl::Status(uint64_t index, StoredEntry entry)>;

constexpr int kMostProcesses = 64;
constexpr int kMostVain = 3;
constexpr int kPatienceMs = 30000;
constexpr size_t kHead = 8 + 8 + 1 + 4 + 4;  // index, term, kind, lengths of header and body; then those
constexpr uint32_t kMaxPart = 64 << 20;
// The kind in a head that only says which entry is read next.
constexpr uint8_t kBegins = 255;

absl::Status ReadHere(const Options& options, const std::vector<uint64_t>& indexes, const Take& take,
                      const std::function<void(uint64_t)>& begins) {
  const auto database = options.disk->OpenDatabase(options, DatabasePath(options), WalEnd::kSkipDamage,
                                                   Access::kReadUnverified);
  if (!database.ok()) return absl::OkStatus();
  for (const uint64_t index : indexes) {
    begins(index);
    EntryReader reader(**database, index, nullptr, /*large_scan=*/false);
    absl::StatusOr<StoredEntry> entry = reader.Next();
    if (!entry.ok()) continue;
    const absl::Status taken = take(index, *std::move(entry));
    if (!taken.ok()) return taken;
  }
  return absl::OkStatus();
}

void WriteAll(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written <= 0) _exit(1);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

Bytes Head(uint64_t index, uint64_t term, uint8_t kind, size_t header, size_t body) {
  Writer head;
  head.U64(index).U64(term).U8(kind).U32(static_cast<uint32_t>(header)).U32(static_cast<uint32_t>(body));
  return head.Take();
}

// The child. It has nothing to say but what it reads: no core, no last words, and it does not outlive whoever
// asked.
[[noreturn]] void ReadAndExit(const Options& options, const std::vector<uint64_t>& indexes, int out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (const int null = open("/dev/null", O_WRONLY); null >= 0) dup2(null, STDERR_FILENO);
  (void)ReadHere(
      options, indexes,
      [&](uint64_t index, const StoredEntry& entry) {
        WriteAll(out, Head(index, entry.term.value(), static_cast<uint8_t>(entry.kind), entry.header.size(),
                           entry.body.size()));
        WriteAll(out, entry.header);
        WriteAll(out, entry.body);
        return absl::OkStatus();
      },
      [&](uint64_t index) { WriteAll(out, Head(index, 0, kBegins, 0, 0)); });
  _exit(0);
}

// Nothing when the other end is closed, or silent for too long.
std::optional<Bytes> ReadAll(int fd, size_t size) {
  Bytes bytes(size, '\0');
  for (size_t at = 0; at < size;) {
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, kPatienceMs) <= 0) return std::nullopt;
    const ssize_t got = read(fd, bytes.data() + at, size - at);
    if (got <= 0) return std::nullopt;
    at += static_cast<size_t>(got);
  }
  return bytes;
}

// Takes what one child reads. Returns at which entry it ended; nothing when it had come to its end.
absl::StatusOr<std::optional<uint64_t>> TakeFrom(int in, const Take& take) {
  std::optional<uint64_t> at;
  while (const auto bytes = ReadAll(in, kHead)) {
    Reader head(*bytes, "head of an entry");
    const uint64_t index = head.U64("index");
    StoredEntry entry{.term = consensus::Term(head.U64("term")), .kind = {}, .header = {}, .body = {}};
    const uint8_t kind = head.U8("kind");
    const uint32_t header = head.U32("header"), body = head.U32("body");
    if (kind == kBegins) {
      at = index;
      continue;
    }
    if (header > kMaxPart || body > kMaxPart) break;
    entry.kind = static_cast<consensus::EntryKind>(kind);
    auto header_bytes = ReadAll(in, header);
    auto body_bytes = header_bytes ? ReadAll(in, body) : std::nullopt;
    if (!body_bytes) break;
    entry.header = *std::move(header_bytes);
    entry.body = *std::move(body_bytes);
    if (absl::Status taken = take(index, std::move(entry)); !taken.ok()) return taken;
  }
  return at;
}

}  // namespace

absl::Status ReadUnverified(const Options& options, const std::vector<uint64_t>& indexes, const Take& take) {
  if (options.disk != OperatingSystemDisk()) return ReadHere(options, indexes, take, [](uint64_t) {});
  std::vector<uint64_t> left = indexes;
  int vain = 0;
  for (int i = 0; i < kMostProcesses && !left.empty(); ++i) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return absl::OkStatus();
    const FileDescriptor in(ends[0]);
    FileDescriptor out(ends[1]);
    const pid_t child = fork();
    if (child < 0) return absl::OkStatus();
    if (child == 0) ReadAndExit(options, left, out.get());
    out = FileDescriptor();
    const auto at = TakeFrom(in.get(), take);
    kill(child, SIGKILL);
    int how = 0;
    waitpid(child, &how, 0);
    if (!at.ok()) return at.status();
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) return absl::OkStatus();
    if (*at) std::erase_if(left, [&](uint64_t index) { return index <= **at; });
    // Before it began: other threads of this process may have held a lock when it was forked, for ever then.
    if (!*at && ++vain == kMostVain) return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace symbolon::storage
