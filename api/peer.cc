#include "api/peer.h"

#include <fmt/format.h>
#include <grpcpp/alarm.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>
#include <unordered_set>

#include "api/internal/connection.h"
#include "api/internal/consensus_conversion.h"
#include "api/internal/conversion.h"
#include "api/internal/deliver_call.h"
#include "base/status_macros.h"
#include "proto/ledger.grpc.pb.h"

namespace symbolon::api {
namespace {

constexpr int kMinBackoffMs = 50;
constexpr int kMaxBackoffMs = 1000;
constexpr int kConnectTimeoutMs = 3000;
// A half-dead link (cable pulled, machine frozen) is noticed within these two times.
constexpr int kKeepaliveTimeMs = 1000;
constexpr int kKeepaliveTimeoutMs = 2000;

size_t Weight(const consensus::Message& message) {
  size_t bytes = 64;
  if (const auto* append = std::get_if<consensus::AppendRequest>(&message.body)) {
    for (const consensus::Entry& entry : append->entries) bytes += entry.bytes();
  }
  return bytes;
}

class GrpcPeer final : public Peer {
 public:
  GrpcPeer(PeerOptions options, const std::shared_ptr<grpc::Channel>& channel)
      : options_(std::move(options)),
        stub_(v1::ConsensusTransport::NewStub(channel)),
        ledger_(v1::LedgerReading::NewStub(channel)) {
    const std::lock_guard lock(mutex_);
    StartCall();
  }

  ~GrpcPeer() override {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    if (call_) call_->Cancel();
    if (alarm_) alarm_->Cancel();
    for (grpc::ClientContext* context : running_) context->TryCancel();
    idle_.wait(lock, [this] { return !call_ && !alarm_set_ && running_.empty(); });
  }

  void Send(const consensus::Message& message) override {
    const size_t weight = Weight(message);
    {
      const std::lock_guard lock(mutex_);
      if (!open_ || queued_bytes_ + weight > options_.max_queued_bytes) return;
      queue_.push_back(message);
      queued_bytes_ += weight;
    }
    WriteNext();
  }

  bool Reachable() const override {
    const std::lock_guard lock(mutex_);
    return open_;
  }

  absl::Status LinkStatus() const override {
    const std::lock_guard lock(mutex_);
    return link_status_;
  }

  void Forward(const Transaction& transaction, Done<Forwarded> done) override;
  void FetchEntries(const std::vector<uint64_t>& indexes, Done<std::vector<LedgerEntry>> done) override;
  void FetchCheckpoint(Done<Bytes> done) override;

 private:
  // With mutex_ held.
  void StartCall() {
    call_ = std::make_unique<internal::DeliverCall>(internal::DeliverCall::Events{
        [this] { Opened(); }, [this] { Written(); }, [this](const grpc::Status& status) { Ended(status); }});
    call_->Start(stub_.get());
  }

  void Opened() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    backoff_ms_ = kMinBackoffMs;
    link_status_ = absl::OkStatus();
  }

  void Written() {
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
    }
    WriteNext();
  }

  void WriteNext() {
    internal::DeliverCall* call = nullptr;
    consensus::Message message;
    {
      const std::lock_guard lock(mutex_);
      if (!open_ || writing_ || queue_.empty()) return;
      message = std::move(queue_.front());
      queue_.pop_front();
      queued_bytes_ -= Weight(message);
      writing_ = true;
      ++writers_;
      call = call_.get();
    }
    call->Write(internal::ToProto(message, options_.network));
    const std::lock_guard lock(mutex_);
    --writers_;
    idle_.notify_all();
  }

  template <typename Async, typename Request, typename Reply>
  using AsyncMethod = void (Async::*)(grpc::ClientContext*, const Request*, Reply*,
                                      std::function<void(grpc::Status)>);
  // A call that ends in exactly one `done`; without an answer as UNAVAILABLE.
  template <typename Async, typename Request, typename Reply, typename T>
  void Ask(Async* service, AsyncMethod<Async, Request, Reply> method, int timeout_ms, Request request,
           T (*read)(Reply&&), Done<T> done);

  void Ended(const grpc::Status& status);
  void Introduce();
  void ReconnectLater();
  void Reconnect(bool due);

  const PeerOptions options_;
  using Transport = v1::ConsensusTransport::StubInterface::async_interface;
  using Ledger = v1::LedgerReading::StubInterface::async_interface;
  const std::unique_ptr<v1::ConsensusTransport::Stub> stub_;
  const std::unique_ptr<v1::LedgerReading::Stub> ledger_;

  mutable std::mutex mutex_;
  std::condition_variable idle_;
  bool stopping_ = false;
  bool open_ = false;
  bool writing_ = false;
  int writers_ = 0;  // threads inside call_->Write
  std::deque<consensus::Message> queue_;
  size_t queued_bytes_ = 0;
  absl::Status link_status_ = absl::UnavailableError("not connected yet");
  int backoff_ms_ = kMinBackoffMs;
  std::minstd_rand jitter_{std::random_device()()};
  std::unique_ptr<internal::DeliverCall> call_;
  std::unique_ptr<grpc::Alarm> alarm_;
  bool alarm_set_ = false;
  std::unordered_set<grpc::ClientContext*> running_;  // forwards, introductions and reads
};

void GrpcPeer::Ended(const grpc::Status& status) {
  std::unique_lock lock(mutex_);
  open_ = false;
  queue_.clear();
  queued_bytes_ = 0;
  idle_.wait(lock, [this] { return writers_ == 0; });  // no longer than it takes to start a write
  writing_ = false;
  link_status_ = internal::Explain(status, options_.connection);
  if (link_status_.ok()) link_status_ = absl::UnavailableError("the other node ended the stream");
  call_.reset();
  if (absl::IsPermissionDenied(link_status_) && options_.introduction && !stopping_) {
    Introduce();
  } else {
    ReconnectLater();
  }
  idle_.notify_all();
}

// With mutex_ held. The other node does not know this one, or not any more. The next try comes after its
// answer.
void GrpcPeer::Introduce() {
  struct Call {
    grpc::ClientContext context;
    v1::IntroduceRequest request;
    v1::IntroduceReply reply;
  };
  const auto call = std::make_shared<Call>();
  for (Bytes& header : options_.introduction()) call->request.add_headers(std::move(header));
  call->context.set_deadline(std::chrono::system_clock::now() +
                             std::chrono::milliseconds(options_.forward_timeout_ms));
  running_.insert(&call->context);
  stub_->async()->Introduce(&call->context, &call->request, &call->reply,
                            [this, call](const grpc::Status& status) {
                              const std::lock_guard lock(mutex_);
                              if (!status.ok()) {
                                link_status_ = internal::Explain(status, options_.connection);
                              }
                              running_.erase(&call->context);
                              ReconnectLater();
                              idle_.notify_all();
                            });
}

// With mutex_ held.
void GrpcPeer::ReconnectLater() {
  if (stopping_) return;
  const int delay = std::uniform_int_distribution<int>(backoff_ms_ / 2, backoff_ms_)(jitter_);
  backoff_ms_ = std::min(2 * backoff_ms_, kMaxBackoffMs);
  alarm_set_ = true;
  alarm_ = std::make_unique<grpc::Alarm>();  // a new one: the last may still be in its callback
  alarm_->Set(std::chrono::system_clock::now() + std::chrono::milliseconds(delay),
              [this](bool due) { Reconnect(due); });
}

void GrpcPeer::Reconnect(bool due) {
  const std::lock_guard lock(mutex_);
  alarm_set_ = false;
  if (due && !stopping_) StartCall();
  idle_.notify_all();
}

template <typename Async, typename Request, typename Reply, typename T>
void GrpcPeer::Ask(Async* service, AsyncMethod<Async, Request, Reply> method, int timeout_ms, Request request,
                   T (*read)(Reply&&), Done<T> done) {
  struct Call {
    grpc::ClientContext context;
    Request request;
    Reply reply;
    Done<T> done;
  };
  const auto call = std::make_shared<Call>();
  call->request = std::move(request);
  call->done = std::move(done);
  call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(timeout_ms));
  {
    const std::lock_guard lock(mutex_);
    running_.insert(&call->context);
  }
  (service->*method)(
      &call->context, &call->request, &call->reply, [this, call, read](const grpc::Status& status) {
        if (status.ok()) {
          call->done(read(std::move(call->reply)));
        } else {
          const absl::Status reason = internal::Explain(status, options_.connection);
          call->done(absl::IsDeadlineExceeded(reason) ? absl::UnavailableError(reason.message()) : reason);
        }
        const std::lock_guard lock(mutex_);
        running_.erase(&call->context);
        idle_.notify_all();
      });
}

void GrpcPeer::Forward(const Transaction& transaction, Done<Forwarded> done) {
  v1::ForwardRequest request;
  internal::Write(transaction, &request);
  Ask<Transport, v1::ForwardRequest, v1::ForwardReply, Forwarded>(
      stub_->async(), &Transport::Forward, options_.forward_timeout_ms, std::move(request),
      [](v1::ForwardReply&& reply) {
        return Forwarded{reply.index(), reply.term(), reply.existing()};
      },
      std::move(done));
}

void GrpcPeer::FetchEntries(const std::vector<uint64_t>& indexes, Done<std::vector<LedgerEntry>> done) {
  v1::FetchEntriesRequest request;
  request.mutable_indexes()->Assign(indexes.begin(), indexes.end());
  Ask<Transport, v1::FetchEntriesRequest, v1::FetchEntriesReply, std::vector<LedgerEntry>>(
      stub_->async(), &Transport::FetchEntries, options_.fetch_timeout_ms, std::move(request),
      [](v1::FetchEntriesReply&& reply) {
        std::vector<LedgerEntry> entries;
        for (v1::FetchedEntry& entry : *reply.mutable_entries()) {
          entries.push_back({std::move(*entry.mutable_header()), std::move(*entry.mutable_body()), 0});
        }
        return entries;
      },
      std::move(done));
}

void GrpcPeer::FetchCheckpoint(Done<Bytes> done) {
  Ask<Ledger, v1::GetCheckpointRequest, v1::GetCheckpointReply, Bytes>(
      ledger_->async(), &Ledger::GetCheckpoint, options_.forward_timeout_ms, {},
      [](v1::GetCheckpointReply&& reply) { return Bytes(std::move(*reply.mutable_checkpoint())); },
      std::move(done));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Peer>> Peer::Create(PeerOptions options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kMinBackoffMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxBackoffMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS,
                   kConnectTimeoutMs);  // gRPC's name for the connect timeout
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  ASSIGN_OR_RETURN(const auto channel, internal::Connect(options.connection, arguments));
  return std::make_unique<GrpcPeer>(std::move(options), channel);
}

}  // namespace symbolon::api
