#pragma once
// Choices that gRPC and Protocol Buffers make once for a process.

namespace symbolon::api::internal {

// Idempotent, thread-safe. Every Server, Client and Peer begins with it.
void SetUpProcess();

}  // namespace symbolon::api::internal
