#include "tests/bench/bulk_symbolon.h"

#include <random>

#include "base/status_macros.h"
#include "ledger/entries/batch_limits.h"
#include "proto/verification.pb.h"
#include "tests/bench/symbolon_network.h"
#include "tests/bench/test_batches.h"

namespace symbolon::bench {
namespace {

constexpr uint32_t kBatch = ledger::kMaxBatchCount;  // what `symbolon publish` sends
constexpr int kStreams = 4;
constexpr uint64_t kStreamChunk = 4096;

using Connections = std::vector<std::unique_ptr<api::Client>>;

uint64_t RandomNumber(uint64_t below) {
  static thread_local std::mt19937_64 random{std::random_device{}()};
  return random() % below;
}

absl::Status Fill(const Options& options, SymbolonNetwork& network, BulkSymbolon& out) {
  const auto clients = static_cast<uint64_t>(options.clients);
  const uint64_t each = (options.attestations + clients * kBatch - 1) / (clients * kBatch);
  Connections connections;
  std::vector<std::vector<ReadyBatch>> batches;
  for (Issuer& issuer : network.issuers()) {
    ASSIGN_OR_RETURN(auto client, network.Connect(issuer.agency, "registrar"));
    ASSIGN_OR_RETURN(auto ready, MakeBatches(issuer, network.trust().network(), each, kBatch));
    RETURN_IF_ERROR(client->NextSequence(issuer.agency, issuer.key_id).status());  // connects
    connections.push_back(std::move(client));
    batches.push_back(std::move(ready));
  }
  std::vector<Client> load;
  for (size_t i = 0; i < connections.size(); ++i) {
    load.push_back([&, i](uint64_t n) {
      return connections[i]->SubmitBatch(batches[i][n].signed_batch, batches[i][n].body).status();
    });
  }
  ASSIGN_OR_RETURN(const std::vector<pid_t> pids, network.Pids());
  const double cpu = CpuSeconds(pids);
  ASSIGN_OR_RETURN(out.fill, RunCount(load, each));
  out.attestations = out.fill.requests * kBatch;
  out.bytes_per_attestation = batches[0][0].size() / kBatch;
  RETURN_IF_ERROR(network.AwaitCaughtUp());
  out.fill_cpu_us = (CpuSeconds(pids) - cpu) / static_cast<double>(out.attestations) * 1e6;
  out.memory = LargestMemory(pids);
  return absl::OkStatus();
}

// Sizes of the messages on the wire, and a proof to look at.
absl::Status LookAtOneReply(api::Client& client, BulkSymbolon& out) {
  const uint64_t number = out.attestations / 2;
  ASSIGN_OR_RETURN(const api::Verified verified, client.Verify(number, {}));
  out.proof = verified.proof;
  v1::VerifyRequest request;
  request.set_attestation_number(number);
  request.mutable_freshness()->set_any(true);
  out.request_bytes = request.ByteSizeLong();
  v1::VerifyReply reply;
  reply.mutable_as_of()->set_applied_index(verified.as_of.applied_index);
  reply.mutable_as_of()->set_applied_time_ms(verified.as_of.applied_time_ms);
  reply.set_proof(verified.proof);
  out.reply_bytes = reply.ByteSizeLong();
  return absl::OkStatus();
}

absl::StatusOr<Load> RunVerify(const Connections& connections, api::Freshness freshness, double seconds,
                               uint64_t attestations, pid_t pid, double& cpu_us) {
  std::vector<Client> load;
  for (const auto& connection : connections) {
    load.push_back([&, freshness](uint64_t) -> absl::Status {
      ASSIGN_OR_RETURN(const api::Verified verified,
                       connection->Verify(RandomNumber(attestations), freshness));
      const bool good = verified.status == api::AttestationStatus::kValid && !verified.proof.empty();
      return good ? absl::OkStatus() : absl::DataLossError("an attestation was not found valid");
    });
  }
  const double cpu = CpuSeconds(pid);
  ASSIGN_OR_RETURN(const Load out, RunSeconds(load, seconds));
  cpu_us = (CpuSeconds(pid) - cpu) / static_cast<double>(out.requests) * 1e6;
  return out;
}

absl::Status RunStreams(const Connections& connections, double seconds, pid_t pid, BulkSymbolon& out) {
  std::vector<Client> load;
  for (int i = 0; i < kStreams; ++i) {
    load.push_back([&, i](uint64_t) -> absl::Status {
      std::vector<uint64_t> numbers;
      for (uint64_t n = 0; n < kStreamChunk; ++n) numbers.push_back(RandomNumber(out.attestations));
      absl::Status first;
      const auto on_reply = [&](size_t, const absl::StatusOr<api::Verified>& reply) {
        if (first.ok()) first = reply.status();
      };
      RETURN_IF_ERROR(connections[i]->VerifyMany(numbers, {}, on_reply));
      return first;
    });
  }
  const double cpu = CpuSeconds(pid);
  ASSIGN_OR_RETURN(const Load done, RunSeconds(load, seconds));
  const double answers = static_cast<double>(done.requests * kStreamChunk);
  out.stream_per_second = answers / done.seconds;
  out.stream_cpu_us = (CpuSeconds(pid) - cpu) / answers * 1e6;
  return absl::OkStatus();
}

// At one node that does not lead: any node can answer.
absl::Status Read(const Options& options, SymbolonNetwork& network, BulkSymbolon& out) {
  ASSIGN_OR_RETURN(const std::string leader, network.Leader());
  const std::string& agency = network.agencies()[network.agencies()[0] == leader ? 1 : 0];
  ASSIGN_OR_RETURN(const pid_t pid, network.Pid(agency));
  Connections connections;
  for (int i = 0; i < options.clients; ++i) {
    ASSIGN_OR_RETURN(auto client, network.Connect(agency, "verifier"));
    RETURN_IF_ERROR(LookAtOneReply(*client, out));  // connects
    connections.push_back(std::move(client));
  }
  ASSIGN_OR_RETURN(
      out.verify, RunVerify(connections, {}, options.read_seconds, out.attestations, pid, out.verify_cpu_us));
  ASSIGN_OR_RETURN(out.verify_linearizable,
                   RunVerify(connections, {.mode = api::Freshness::Mode::kLinearizable}, options.read_seconds,
                             out.attestations, pid, out.verify_linearizable_cpu_us));
  RETURN_IF_ERROR(RunStreams(connections, options.read_seconds / 2.0, pid, out));
  ASSIGN_OR_RETURN(const std::vector<pid_t> pids, network.Pids());
  out.memory_after_reading = LargestMemory(pids);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BulkSymbolon> MeasureBulkSymbolon(const Options& options, const std::string& folder) {
  Progress("batches");
  ASSIGN_OR_RETURN(const auto network, SymbolonNetwork::Start(folder, options.clients));
  BulkSymbolon out;
  RETURN_IF_ERROR(Fill(options, *network, out));
  Progress("verify");
  RETURN_IF_ERROR(Read(options, *network, out));
  Progress("audit");
  ASSIGN_OR_RETURN(out.audit, MeasureAudit(*network));
  RETURN_IF_ERROR(network->Stop());
  double disk = 0;
  for (const std::string& agency : network->agencies())
    disk += static_cast<double>(DiskBytes(network->DataFolder(agency)));
  out.disk_bytes_per_attestation =
      disk / static_cast<double>(network->agencies().size()) / static_cast<double>(out.attestations);
  return out;
}

}  // namespace symbolon::bench
