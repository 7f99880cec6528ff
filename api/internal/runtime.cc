#include "api/internal/runtime.h"

#include "api/internal/auth_processor.h"

namespace symbolon::api::internal {
namespace {

constexpr int kReaderThreads = 2;
// Of nodes that this one does not know: each costs signatures to check.
constexpr int kMaxIntroductions = 2;

}  // namespace

Runtime::Runtime(const ServerOptions& server_options, Backend* node)
    : options(server_options),
      backend(node),
      authorizer(node),
      submissions("max_submissions_in_flight", options.max_submissions_in_flight),
      fresh_waits("max_fresh_waits_in_flight", options.max_fresh_waits_in_flight),
      ledger_streams("max_ledger_streams", options.max_ledger_streams),
      verify_streams("max_verify_streams", options.max_verify_streams),
      introductions("introductions", kMaxIntroductions),
      readers(kReaderThreads) {}

absl::StatusOr<Caller> Runtime::CallerOf(const grpc::CallbackServerContext& context) const {
  return authorizer.Identify(CertificateOf(*context.auth_context()));
}

absl::StatusOr<Digest> Runtime::KeyDigestOf(const grpc::CallbackServerContext& context) const {
  return authorizer.KeyDigest(CertificateOf(*context.auth_context()));
}

void WhenFresh(Runtime& runtime, const Freshness& freshness, Abandoned abandoned,
               std::function<void(absl::Status)> then) {
  const bool fresh =
      freshness.mode == Freshness::Mode::kAny ||
      (freshness.mode == Freshness::Mode::kAtLeast && runtime.backend->AppliedIndex() >= freshness.index);
  if (fresh) return then(absl::OkStatus());
  auto slot = runtime.fresh_waits.Take();
  if (!slot.ok()) return then(slot.status());
  runtime.backend->WaitFor(freshness, std::move(abandoned),
                           [slot = *slot, then = std::move(then)](const absl::StatusOr<AsOf>& as_of) {
                             slot->Release();
                             then(as_of.status());
                           });
}

}  // namespace symbolon::api::internal
