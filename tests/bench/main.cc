// symbolon-bench: this project beside etcd and plain gRPC, on one machine, in one go.

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "base/status_macros.h"
#include "storage/atomic_file.h"
#include "tests/bench/bulk.h"
#include "tests/bench/echo.h"
#include "tests/bench/failover.h"
#include "tests/bench/learner.h"
#include "tests/bench/load.h"
#include "tests/bench/options.h"
#include "tests/bench/process_stats.h"
#include "tests/bench/setup.h"
#include "tests/bench/table.h"
#include "tests/bench/writes.h"

namespace symbolon::bench {
namespace {

constexpr int kFailed = 1;
constexpr int kUsageError = 2;

// A new folder, removed at the end.
class TemporaryFolder {
 public:
  static absl::StatusOr<TemporaryFolder> Make(const Options& options) {
    const std::filesystem::path parent =
        options.dir.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(options.dir);
    std::string path = (parent / "symbolon-bench-XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) return storage::ErrnoStatus(errno, "making a folder", path);
    return TemporaryFolder(path);
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const TemporaryFolder folder, TemporaryFolder::Make(options));
  Report report;
  DescribeSetup(options, folder.path(), report);
  using Measure = absl::Status (*)(const Options&, const std::string&, Report&);
  const std::pair<const char*, Measure> groups[] = {{"writes", &MeasureWrites},
                                                    {"bulk", &MeasureBulk},
                                                    {"failover", &MeasureFailover},
                                                    {"learner", &MeasureLearner}};
  absl::Status first;
  for (const auto& [name, measure] : groups) {
    if (!options.Wants(name) || Interrupted()) continue;
    const OthersWatch others;
    const absl::Status status = Annotate(measure(options, folder.path() + "/" + name, report), name);
    report.Add(fmt::format("{}: share of the processors that other programs took", name),
               100 * others.Share(), "%");
    if (!status.ok()) report.setup.emplace_back("not measured", std::string(status.message()));
    if (first.ok()) first = status;
  }
  fmt::print("{}", report.Text());
  if (!options.json_file.empty()) {
    RETURN_IF_ERROR(storage::WriteFileAtomically(options.json_file, report.ToJson().dump(2) + "\n"));
  }
  return first;
}

int Main(int argc, char** argv) {
  if (argc == 5 && std::string_view(argv[1]) == "--echo-server") {
    return ServeEcho(std::atoi(argv[2]), argv[3], static_cast<size_t>(std::atoll(argv[4])));
  }
  if (argc == 2 && std::string_view(argv[1]) == "--help") {
    fmt::print("{}", kUsage);
    return 0;
  }
  const auto options = ParseOptions(argc, argv);
  if (!options.ok()) {
    fmt::print(stderr, "{}\n{}", std::string(options.status().message()), kUsage);
    return kUsageError;
  }
  CatchInterrupts();
  const absl::Status status = Run(*options);
  if (status.ok()) return 0;
  fmt::print(stderr, "symbolon-bench: {}\n", std::string(status.message()));
  return kFailed;
}

}  // namespace
}  // namespace symbolon::bench

int main(int argc, char** argv) {
  return symbolon::bench::Main(argc, argv);
}
