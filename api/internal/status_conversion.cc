#include "api/internal/status_conversion.h"

namespace symbolon::api::internal {

std::string BoundedMessage(std::string_view message) {
  std::string bounded(message.substr(0, kMaxMessageLength));
  for (char& c : bounded) {
    if (c < ' ' || c > '~') c = '?';
  }
  if (message.size() > kMaxMessageLength) bounded.replace(kMaxMessageLength - 3, 3, "...");
  return bounded;
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const std::string_view message(status.message().data(), status.message().size());
  return {static_cast<grpc::StatusCode>(status.code()), BoundedMessage(message)};
}

absl::Status FromGrpc(const grpc::Status& status) {
  return FromCode(static_cast<uint32_t>(status.error_code()), status.error_message());
}

absl::Status FromCode(uint32_t code, std::string_view message) {
  if (code == 0) return absl::OkStatus();
  const bool known = code <= static_cast<uint32_t>(absl::StatusCode::kUnauthenticated);
  return {known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown, BoundedMessage(message)};
}

}  // namespace symbolon::api::internal
