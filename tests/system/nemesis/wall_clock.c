/* Loaded into a process by LD_PRELOAD, gives it a wall clock of its own, which others can make jump while it runs.
 *
 * The file named by SYMBOLON_TEST_WALL_CLOCK holds the offset in nanoseconds: eight bytes, in this machine's order, which
 * whoever owns the clock overwrites. Monotonic clocks stay as they are.
 *
 * Waiting until a time of the wall clock goes by the same clock, also when it jumps during the wait: the kernel treats a
 * true jump so, and gRPC waits like that (absl::CondVar on a futex). libfaketime does not see those waits, so that they end
 * at once, again and again, or never.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS 1000000000LL
#define SLICE (50 * NS / 1000) /* how late a wait learns of a jump */
/* No machine has been up for so long: a deadline past it is one of the wall clock. */
#define EARLIEST_WALL_TIME (1000000000LL * NS)

static volatile const int64_t zero = 0;
static volatile const int64_t *offset = &zero;
static int (*next_clock_gettime)(clockid_t, struct timespec *);
static int (*next_cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static long (*next_syscall)(long, ...);

__attribute__((constructor)) static void set_up(void) {
  next_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
  next_cond_timedwait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  next_syscall = dlsym(RTLD_NEXT, "syscall");
  const char *path = getenv("SYMBOLON_TEST_WALL_CLOCK");
  const int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  void *mapped = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED) offset = mapped;
  close(fd);
}

static int64_t to_ns(const struct timespec *t) { return t->tv_sec * NS + t->tv_nsec; }
static struct timespec from_ns(int64_t ns) {
  struct timespec t = {ns / NS, ns % NS};
  return t;
}

static int true_clock(clockid_t clock, struct timespec *t) {
  if (next_clock_gettime == NULL) set_up(); /* called by another constructor before ours */
  return next_clock_gettime(clock, t);
}
static int64_t true_now(void) {
  struct timespec t;
  true_clock(CLOCK_REALTIME, &t);
  return to_ns(&t);
}

int clock_gettime(clockid_t clock, struct timespec *t) {
  const int result = true_clock(clock, t);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) *t = from_ns(to_ns(t) + *offset);
  return result;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone) {
  (void)zone;
  const int64_t now = true_now() + *offset;
  t->tv_sec = now / NS;
  t->tv_usec = now % NS / 1000;
  return 0;
}

time_t time(time_t *t) {
  const time_t now = (true_now() + *offset) / NS;
  if (t != NULL) *t = now;
  return now;
}

/* When to look again, on the true clock: at the deadline of our clock, or soon, in case that ours jumps meanwhile. */
static struct timespec next_look(int64_t deadline) {
  const int64_t now = true_now();
  const int64_t due = deadline - *offset;
  return from_ns(due < now + SLICE ? due : now + SLICE);
}
static int is_over(int64_t deadline) { return true_now() + *offset >= deadline; }

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline) {
  const int64_t due = to_ns(deadline);
  if (due < EARLIEST_WALL_TIME) return next_cond_timedwait(cond, mutex, deadline); /* of the monotonic clock */
  while (1) {
    const struct timespec look = next_look(due);
    const int result = next_cond_timedwait(cond, mutex, &look);
    if (result != ETIMEDOUT || is_over(due)) return result;
  }
}

static long wait_on_futex(long a, long b, long c, const struct timespec *deadline, long e, long f) {
  const int64_t due = to_ns(deadline);
  while (1) {
    const struct timespec look = next_look(due);
    const long result = next_syscall(SYS_futex, a, b, c, &look, e, f);
    if (result == 0 || errno != ETIMEDOUT || is_over(due)) return result;
  }
}

long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
  if (next_syscall == NULL) set_up();
  const int by_wall_clock = number == SYS_futex && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
                            (a[1] & FUTEX_CLOCK_REALTIME) != 0 && a[3] != 0;
  if (by_wall_clock) return wait_on_futex(a[0], a[1], a[2], (const struct timespec *)a[3], a[4], a[5]);
  return next_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
