#include "tests/bench/process_stats.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
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

// Of all processors, for anything but waiting (proc(5): user nice system idle iowait irq softirq).
double BusySeconds() {
  std::ifstream in("/proc/stat");
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, io_wait = 0, irq = 0, soft_irq = 0;
  in >> name >> user >> nice >> system >> idle >> io_wait >> irq >> soft_irq;
  return (user + nice + system + irq + soft_irq) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double OwnSeconds() {
  // Ended children count from when they are waited for.
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage = {};
    getrusage(who, &usage);
    sum += static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  }
  return sum;
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
    if (name == "RssAnon:") memory.anonymous = kib * 1024;
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
  // After the name: fields 3 to 13, then user and system time in ticks (proc(5)).
  std::istringstream fields(line.substr(name_end + 1));
  std::string skipped;
  for (int i = 3; i <= 13; ++i) fields >> skipped;
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

OthersWatch::OthersWatch() : start_s_(Now(CLOCK_MONOTONIC)), busy_s_(BusySeconds()), own_s_(OwnSeconds()) {}

double OthersWatch::Share() const {
  const double all = (Now(CLOCK_MONOTONIC) - start_s_) * static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN));
  return std::max(0.0, (BusySeconds() - busy_s_ - (OwnSeconds() - own_s_)) / all);
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
