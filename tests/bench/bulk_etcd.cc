#include "tests/bench/bulk_etcd.h"

#include <random>

#include "base/status_macros.h"
#include "tests/bench/etcd_cluster.h"
#include "tests/bench/etcd_items.h"

namespace symbolon::bench {
namespace {

constexpr uint64_t kPutsInTransaction = 128;  // the most that etcd takes by default

using Connections = std::vector<std::unique_ptr<EtcdClient>>;

absl::Status Fill(const Options& options, const EtcdCluster& cluster, size_t item_bytes, BulkEtcd& out) {
  const auto clients = static_cast<uint64_t>(options.clients);
  const uint64_t each =
      (options.attestations + clients * kPutsInTransaction - 1) / (clients * kPutsInTransaction);
  Connections connections;
  for (int i = 0; i < options.clients; ++i) {
    connections.push_back(
        std::make_unique<EtcdClient>(cluster.client_port(i % cluster.size()), cluster.tls()));
    RETURN_IF_ERROR(connections.back()->Status().status());
  }
  std::vector<Client> load;
  for (uint64_t i = 0; i < clients; ++i) {
    load.push_back([&, i](uint64_t n) {
      std::vector<EtcdClient::Item> items;
      const uint64_t first = (n * clients + i) * kPutsInTransaction;
      for (uint64_t k = 0; k < kPutsInTransaction; ++k) items.push_back(ItemOf(first + k, item_bytes));
      return connections[i]->PutAll(items);
    });
  }
  const double cpu = CpuSeconds(cluster.pids());
  ASSIGN_OR_RETURN(out.fill, RunCount(load, each));
  out.keys = out.fill.requests * kPutsInTransaction;
  out.fill_cpu_us = (CpuSeconds(cluster.pids()) - cpu) / static_cast<double>(out.keys) * 1e6;
  out.memory = LargestMemory(cluster.pids());
  return absl::OkStatus();
}

absl::StatusOr<Load> RunGet(const Connections& connections, bool serializable, double seconds,
                            uint64_t keys) {
  std::vector<Client> load;
  for (const auto& connection : connections) {
    load.push_back([&, serializable](uint64_t) {
      static thread_local std::mt19937_64 random{std::random_device{}()};
      return connection->Get(KeyOf(random() % keys), serializable);
    });
  }
  return RunSeconds(load, seconds);
}

// At the leader, where a linearizable get takes the fewest messages.
absl::StatusOr<Connections> ConnectToLeader(const Options& options, const EtcdCluster& cluster) {
  Connections connections;
  for (int i = 0; i < options.clients; ++i) {
    connections.push_back(std::make_unique<EtcdClient>(cluster.client_port(cluster.leader()), cluster.tls()));
    RETURN_IF_ERROR(connections.back()->Status().status());
  }
  return connections;
}

absl::Status Read(const Options& options, EtcdCluster& cluster, BulkEtcd& out) {
  ASSIGN_OR_RETURN(Connections connections, ConnectToLeader(options, cluster));
  ASSIGN_OR_RETURN(out.get_before_restart, RunGet(connections, false, options.read_seconds / 2.0, out.keys));
  // Each read of etcd 3.4 copies a buffer that grows with the writes of a moment and is not given back while
  // the cluster is idle. A cluster that was not just filled does not have it.
  connections.clear();
  RETURN_IF_ERROR(cluster.Restart());
  ASSIGN_OR_RETURN(connections, ConnectToLeader(options, cluster));
  const double cpu = CpuSeconds(cluster.pids());
  ASSIGN_OR_RETURN(out.get, RunGet(connections, false, options.read_seconds, out.keys));
  out.get_cpu_us = (CpuSeconds(cluster.pids()) - cpu) / static_cast<double>(out.get.requests) * 1e6;
  ASSIGN_OR_RETURN(out.get_serializable, RunGet(connections, true, options.read_seconds / 2.0, out.keys));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BulkEtcd> MeasureBulkEtcd(const Options& options, const std::string& folder,
                                         size_t item_bytes) {
  ASSIGN_OR_RETURN(const auto cluster, EtcdCluster::Start(folder));
  BulkEtcd out;
  Progress("etcd: transactions");
  RETURN_IF_ERROR(Fill(options, *cluster, item_bytes, out));
  Progress("etcd: get");
  RETURN_IF_ERROR(Read(options, *cluster, out));
  RETURN_IF_ERROR(cluster->Stop());
  double disk = 0;
  for (int i = 0; i < cluster->size(); ++i) disk += static_cast<double>(DiskBytes(cluster->data_folder(i)));
  out.disk_bytes_per_key = disk / cluster->size() / static_cast<double>(out.keys);
  return out;
}

}  // namespace symbolon::bench
