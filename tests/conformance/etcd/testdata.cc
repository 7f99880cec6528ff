#include "tests/conformance/etcd/testdata.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace symbolon::conformance {

namespace fs = std::filesystem;

absl::StatusOr<fs::path> EtcdRaftFolder(const std::string& name) {
  constexpr const char* kInPackage = "usr/share/gocode/src/go.etcd.io/etcd/raft";
  for (const fs::path& root : {fs::path(SYMBOLON_SOURCE_DIR) / "build/etcd", fs::path("/")}) {
    if (fs::is_directory(root / kInPackage / name)) return root / kInPackage / name;
  }
  return absl::NotFoundError(
      fmt::format("etcd's raft/{} is neither in build/etcd nor in /{}: run scripts/setup, which unpacks "
                  "golang-etcd-server-dev",
                  name, kInPackage));
}

std::vector<fs::path> TextFiles(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

absl::StatusOr<std::string> ReadText(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) return absl::NotFoundError(fmt::format("cannot read {}", path.string()));
  return text;
}

}  // namespace symbolon::conformance
