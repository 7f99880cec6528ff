#pragma once
// The client's side of VerifyMany.

#include <absl/status/statusor.h>

#include <functional>
#include <vector>

#include "api/client.h"
#include "proto/verification.grpc.pb.h"

namespace symbolon::api::internal {

// As Client::VerifyMany.
absl::Status VerifyMany(v1::Verification::Stub* stub, const ClientOptions& options,
                        const std::vector<uint64_t>& numbers, Freshness freshness,
                        const std::function<void(size_t, absl::StatusOr<Verified>)>& on_reply);

}  // namespace symbolon::api::internal
