#include "tests/bench/ports.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "storage/file_descriptor.h"

namespace symbolon::bench {

std::vector<int> FreePorts(int count) {
  // Held until all are chosen, so that no two are the same.
  std::vector<storage::FileDescriptor> held;
  std::vector<int> ports;
  for (int i = 0; i < count; ++i) {
    storage::FileDescriptor fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (!fd.valid() || bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      return {};
    }
    ports.push_back(ntohs(address.sin_port));
    held.push_back(std::move(fd));
  }
  return ports;
}

}  // namespace symbolon::bench
