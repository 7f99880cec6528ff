#include "api/fetch_entries.h"
#include "api/internal/consensus_conversion.h"
#include "api/internal/conversion.h"
#include "api/internal/pending_call.h"
#include "api/internal/runtime.h"
#include "api/internal/status_conversion.h"
#include "base/status_macros.h"
#include "proto/consensus.grpc.pb.h"

namespace symbolon::api::internal {
namespace {

// One peer's stream of messages, until it breaks, says something invalid or this node stops.
class DeliverStream final : public grpc::ServerBidiReactor<v1::ConsensusMessage, v1::DeliverReply> {
 public:
  DeliverStream(Runtime* runtime, grpc::CallbackServerContext* context)
      : runtime_(runtime), context_(context) {
    runtime_->consensus_streams.Add(context_);
    StartWrite(&welcome_);
    StartRead(&message_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    const absl::Status status = Take();
    if (!status.ok()) return Finish(ToGrpc(status));
    StartRead(&message_);
  }

  void OnDone() override {
    runtime_->consensus_streams.Remove(context_);
    delete this;
  }

 private:
  absl::Status Take() {
    // Asked for each message: a stream lives for months, a registration may end before it.
    const auto caller = runtime_->CallerOf(*context_);
    if (!caller.ok()) return caller.status();
    if (caller->role != Role::kNode)
      return absl::PermissionDeniedError("the certificate is no longer a node's");
    auto message = FromProto(std::move(message_),
                             {runtime_->options.network, caller->node_number, runtime_->options.node_number});
    if (!message.ok()) return message.status();
    runtime_->backend->Deliver(*std::move(message));
    message_.Clear();
    return absl::OkStatus();
  }

  Runtime* runtime_;
  grpc::CallbackServerContext* context_;
  const v1::DeliverReply welcome_;
  v1::ConsensusMessage message_;
};

class ConsensusService final : public v1::ConsensusTransport::CallbackService {
 public:
  explicit ConsensusService(Runtime* runtime) : runtime_(runtime) {}

  grpc::ServerBidiReactor<v1::ConsensusMessage, v1::DeliverReply>* Deliver(
      grpc::CallbackServerContext* context) override {
    return new DeliverStream(runtime_, context);
  }

  grpc::ServerUnaryReactor* Forward(grpc::CallbackServerContext* context, const v1::ForwardRequest* request,
                                    v1::ForwardReply* reply) override {
    // As in StartSubmission: nobody else looks at this request.
    auto transaction = Read(std::move(*const_cast<v1::ForwardRequest*>(request)));
    if (!transaction.ok()) return Answer(context, ToGrpc(transaction.status()));
    auto slot = runtime_->submissions.Take();
    if (!slot.ok()) return Answer(context, ToGrpc(slot.status()));
    const auto call = PendingCall::Start();
    runtime_->backend->Forward(*std::move(transaction),
                               [call, reply, slot = *slot](const absl::StatusOr<Forwarded>& forwarded) {
                                 slot->Release();
                                 call->End([&] {
                                   if (forwarded.ok()) {
                                     reply->set_index(forwarded->index);
                                     reply->set_term(forwarded->term);
                                     reply->set_existing(forwarded->existing);
                                   }
                                   return ToGrpc(forwarded.status());
                                 });
                               });
    return call.get();
  }

  grpc::ServerUnaryReactor* FetchEntries(grpc::CallbackServerContext* context,
                                         const v1::FetchEntriesRequest* request,
                                         v1::FetchEntriesReply* reply) override {
    auto slot = runtime_->ledger_streams.Take();
    if (!slot.ok()) return Answer(context, ToGrpc(slot.status()));
    const auto call = PendingCall::Start();
    std::vector<uint64_t> indexes(request->indexes().begin(), request->indexes().end());
    runtime_->readers.Run([this, call, reply, indexes = std::move(indexes), slot = *slot] {
      auto entries = api::FetchEntries(*runtime_->backend, indexes);
      slot->Release();
      call->End([&] {
        if (!entries.ok()) return ToGrpc(entries.status());
        for (LedgerEntry& entry : *entries) {
          v1::FetchedEntry* out = reply->add_entries();
          out->set_header(std::move(entry.header));
          out->set_body(std::move(entry.body));
        }
        return grpc::Status::OK;
      });
    });
    return call.get();
  }

  grpc::ServerUnaryReactor* Introduce(grpc::CallbackServerContext* context,
                                      const v1::IntroduceRequest* request, v1::IntroduceReply*) override {
    return Answer(context, ToGrpc(Introduce(*context, *request)));
  }

 private:
  absl::Status Introduce(const grpc::CallbackServerContext& context, const v1::IntroduceRequest& request) {
    if (request.ByteSizeLong() > kMaxIntroductionBytes) {
      return absl::InvalidArgumentError("more entries than an introduction may have");
    }
    ASSIGN_OR_RETURN(const auto slot, runtime_->introductions.Take());
    ASSIGN_OR_RETURN(const Digest key, runtime_->KeyDigestOf(context));
    return runtime_->backend->Introduce(key, {request.headers().begin(), request.headers().end()});
  }

  Runtime* runtime_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeConsensusService(Runtime* runtime) {
  return std::make_unique<ConsensusService>(runtime);
}

}  // namespace symbolon::api::internal
