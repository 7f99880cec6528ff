#pragma once
// What Linux says of a process and of a folder: memory, processor time, bytes on disk.

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace symbolon::bench {

struct Memory {
  uint64_t resident = 0;   // bytes, VmRSS
  uint64_t peak = 0;       // VmHWM
  uint64_t anonymous = 0;  // RssAnon: what is no page of a file
};
// Zero when the process is gone.
Memory MemoryOf(pid_t pid);
// Of the process with the largest resident memory.
Memory LargestMemory(const std::vector<pid_t>& pids);

// User and system time, seconds; to 10 ms.
double CpuSeconds(pid_t pid);
double CpuSeconds(const std::vector<pid_t>& pids);
// Of the calling thread.
double ThreadCpuSeconds();

// Tells how much of the processors' time something else took.
class OthersWatch {
 public:
  OthersWatch();
  // Share (0 to 1) of all processors since construction that went neither to this process, nor to processes
  // that it started and that have ended, nor to nobody.
  double Share() const;

 private:
  double start_s_, busy_s_, own_s_;
};

// Blocks that the file system has given to all files below a folder.
uint64_t DiskBytes(const std::string& folder);

}  // namespace symbolon::bench
