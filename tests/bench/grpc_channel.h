#pragma once
// A gRPC connection with mutual TLS to a server on this machine, set up like this project's own clients'.

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "tests/bench/tls_files.h"

namespace symbolon::bench {

// Every channel is a TCP connection of its own.
std::shared_ptr<grpc::Channel> Dial(int port, const TlsFiles& tls);

// Sets the deadline that every call gets.
void SetDeadline(grpc::ClientContext& context);
absl::Status FromGrpc(const grpc::Status& status, const char* what);

}  // namespace symbolon::bench
