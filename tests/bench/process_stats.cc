#include "tests/bench/process_stats.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace symbolon::bench {
namespace {

constexpr uint64_t kStatBlock = 512;  // unit of st_blocks, whatever the file system

double Now(clockid_t clock) {
  timespec t = {};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

}  // namespace

Memory MemoryOf(pid_t pid) {
  Memory memory;
  std::ifstream in(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    uint64_t kib = 0;
    words >> name >> kib;
    if (name == "VmRSS:") memory.resident = kib * 1024;
    if (name == "VmHWM:") memory.peak = kib * 1024;
  }
  return memory;
}

Memory LargestMemory(const std::vector<pid_t>& pids) {
  Memory largest;
  for (const pid_t pid : pids) {
    const Memory memory = MemoryOf(pid);
    if (memory.resident > largest.resident) largest = memory;
  }
  return largest;
}

double CpuSeconds(pid_t pid) {
  std::ifstream in(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(in, line);
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return 0;
  // After the name: state, then eleven numbers, then user and system time in ticks (proc(5)).
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 12; ++i) fields >> skipped;
  uint64_t user = 0, system = 0;
  fields >> user >> system;
  return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double CpuSeconds(const std::vector<pid_t>& pids) {
  double sum = 0;
  for (const pid_t pid : pids) sum += CpuSeconds(pid);
  return sum;
}

double ThreadCpuSeconds() {
  return Now(CLOCK_THREAD_CPUTIME_ID);
}

double OwnCpuSeconds() {
  return Now(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t DiskBytes(const std::string& folder) {
  uint64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    struct stat s = {};
    if (entry.is_regular_file() && stat(entry.path().c_str(), &s) == 0)
      sum += static_cast<uint64_t>(s.st_blocks) * kStatBlock;
  }
  return sum;
}

}  // namespace symbolon::bench
