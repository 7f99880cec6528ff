#include "api/internal/monotonic_waits.h"

#include <dlfcn.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

#include <atomic>
#include <cstdarg>
#include <cstdint>

namespace {

constexpr int64_t kNanoseconds = 1'000'000'000;

int64_t Now(clockid_t clock) {
  timespec t = {};
  clock_gettime(clock, &t);
  return t.tv_sec * kNanoseconds + t.tv_nsec;
}

// futex(2): without FUTEX_CLOCK_REALTIME the time of FUTEX_WAIT_BITSET is one of CLOCK_MONOTONIC.
timespec OnMonotonicClock(const timespec& wall) {
  const int64_t left = wall.tv_sec * kNanoseconds + wall.tv_nsec - Now(CLOCK_REALTIME);
  const int64_t due = Now(CLOCK_MONOTONIC) + (left > 0 ? left : 0);
  return {due / kNanoseconds, due % kNanoseconds};
}

bool WaitsByWallClock(long number, const long* a) {
  return number == SYS_futex && a[3] != 0 && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
         (a[1] & FUTEX_CLOCK_REALTIME) != 0;
}

using Syscall = long (*)(long, ...);

// libc's, or of whoever else stands before it. Not a local static: the guard of one waits by syscall()
// itself.
Syscall Next() {
  static std::atomic<Syscall> next{nullptr};
  Syscall found = next.load(std::memory_order_relaxed);
  if (found == nullptr) {
    found = reinterpret_cast<Syscall>(dlsym(RTLD_NEXT, "syscall"));
    next.store(found, std::memory_order_relaxed);
  }
  return found;
}

}  // namespace

extern "C" long syscall(long number, ...) noexcept {
  long a[6];
  va_list list;
  va_start(list, number);
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  if (!WaitsByWallClock(number, a)) return Next()(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  const timespec due = OnMonotonicClock(*reinterpret_cast<const timespec*>(a[3]));
  return Next()(number, a[0], a[1] & ~long{FUTEX_CLOCK_REALTIME}, a[2], reinterpret_cast<long>(&due), a[4],
                a[5]);
}

namespace symbolon::api::internal {

void UseMonotonicWaits() {}

}  // namespace symbolon::api::internal
