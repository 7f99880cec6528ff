#include "tests/bench/options.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "base/status_macros.h"

namespace symbolon::bench {
namespace {

absl::StatusOr<uint64_t> Number(std::string_view name, std::string_view text, uint64_t min, uint64_t max) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min || value > max) {
    return absl::InvalidArgumentError(fmt::format("{} must be a number from {} to {}", name, min, max));
  }
  return value;
}

void MakeQuick(Options& options) {
  options.single_requests = 1600;
  options.attestations = uint64_t{1} << 17;
  options.read_seconds = 2;
  options.failovers = 2;
}

}  // namespace

const char kUsage[] =
    "usage: symbolon-bench [--quick] [--json FILE] [--dir DIR] [--only GROUP[,GROUP]] [--clients N]\n"
    "                      [--single-requests N] [--attestations N] [--read-seconds N] [--failovers N]\n"
    "  Measures three nodes of this project, three of etcd and a gRPC echo, one after the other.\n"
    "  Groups of rows: writes, bulk, failover, learner (all by default).\n";

bool Options::Wants(const std::string& group) const {
  return only.empty() || ("," + only + ",").find("," + group + ",") != std::string::npos;
}

absl::StatusOr<Options> ParseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--quick") MakeQuick(options);
  }
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--quick") continue;
    if (i + 1 == argc)
      return absl::InvalidArgumentError(fmt::format("{} is unknown or lacks its value", name));
    const std::string value = argv[++i];
    if (name == "--json") {
      options.json_file = value;
    } else if (name == "--dir") {
      options.dir = value;
    } else if (name == "--only") {
      options.only = value;
    } else if (name == "--clients") {
      ASSIGN_OR_RETURN(const uint64_t n, Number(name, value, 3, 256));
      options.clients = static_cast<int>(n);
    } else if (name == "--single-requests") {
      ASSIGN_OR_RETURN(options.single_requests, Number(name, value, 100, 10'000'000));
    } else if (name == "--attestations") {
      ASSIGN_OR_RETURN(options.attestations, Number(name, value, 4096, 4'000'000));
    } else if (name == "--read-seconds") {
      ASSIGN_OR_RETURN(const uint64_t n, Number(name, value, 1, 600));
      options.read_seconds = static_cast<int>(n);
    } else if (name == "--failovers") {
      ASSIGN_OR_RETURN(const uint64_t n, Number(name, value, 1, 100));
      options.failovers = static_cast<int>(n);
    } else {
      return absl::InvalidArgumentError(fmt::format("{} is unknown", name));
    }
  }
  return options;
}

}  // namespace symbolon::bench
