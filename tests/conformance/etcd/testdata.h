#pragma once
// Where the test data of etcd's Raft is: Debian's package golang-etcd-server-dev, as scripts/setup unpacks it
// or as installed.

#include <absl/status/statusor.h>

#include <filesystem>
#include <string>
#include <vector>

namespace symbolon::conformance {

// The folder raft/<name> of the package. NotFound says what to do.
absl::StatusOr<std::filesystem::path> EtcdRaftFolder(const std::string& name);

// The *.txt files of a folder, in order of their names.
std::vector<std::filesystem::path> TextFiles(const std::filesystem::path& folder);

absl::StatusOr<std::string> ReadText(const std::filesystem::path& path);

}  // namespace symbolon::conformance
