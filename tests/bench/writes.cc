#include "tests/bench/writes.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "tests/bench/etcd_cluster.h"
#include "tests/bench/etcd_items.h"
#include "tests/bench/load.h"
#include "tests/bench/process_stats.h"
#include "tests/bench/symbolon_network.h"
#include "tests/bench/test_batches.h"

namespace symbolon::bench {
namespace {

struct Writes {
  Load load;          // all clients
  Load alone;         // one client, so that nothing is shared
  double cpu_us = 0;  // processor time of the three nodes per request
  size_t bytes = 0;   // of one request
};

void Describe(const std::string& who, const Writes& writes, Report& report) {
  report.Add(who + ", all clients: median", writes.load.p50_ms, "ms");
  report.Add(who + ", all clients: 99th percentile", writes.load.p99_ms, "ms");
  report.Add(who + ", one client: median", writes.alone.p50_ms, "ms");
  report.Add(who + ", processor time of the three nodes per request", writes.cpu_us, "us");
}

// The first requests of every client are sent before the clock starts.
uint64_t WarmUp(uint64_t each) {
  return each / 10 + 1;
}

absl::StatusOr<Writes> MeasureOurs(const Options& options, const std::string& folder) {
  ASSIGN_OR_RETURN(const auto network, SymbolonNetwork::Start(folder, options.clients));
  const uint64_t each = options.single_requests / static_cast<uint64_t>(options.clients);
  const uint64_t warm_up = WarmUp(each);
  std::vector<std::unique_ptr<api::Client>> connections;
  std::vector<std::vector<ReadyBatch>> batches;
  for (Issuer& issuer : network->issuers()) {
    ASSIGN_OR_RETURN(auto client, network->Connect(issuer.agency, "registrar"));
    ASSIGN_OR_RETURN(auto ready, MakeBatches(issuer, network->trust().network(), 2 * warm_up + each, 1));
    connections.push_back(std::move(client));
    batches.push_back(std::move(ready));
  }
  const auto clients = [&](uint64_t first) {
    std::vector<Client> out;
    for (size_t i = 0; i < connections.size(); ++i) {
      out.push_back([&, i, first](uint64_t n) {
        const ReadyBatch& batch = batches[i][first + n];
        return connections[i]->SubmitBatch(batch.signed_batch, batch.body).status();
      });
    }
    return out;
  };
  Writes writes;
  writes.bytes = batches[0][0].size();
  RETURN_IF_ERROR(RunCount(clients(0), warm_up).status());
  ASSIGN_OR_RETURN(const std::vector<pid_t> pids, network->Pids());
  const double cpu = CpuSeconds(pids);
  ASSIGN_OR_RETURN(writes.load, RunCount(clients(warm_up), each));
  writes.cpu_us = (CpuSeconds(pids) - cpu) / static_cast<double>(writes.load.requests) * 1e6;
  ASSIGN_OR_RETURN(writes.alone, RunCount({clients(warm_up + each)[0]}, warm_up));
  return writes;
}

absl::StatusOr<Writes> MeasureEtcd(const Options& options, const std::string& folder, size_t bytes,
                                   Report& report) {
  ASSIGN_OR_RETURN(const auto cluster, EtcdCluster::Start(folder));
  report.setup.emplace_back("etcd", cluster->version());
  const uint64_t each = options.single_requests / static_cast<uint64_t>(options.clients);
  const uint64_t warm_up = WarmUp(each);
  std::vector<std::unique_ptr<EtcdClient>> connections;
  for (int i = 0; i < options.clients; ++i) {
    connections.push_back(
        std::make_unique<EtcdClient>(cluster->client_port(i % cluster->size()), cluster->tls()));
  }
  const auto clients = [&](uint64_t first) {
    std::vector<Client> out;
    for (size_t i = 0; i < connections.size(); ++i) {
      out.push_back([&, i, first](uint64_t n) {
        return connections[i]->Put(ItemOf((first + n) * connections.size() + i, bytes));
      });
    }
    return out;
  };
  Writes writes;
  writes.bytes = bytes;
  RETURN_IF_ERROR(RunCount(clients(0), warm_up).status());
  const double cpu = CpuSeconds(cluster->pids());
  ASSIGN_OR_RETURN(writes.load, RunCount(clients(warm_up), each));
  writes.cpu_us = (CpuSeconds(cluster->pids()) - cpu) / static_cast<double>(writes.load.requests) * 1e6;
  ASSIGN_OR_RETURN(writes.alone, RunCount({clients(warm_up + each)[0]}, warm_up));
  return writes;
}

}  // namespace

absl::Status MeasureWrites(const Options& options, const std::string& folder, Report& report) {
  Progress("one attestation per request");
  ASSIGN_OR_RETURN(const Writes ours, MeasureOurs(options, folder + "/symbolon"));
  Progress("etcd: one put per request");
  ASSIGN_OR_RETURN(const Writes etcd, MeasureEtcd(options, folder + "/etcd", ours.bytes, report));
  report.Add(
      {.what = "one attestation per request, committed",
       .against = "etcd put of equal bytes, same clients",
       .unit = "/s",
       .value = ours.load.per_second(),
       .reference = etcd.load.per_second(),
       .at_least = 1.2,
       .aim = 2,
       .note = fmt::format("{} clients over three nodes, {} bytes a request", options.clients, ours.bytes)});
  Describe("one attestation", ours, report);
  Describe("etcd put", etcd, report);
  return absl::OkStatus();
}

}  // namespace symbolon::bench
