// Thousands of broken messages to every method of a running server, over TLS, as a member's faulty or
// malicious program would send them. The server must answer each, keep serving, and forget them all.

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>

#include "api/authorizer.h"
#include "api/internal/consensus_conversion.h"
#include "proto/ledger.pb.h"
#include "proto/publishing.pb.h"
#include "proto/status.pb.h"
#include "proto/verification.pb.h"
#include "tests/api/hostile_bytes.h"
#include "tests/api/raw_call.h"
#include "tests/api/test_network.h"

namespace symbolon::api {
namespace {

constexpr int kCasesPerMethod = 2000;
constexpr int kWindow = 64;

// How many calls run, and how they ended.
class Calls {
 public:
  void Begin() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return running_ < kWindow; });
    ++running_;
  }
  void End(const grpc::Status& status) {
    const std::lock_guard lock(mutex_);
    --running_;
    ++ended_[status.error_code()];
    changed_.notify_all();
  }
  std::map<grpc::StatusCode, int> WaitForAll() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return running_ == 0; });
    return ended_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int running_ = 0;
  std::map<grpc::StatusCode, int> ended_;
};

// How many answers are enough: a stream of health never ends by itself.
int EnoughOf(const std::string& method) {
  return method == "/grpc.health.v1.Health/Watch" ? 1 : 3;
}

// Sends one message, reads a few answers or the end.
class HostileCall final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  HostileCall(grpc::GenericStub* stub, const std::string& method, const std::string& bytes, Calls* calls)
      : calls_(calls), enough_(EnoughOf(method)) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    stub->PrepareBidiStreamingCall(&context_, method, grpc::StubOptions(), this);
    const grpc::Slice slice(bytes);
    request_ = grpc::ByteBuffer(&slice, 1);
    StartWriteLast(&request_, grpc::WriteOptions());
    StartRead(&reply_);
    StartCall();
  }
  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (++replies_ == enough_) context_.TryCancel();
    StartRead(&reply_);
  }
  void OnDone(const grpc::Status& status) override {
    calls_->End(replies_ >= enough_ ? grpc::Status::OK : status);
    delete this;
  }

 private:
  Calls* const calls_;
  const int enough_;
  grpc::ClientContext context_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer reply_;
  int replies_ = 0;
};

std::vector<std::string> ConsensusSeeds() {
  using namespace consensus;
  const auto data = std::make_shared<const EntryData>(EntryData{"header", "body"});
  AppendRequest append;
  append.prev = {Index(5), Term(2)};
  append.entries = {{Index(6), Term(2), EntryKind::kNormal, data},
                    {Index(7), Term(3), EntryKind::kNoOp, data}};
  const std::vector<MessageBody> bodies = {PreVoteRequest{}, VoteReply{true}, append,
                                           AppendReply{},    Heartbeat{},     ReadReply{1, true, Index(4)}};
  std::vector<std::string> seeds;
  for (const MessageBody& body : bodies) {
    seeds.push_back(internal::ToProto({NodeId(kPeerNode), NodeId(kServerNode), Term(3), body}, kNetwork)
                        .SerializeAsString());
  }
  return seeds;
}

// Valid requests of a method, to be damaged.
std::vector<std::string> Seeds(const std::string& request_type) {
  if (request_type == "symbolon.v1.ConsensusMessage") return ConsensusSeeds();
  v1::SubmitBatchRequest batch;
  batch.set_signed_batch("signed batch");
  batch.set_body("body");
  v1::NextSequenceRequest sequence;
  sequence.set_issuer("THA-DOPA");
  sequence.set_key_id(1);
  v1::VerifyRequest verify;
  verify.set_attestation_number(12);
  verify.mutable_freshness()->set_linearizable(true);
  v1::VerifyManyRequest many;
  many.set_id(9);
  *many.mutable_request() = verify;
  v1::GetStatusRequest status;
  status.add_attestation_numbers(1);
  status.add_attestation_numbers(1ULL << 60);
  status.mutable_freshness()->set_at_least_index(3);
  v1::ReadEntriesRequest read;
  read.set_first_index(1);
  read.set_last_index(3);
  v1::ForwardRequest forward;
  forward.set_kind(1);
  forward.set_signed_bytes("signed batch");
  return {batch.SerializeAsString(),  sequence.SerializeAsString(), verify.SerializeAsString(),
          many.SerializeAsString(),   status.SerializeAsString(),   read.SerializeAsString(),
          forward.SerializeAsString()};
}

Role SomeRoleFor(const std::string& method) {
  for (const Role role : kAllRoles) {
    if (RpcRules().at(method).Contains(role)) return role;
  }
  return Role::kNode;
}

TEST(HostileRequestTest, EveryMethodOutlivesBrokenMessages) {
  TestNetwork network;
  std::map<std::string, std::vector<std::string>> seeds_of;
  for (const auto& [method, rule] : RpcRules()) seeds_of[method] = {};
  for (const Method& method : ProjectMethods()) seeds_of[method.name] = Seeds(method.request);
  HostileBytes bytes(20240501);
  int cases = 0;
  for (const auto& [method, seeds] : seeds_of) {
    grpc::GenericStub stub(network.Channel(TestCertificates::Get().Of(SomeRoleFor(method))));
    Calls calls;
    for (int i = 0; i < kCasesPerMethod; ++i) {
      calls.Begin();
      new HostileCall(&stub, method, bytes.Next(seeds), &calls);
    }
    for (const auto& [code, count] : calls.WaitForAll()) {
      cases += count;
      EXPECT_NE(code, grpc::StatusCode::UNAVAILABLE) << method << ": " << count << " calls were not answered";
      EXPECT_NE(code, grpc::StatusCode::DEADLINE_EXCEEDED) << method << ": " << count << " calls hung";
    }
  }
  EXPECT_GE(cases, 30'000);
  EXPECT_TRUE(network.ClientAs(Role::kVerifier)->Verify(1, {}).ok()) << "still serving";
  EXPECT_TRUE(Eventually([&] {
    const InFlight now = network.server().in_flight();
    return now.submissions == 0 && now.fresh_waits == 0 && now.ledger_streams == 0 && now.verify_streams == 0;
  }));
}

}  // namespace
}  // namespace symbolon::api
