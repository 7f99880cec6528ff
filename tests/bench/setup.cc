#include "tests/bench/setup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <openssl/crypto.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>
#include <vector>

#include "storage/file_descriptor.h"

namespace symbolon::bench {
namespace {

constexpr int kSyncs = 200;

std::string Processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

// Median and 99th percentile of writing 4 KiB to the end of a file and syncing it.
std::string SyncTimes(const std::string& folder) {
  const std::string path = folder + "/sync-probe";
  const storage::FileDescriptor fd(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  const std::string block(4096, 'x');
  std::vector<double> ms;
  for (int i = 0; i < kSyncs && fd.valid(); ++i) {
    const auto start = std::chrono::steady_clock::now();
    if (write(fd.get(), block.data(), block.size()) < 0 || fdatasync(fd.get()) != 0) break;
    ms.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  unlink(path.c_str());
  if (ms.empty()) return "unknown";
  std::sort(ms.begin(), ms.end());
  return fmt::format("4 KiB write and fdatasync: median {:.2f} ms, 99th percentile {:.2f} ms",
                     ms[ms.size() / 2], ms[ms.size() * 99 / 100]);
}

}  // namespace

void DescribeSetup(const Options& options, const std::string& folder, Report& report) {
  utsname system = {};
  uname(&system);
  struct sysinfo info = {};
  sysinfo(&info);
  double load[1] = {};
  getloadavg(load, 1);
  const double memory = static_cast<double>(info.totalram) * info.mem_unit / (1u << 30);
  report.setup = {
      {"machine", fmt::format("{} x {}, {:.0f} GiB, {} {}", std::thread::hardware_concurrency(), Processor(),
                              memory, system.sysname, system.release)},
      {"disk", SyncTimes(folder)},
      {"built", fmt::format("{}, g++ {}, gRPC {}, {}", SYMBOLON_BUILD_TYPE, __VERSION__, grpc::Version(),
                            OpenSSL_version(OPENSSL_VERSION))},
      {"load before", fmt::format("{:.2f}", load[0])},
      {"sizes",
       fmt::format("{} clients, {} single requests, {} attestations, {} s for each way of reading",
                   options.clients, options.single_requests, options.attestations, options.read_seconds)},
  };
}

}  // namespace symbolon::bench
