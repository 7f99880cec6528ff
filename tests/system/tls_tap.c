// Preloaded into a client by leak_test.py: appends every byte that is about to be encrypted to the file named by
// SYMBOLON_TLS_TAP, so that the test sees what leaves the process.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void Keep(const void* bytes, size_t size) {
  const char* file = getenv("SYMBOLON_TLS_TAP");
  if (file == NULL) return;
  int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0 || write(fd, bytes, size) != (ssize_t)size) abort();
  close(fd);
}

int SSL_write(void* ssl, const void* bytes, int size) {
  static int (*real)(void*, const void*, int);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "SSL_write");
  Keep(bytes, (size_t)size);
  return real(ssl, bytes, size);
}

int SSL_write_ex(void* ssl, const void* bytes, size_t size, size_t* written) {
  static int (*real)(void*, const void*, size_t, size_t*);
  if (real == NULL) *(void**)&real = dlsym(RTLD_NEXT, "SSL_write_ex");
  Keep(bytes, size);
  return real(ssl, bytes, size, written);
}
