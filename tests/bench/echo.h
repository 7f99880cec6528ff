#pragma once
// The yardstick for verification: a gRPC C++ server that does nothing, in a process of its own, with mutual
// TLS.

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <memory>
#include <string>

#include "tests/bench/tls_files.h"

namespace symbolon::bench {

class EchoClient {
 public:
  // `request_bytes`: size of the request message on the wire.
  EchoClient(int port, const TlsFiles& tls, size_t request_bytes);
  ~EchoClient();
  absl::Status Call();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The started server.
class EchoProcess {
 public:
  // Certificates are made in the folder. `reply_bytes`: size of the reply message on the wire.
  static absl::StatusOr<std::unique_ptr<EchoProcess>> Start(const std::string& folder, size_t reply_bytes);
  ~EchoProcess();
  pid_t pid() const { return pid_; }
  int port() const { return port_; }
  const TlsFiles& tls() const { return tls_; }

 private:
  pid_t pid_ = 0;
  int port_ = 0;
  TlsFiles tls_;
};

// What `symbolon-bench --echo-server PORT FOLDER REPLY_BYTES` does until SIGTERM; the exit code.
int ServeEcho(int port, const std::string& folder, size_t reply_bytes);

}  // namespace symbolon::bench
