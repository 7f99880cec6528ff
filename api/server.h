#pragma once
// The gRPC server of a node: mutual TLS, authorisation of every RPC by role, limits, health and reflection.

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "api/backend.h"
#include "api/tls.h"
#include "base/bytes.h"

namespace symbolon::api {

struct ServerOptions {
  std::string listen_address;  // host:port; port 0 picks a free one
  TlsIdentity identity;
  std::string trusted_authorities;  // PEM of all members' CAs, one after the other
  Digest network{};                 // messages of another network are refused
  uint64_t node_number = 0;         // messages to another node are refused

  // Limits. A request past one gets RESOURCE_EXHAUSTED with the limit's name.
  int max_message_bytes = 16 << 20;
  int max_streams_per_connection = 256;
  int max_submissions_in_flight = 1024;
  int max_fresh_waits_in_flight = 4096;
  int max_ledger_streams = 8;
  int max_verify_streams = 64;
  size_t memory_quota_bytes = 256 << 20;
};

// What is running at this moment, by limit.
struct InFlight {
  int submissions = 0;
  int fresh_waits = 0;
  int ledger_streams = 0;
  int verify_streams = 0;
};

class Server {
 public:
  // Starts serving. `backend` must outlive the server. Errors (InvalidArgument: bad PEM, a key of another
  // certificate, a limit below 1; Unavailable: the address cannot be bound) say what to change.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options, Backend* backend);
  virtual ~Server() = default;  // Shutdown(0), if it is still running

  virtual int port() const = 0;
  virtual InFlight in_flight() const = 0;
  // Health service: SERVING or NOT_SERVING.
  virtual void SetServing(bool serving) = 0;
  // No new calls; running ones get `grace_ms` to end; then they are cancelled. Idempotent.
  virtual void Shutdown(int grace_ms) = 0;
};

}  // namespace symbolon::api
