#include "api/client.h"

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>

#include "api/internal/connection.h"
#include "api/internal/conversion.h"
#include "api/internal/stall_guard.h"
#include "api/internal/verify_many.h"
#include "base/status_macros.h"
#include "proto/governance.grpc.pb.h"
#include "proto/ledger.grpc.pb.h"
#include "proto/node.grpc.pb.h"
#include "proto/publishing.grpc.pb.h"
#include "proto/status.grpc.pb.h"
#include "proto/verification.grpc.pb.h"

namespace symbolon::api {
namespace {

using internal::Explain;
using internal::Read;
using internal::Write;

// A person or a script that tries again is not kept waiting by gRPC, whose own pauses grow to two minutes.
constexpr int kMinBackoffMs = 100;
constexpr int kMaxBackoffMs = 2000;
constexpr int kKeepaliveTimeMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 10'000;

class GrpcClient final : public Client {
 public:
  GrpcClient(ClientOptions options, const std::shared_ptr<grpc::Channel>& channel)
      : options_(std::move(options)),
        publishing_(v1::Publishing::NewStub(channel)),
        status_register_(v1::StatusRegister::NewStub(channel)),
        verification_(v1::Verification::NewStub(channel)),
        ledger_(v1::LedgerReading::NewStub(channel)),
        node_(v1::NodeAdmin::NewStub(channel)),
        governance_(v1::Governance::NewStub(channel)) {}

  absl::StatusOr<Submitted> SubmitBatch(const Bytes& signed_batch, const Bytes& body) override {
    v1::SubmitBatchRequest request;
    request.set_signed_batch(signed_batch);
    request.set_body(body);
    v1::SubmitReply reply;
    RETURN_IF_ERROR(Call(*publishing_, &v1::Publishing::Stub::SubmitBatch, request, &reply));
    return Read(std::move(reply));
  }

  absl::StatusOr<Submitted> SubmitStatus(const Bytes& signed_transaction) override {
    v1::SubmitStatusRequest request;
    request.set_signed_transaction(signed_transaction);
    v1::SubmitReply reply;
    RETURN_IF_ERROR(Call(*status_register_, &v1::StatusRegister::Stub::SubmitStatus, request, &reply));
    return Read(std::move(reply));
  }

  absl::StatusOr<uint64_t> NextSequence(const std::string& issuer, uint32_t key_id) override {
    v1::NextSequenceRequest request;
    request.set_issuer(issuer);
    request.set_key_id(key_id);
    v1::NextSequenceReply reply;
    RETURN_IF_ERROR(Call(*publishing_, &v1::Publishing::Stub::NextSequence, request, &reply));
    return reply.next_sequence();
  }

  absl::StatusOr<Verified> Verify(uint64_t number, Freshness freshness) override {
    v1::VerifyRequest request;
    request.set_attestation_number(number);
    Write(freshness, request.mutable_freshness());
    v1::VerifyReply reply;
    RETURN_IF_ERROR(Call(*verification_, &v1::Verification::Stub::Verify, request, &reply));
    return Read(std::move(reply));
  }

  absl::Status VerifyMany(const std::vector<uint64_t>& numbers, Freshness freshness,
                          const std::function<void(size_t, absl::StatusOr<Verified>)>& on_reply) override {
    return internal::VerifyMany(verification_.get(), options_, numbers, freshness, on_reply);
  }

  absl::StatusOr<std::vector<AttestationStatus>> GetStatus(const std::vector<uint64_t>& numbers,
                                                           Freshness freshness, AsOf* as_of) override {
    v1::GetStatusRequest request;
    request.mutable_attestation_numbers()->Add(numbers.begin(), numbers.end());
    Write(freshness, request.mutable_freshness());
    v1::GetStatusReply reply;
    RETURN_IF_ERROR(Call(*status_register_, &v1::StatusRegister::Stub::GetStatus, request, &reply));
    if (static_cast<size_t>(reply.statuses_size()) != numbers.size()) {
      return absl::DataLossError(fmt::format("the node at {} answered {} statuses for {} numbers",
                                             options_.address, reply.statuses_size(), numbers.size()));
    }
    std::vector<AttestationStatus> statuses;
    statuses.reserve(numbers.size());
    for (int i = 0; i < reply.statuses_size(); ++i) {
      ASSIGN_OR_RETURN(const AttestationStatus status, Read(reply.statuses(i)));
      statuses.push_back(status);
    }
    if (as_of != nullptr) *as_of = Read(reply.as_of());
    return statuses;
  }

  absl::StatusOr<Bytes> Genesis() override {
    v1::GetGenesisReply reply;
    RETURN_IF_ERROR(Call(*ledger_, &v1::LedgerReading::Stub::GetGenesis, v1::GetGenesisRequest(), &reply));
    return std::move(*reply.mutable_genesis());
  }

  absl::StatusOr<Bytes> Checkpoint() override {
    v1::GetCheckpointReply reply;
    RETURN_IF_ERROR(
        Call(*ledger_, &v1::LedgerReading::Stub::GetCheckpoint, v1::GetCheckpointRequest(), &reply));
    return std::move(*reply.mutable_checkpoint());
  }

  absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t entry_index, uint64_t tree_size) override {
    v1::GetInclusionProofRequest request;
    request.set_entry_index(entry_index);
    request.set_tree_size(tree_size);
    v1::ProofReply reply;
    RETURN_IF_ERROR(Call(*ledger_, &v1::LedgerReading::Stub::GetInclusionProof, request, &reply));
    return Read(reply);
  }

  absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t first_size, uint64_t second_size) override {
    v1::GetConsistencyProofRequest request;
    request.set_first_size(first_size);
    request.set_second_size(second_size);
    v1::ProofReply reply;
    RETURN_IF_ERROR(Call(*ledger_, &v1::LedgerReading::Stub::GetConsistencyProof, request, &reply));
    return Read(reply);
  }

  absl::Status ReadEntries(uint64_t first_index, uint64_t last_index,
                           const std::function<absl::Status(LedgerEntry)>& on_entry) override;

  absl::StatusOr<NodeState> State() override {
    v1::GetNodeStatusReply reply;
    RETURN_IF_ERROR(Call(*node_, &v1::NodeAdmin::Stub::GetNodeStatus, v1::GetNodeStatusRequest(), &reply));
    return Read(reply);
  }

  absl::StatusOr<Submitted> SubmitDecision(const Bytes& decision) override {
    v1::SubmitDecisionRequest request;
    request.set_decision(decision);
    v1::SubmitReply reply;
    RETURN_IF_ERROR(Call(*governance_, &v1::Governance::Stub::SubmitDecision, request, &reply));
    return Read(std::move(reply));
  }

  absl::StatusOr<MembershipState> Membership(uint64_t after_index) override {
    v1::GetMembershipRequest request;
    request.set_after_index(after_index);
    v1::GetMembershipReply reply;
    RETURN_IF_ERROR(Call(*governance_, &v1::Governance::Stub::GetMembership, request, &reply));
    return Read(std::move(reply));
  }

 private:
  template <typename Stub, typename Request, typename Reply>
  absl::Status Call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Reply*),
                    const Request& request, Reply* reply) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(options_.timeout_ms));
    return Explain((stub.*method)(&context, request, reply), options_);
  }

  const ClientOptions options_;
  const std::unique_ptr<v1::Publishing::Stub> publishing_;
  const std::unique_ptr<v1::StatusRegister::Stub> status_register_;
  const std::unique_ptr<v1::Verification::Stub> verification_;
  const std::unique_ptr<v1::LedgerReading::Stub> ledger_;
  const std::unique_ptr<v1::NodeAdmin::Stub> node_;
  const std::unique_ptr<v1::Governance::Stub> governance_;
};

absl::Status GrpcClient::ReadEntries(uint64_t first_index, uint64_t last_index,
                                     const std::function<absl::Status(LedgerEntry)>& on_entry) {
  v1::ReadEntriesRequest request;
  request.set_first_index(first_index);
  request.set_last_index(last_index);
  grpc::ClientContext context;
  absl::Status result;
  grpc::Status status;
  bool stalled = false;
  {
    const auto stream = ledger_->ReadEntries(&context, request);
    internal::StallGuard guard(&context, options_.timeout_ms);
    v1::LedgerEntry entry;
    while (result.ok() && stream->Read(&entry)) {
      result = on_entry(Read(std::move(entry)));
      guard.Touch();
    }
    if (!result.ok()) context.TryCancel();
    status = stream->Finish();
    stalled = guard.Stalled();
  }
  if (!result.ok()) return result;
  if (stalled) status = {grpc::StatusCode::DEADLINE_EXCEEDED, ""};
  return Explain(status, options_);
}

}  // namespace

std::string ServerName(std::string_view node_name) {
  std::string name(node_name);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name + ".node.symbolon";
}

absl::StatusOr<std::unique_ptr<Client>> Client::Create(ClientOptions options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kMinBackoffMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxBackoffMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  ASSIGN_OR_RETURN(const auto channel, internal::Connect(options, arguments));
  return std::make_unique<GrpcClient>(std::move(options), channel);
}

}  // namespace symbolon::api
