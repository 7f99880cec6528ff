#pragma once
// How this project's clients connect to a node, and what its errors mean to a person.

#include <absl/status/statusor.h>
#include <grpcpp/channel.h>
#include <grpcpp/support/channel_arguments.h>

#include <memory>

#include "api/client.h"

namespace symbolon::api::internal {

// No connection is made before the first call. InvalidArgument: an option is missing or the key is another's.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(const ClientOptions& options,
                                                       grpc::ChannelArguments arguments);

// The error with what a person can check: unreachable, certificate refused, too slow. The code stays, but for
// CANCELLED, which gRPC makes of a call that the other side's shutdown cut off: UNAVAILABLE. For calls that
// this side has not cancelled.
absl::Status Explain(const grpc::Status& status, const ClientOptions& options);

}  // namespace symbolon::api::internal
