#include <fmt/format.h>
#include <stdlib.h>

#include <chrono>

#include "base/status_macros.h"
#include "cli/commands/command.h"
#include "cli/demo/story.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

struct Options {
  std::string keep;
  uint64_t records = 20000;
};

// A folder of the demo's own, removed at the end.
class TemporaryFolder {
 public:
  static absl::StatusOr<std::unique_ptr<TemporaryFolder>> Make() {
    std::string name = (std::filesystem::temp_directory_path() / "symbolon-demo-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) return storage::ErrnoStatus(errno, "creating", name);
    return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(name));
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  const Path path;

 private:
  explicit TemporaryFolder(Path p) : path(std::move(p)) {}
};

absl::StatusOr<ExitCode> Demo(const Console& console, const Options& o) {
  std::unique_ptr<TemporaryFolder> temporary;
  DemoOptions options;
  options.records = o.records;
  options.keep_running = !o.keep.empty();
  options.folder = o.keep;
  if (o.keep.empty()) {
    ASSIGN_OR_RETURN(temporary, TemporaryFolder::Make());
    options.folder = temporary->path;
  }
  const auto start = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(const bool ok, TellStory(console, options));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  console.Line(fmt::format("\n{} in {:.1f} s.", ok ? "Everything held" : "NOT everything held", seconds));
  if (options.keep_running) {
    console.Line(fmt::format("The network runs on in {0}/network; end it with: symbolon network down {0}/network", o.keep));
  }
  console.Object({{"step", "end"}, {"ok", ok}, {"seconds", seconds}});
  return ok ? kOk : kNotVerified;
}

}  // namespace

void AddDemo(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* demo = app.add_subcommand("demo", "Five agencies on this machine: the whole story, then cleaned up");
  demo->add_option("--keep", o->keep, "Use this folder, and leave the network running in it");
  demo->add_option("--records", o->records, "Records published while the leader is killed")
      ->capture_default_str()
      ->check(CLI::Range(1000, 10000000));
  OnRun(demo, context, [=](const Console& console) { return Demo(console, *o); });
}

}  // namespace symbolon::cli
