#include "tests/bench/etcd_client.h"

#include <atomic>

#include "base/status_macros.h"
#include "etcd_kv.grpc.pb.h"
#include "tests/bench/grpc_channel.h"

namespace symbolon::bench {

namespace pb = etcdserverpb;

namespace {

constexpr int kAttempts = 20;

std::atomic<uint64_t> retries{0};

// `call(context)` until it is answered otherwise than by "try again".
template <typename Call>
absl::Status Insist(const char* what, Call call) {
  grpc::Status status;
  for (int i = 0; i < kAttempts; ++i) {
    grpc::ClientContext context;
    SetDeadline(context);
    status = call(context);
    const bool again = status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                       status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED;
    if (!again) break;
    retries.fetch_add(1);
  }
  return FromGrpc(status, what);
}

}  // namespace

struct EtcdClient::Stubs {
  std::unique_ptr<pb::KV::Stub> kv;
  std::unique_ptr<pb::Maintenance::Stub> maintenance;
};

EtcdClient::EtcdClient(int port, const TlsFiles& tls) : stubs_(std::make_unique<Stubs>()) {
  const std::shared_ptr<grpc::Channel> channel = Dial(port, tls);
  stubs_->kv = pb::KV::NewStub(channel);
  stubs_->maintenance = pb::Maintenance::NewStub(channel);
}

EtcdClient::~EtcdClient() = default;

absl::StatusOr<EtcdClient::MemberStatus> EtcdClient::Status() {
  grpc::ClientContext context;
  SetDeadline(context);
  pb::StatusResponse response;
  RETURN_IF_ERROR(
      FromGrpc(stubs_->maintenance->Status(&context, pb::StatusRequest(), &response), "etcd status"));
  return MemberStatus{response.leader() != 0, response.leader() == response.header().member_id(),
                      response.version()};
}

absl::Status EtcdClient::Put(const Item& item) {
  pb::PutRequest request;
  request.set_key(item.first);
  request.set_value(item.second);
  pb::PutResponse response;
  return Insist("etcd put",
                [&](grpc::ClientContext& context) { return stubs_->kv->Put(&context, request, &response); });
}

absl::Status EtcdClient::PutAll(const std::vector<Item>& items) {
  pb::TxnRequest request;
  for (const Item& item : items) {
    pb::PutRequest* put = request.add_success()->mutable_request_put();
    put->set_key(item.first);
    put->set_value(item.second);
  }
  pb::TxnResponse response;
  RETURN_IF_ERROR(Insist("etcd transaction", [&](grpc::ClientContext& context) {
    return stubs_->kv->Txn(&context, request, &response);
  }));
  return response.succeeded() ? absl::OkStatus() : absl::InternalError("etcd transaction failed");
}

absl::Status EtcdClient::Get(const Bytes& key, bool serializable) {
  grpc::ClientContext context;
  SetDeadline(context);
  pb::RangeRequest request;
  request.set_key(key);
  request.set_serializable(serializable);
  pb::RangeResponse response;
  RETURN_IF_ERROR(FromGrpc(stubs_->kv->Range(&context, request, &response), "etcd get"));
  return response.kvs_size() == 1 ? absl::OkStatus() : absl::NotFoundError("etcd lacks a key");
}

uint64_t EtcdClient::Retries() {
  return retries.load();
}

}  // namespace symbolon::bench
