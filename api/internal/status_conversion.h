#pragma once
// absl::Status <-> grpc::Status: the one place. The codes are the same numbers. Messages are cut to a bounded
// length of printable ASCII, so that whatever a layer below put into one can neither fill a log nor steer a
// terminal.

#include <absl/status/status.h>
#include <grpcpp/support/status.h>

#include <string>

namespace symbolon::api::internal {

inline constexpr size_t kMaxMessageLength = 512;

// At most kMaxMessageLength bytes; anything but printable ASCII becomes '?'.
std::string BoundedMessage(std::string_view message);

grpc::Status ToGrpc(const absl::Status& status);
// A code that gRPC does not define becomes UNKNOWN.
absl::Status FromGrpc(const grpc::Status& status);
absl::Status FromCode(uint32_t code, std::string_view message);

}  // namespace symbolon::api::internal
