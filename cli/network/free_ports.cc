#include "cli/network/free_ports.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/status_macros.h"

namespace symbolon::cli {

FreePorts::~FreePorts() {
  for (int fd : held_) close(fd);
}

absl::StatusOr<int> FreePorts::Next() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::InternalError("cannot open a socket");
  held_.push_back(fd);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return absl::InternalError("cannot find a free port");
  }
  return ntohs(address.sin_port);
}

absl::StatusOr<std::string> FreePorts::Resolve(const std::string& address) {
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(fmt::format("address {}: must be host:port", address));
  }
  if (address.substr(colon + 1) != "0") return address;
  ASSIGN_OR_RETURN(const int port, Next());
  return fmt::format("{}:{}", address.substr(0, colon), port);
}

}  // namespace symbolon::cli
