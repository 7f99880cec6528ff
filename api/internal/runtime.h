#pragma once
// What all services of a server share.

#include <grpcpp/impl/service_type.h>
#include <grpcpp/server_context.h>

#include <memory>
#include <mutex>
#include <unordered_set>

#include "api/authorizer.h"
#include "api/backend.h"
#include "api/internal/slots.h"
#include "api/internal/worker_pool.h"
#include "api/server.h"

namespace symbolon::api::internal {

// Streams that only end when somebody ends them: a server that stops does. Thread-safe.
class LongStreams {
 public:
  void Add(grpc::CallbackServerContext* context) {
    const std::lock_guard lock(mutex_);
    contexts_.insert(context);
    if (closed_) context->TryCancel();
  }
  void Remove(grpc::CallbackServerContext* context) {
    const std::lock_guard lock(mutex_);
    contexts_.erase(context);
  }
  void CancelAll() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (grpc::CallbackServerContext* context : contexts_) context->TryCancel();
  }

 private:
  std::mutex mutex_;
  bool closed_ = false;
  std::unordered_set<grpc::CallbackServerContext*> contexts_;
};

struct Runtime {
  Runtime(const ServerOptions& server_options, Backend* node);

  const ServerOptions options;
  Backend* const backend;
  const Authorizer authorizer;
  Slots submissions;
  Slots fresh_waits;
  Slots ledger_streams;
  Slots verify_streams;
  Slots introductions;
  LongStreams consensus_streams;
  WorkerPool readers;  // ledger reading

  // The caller of a running call: the authorizer let it in before, but a registration may end at any moment.
  absl::StatusOr<Caller> CallerOf(const grpc::CallbackServerContext& context) const;
  // The name of the caller's key, registered or not.
  absl::StatusOr<Digest> KeyDigestOf(const grpc::CallbackServerContext& context) const;
};

// Calls `then` once, now or later, when the node's state is as fresh as asked. Takes a slot only when it must
// wait.
void WhenFresh(Runtime& runtime, const Freshness& freshness, Abandoned abandoned,
               std::function<void(absl::Status)> then);

// One per service; `runtime` must outlive them.
std::unique_ptr<grpc::Service> MakePublishingService(Runtime* runtime);
std::unique_ptr<grpc::Service> MakeStatusService(Runtime* runtime);
std::unique_ptr<grpc::Service> MakeVerificationService(Runtime* runtime);
std::unique_ptr<grpc::Service> MakeLedgerService(Runtime* runtime);
std::unique_ptr<grpc::Service> MakeNodeService(Runtime* runtime);
std::unique_ptr<grpc::Service> MakeGovernanceService(Runtime* runtime);
std::unique_ptr<grpc::Service> MakeConsensusService(Runtime* runtime);

}  // namespace symbolon::api::internal
