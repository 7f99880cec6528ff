#pragma once
// What SubmitBatch and SubmitStatus have in common.

#include <memory>

#include "api/internal/conversion.h"
#include "api/internal/pending_call.h"
#include "api/internal/runtime.h"
#include "api/internal/status_conversion.h"

namespace symbolon::api::internal {

// Takes a slot for as long as the backend works at it: a client that leaves does not undo what it began.
template <typename Request>
grpc::ServerUnaryReactor* StartSubmission(Runtime* runtime, grpc::CallbackServerContext* context,
                                          const Request* request, v1::SubmitReply* reply) {
  auto caller = runtime->CallerOf(*context);
  if (!caller.ok()) return Answer(context, ToGrpc(caller.status()));
  // gRPC hands requests out as const, but nobody else looks at this one: its bytes are moved, not copied.
  auto transaction = Read(std::move(*const_cast<Request*>(request)));
  if (!transaction.ok()) return Answer(context, ToGrpc(transaction.status()));
  auto slot = runtime->submissions.Take();
  if (!slot.ok()) return Answer(context, ToGrpc(slot.status()));
  const auto call = PendingCall::Start();
  runtime->backend->Submit(*caller, *std::move(transaction),
                           [call, reply, slot = *slot](absl::StatusOr<Submitted> submitted) {
                             slot->Release();
                             call->End([&] {
                               if (submitted.ok()) Write(*std::move(submitted), reply);
                               return ToGrpc(submitted.status());
                             });
                           });
  return call.get();
}

}  // namespace symbolon::api::internal
