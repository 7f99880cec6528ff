#include "tests/bench/etcd_cluster.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/status_macros.h"
#include "cli/network/process.h"
#include "storage/atomic_file.h"
#include "tests/bench/etcd_client.h"
#include "tests/bench/load.h"
#include "tests/bench/ports.h"

namespace symbolon::bench {
namespace {

constexpr char kProgram[] = "/usr/bin/etcd";  // Debian's etcd-server
constexpr int kMembers = 3;
constexpr int kStopGraceMs = 20000;
constexpr auto kReadyTimeout = std::chrono::seconds(60);
constexpr auto kPoll = std::chrono::milliseconds(50);

}  // namespace

absl::StatusOr<std::unique_ptr<EtcdCluster>> EtcdCluster::Start(const std::string& folder) {
  if (!storage::FileExists(kProgram)) {
    return absl::NotFoundError(fmt::format("{} is missing: scripts/setup installs etcd-server", kProgram));
  }
  std::unique_ptr<EtcdCluster> cluster(new EtcdCluster(folder));
  RETURN_IF_ERROR(storage::CreateDirectories(folder));
  ASSIGN_OR_RETURN(cluster->tls_, MakeTlsFiles(folder + "/tls"));
  RETURN_IF_ERROR(cluster->ChooseNamesAndPorts());
  for (Member& member : cluster->members_) RETURN_IF_ERROR(cluster->Spawn(member));
  RETURN_IF_ERROR(cluster->AwaitLeader());
  return cluster;
}

EtcdCluster::~EtcdCluster() {
  Stop().IgnoreError();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

absl::Status EtcdCluster::Stop() {
  absl::Status first;
  for (Member& member : members_) {
    if (member.pid == 0) continue;
    const absl::Status status = cli::EndProcess(member.pid, kStopGraceMs);
    member.pid = 0;
    if (first.ok()) first = status;
  }
  return first;
}

absl::Status EtcdCluster::Restart() {
  RETURN_IF_ERROR(Stop());
  for (Member& member : members_) RETURN_IF_ERROR(Spawn(member));
  return AwaitLeader();
}

std::vector<pid_t> EtcdCluster::pids() const {
  std::vector<pid_t> pids;
  for (const Member& member : members_) pids.push_back(member.pid);
  return pids;
}

absl::Status EtcdCluster::ChooseNamesAndPorts() {
  const std::vector<int> ports = FreePorts(2 * kMembers);
  if (ports.empty()) return absl::ResourceExhaustedError("no free ports");
  for (int i = 0; i < kMembers; ++i) {
    Member member;
    member.name = fmt::format("etcd{}", i + 1);
    member.data = fmt::format("{}/{}", folder_, member.name);
    member.log = fmt::format("{}/{}.log", folder_, member.name);
    member.client_port = ports[2 * i];
    member.peer_port = ports[2 * i + 1];
    initial_cluster_ +=
        fmt::format("{}{}=https://{}:{}", i == 0 ? "" : ",", member.name, kServerName, member.peer_port);
    members_.push_back(std::move(member));
  }
  return absl::OkStatus();
}

absl::Status EtcdCluster::Spawn(Member& member) {
  const std::vector<std::string> arguments = {
      kProgram,
      "--name=" + member.name,
      "--data-dir=" + member.data,
      fmt::format("--listen-client-urls=https://127.0.0.1:{}", member.client_port),
      fmt::format("--advertise-client-urls=https://{}:{}", kServerName, member.client_port),
      fmt::format("--listen-peer-urls=https://127.0.0.1:{}", member.peer_port),
      fmt::format("--initial-advertise-peer-urls=https://{}:{}", kServerName, member.peer_port),
      "--initial-cluster=" + initial_cluster_,
      "--initial-cluster-state=new",
      "--client-cert-auth",
      "--trusted-ca-file=" + tls_.authority_file,
      "--cert-file=" + tls_.certificate_file,
      "--key-file=" + tls_.key_file,
      "--peer-client-cert-auth",
      "--peer-trusted-ca-file=" + tls_.authority_file,
      "--peer-cert-file=" + tls_.certificate_file,
      "--peer-key-file=" + tls_.key_file,
      "--logger=zap",
      "--log-level=error",
  };
  ASSIGN_OR_RETURN(member.pid, cli::SpawnDetached(arguments, member.log));
  return absl::OkStatus();
}

absl::Status EtcdCluster::AwaitLeader() {
  const auto deadline = std::chrono::steady_clock::now() + kReadyTimeout;
  for (int i = 0; i < size(); ++i) {
    EtcdClient client(client_port(i), tls_);
    absl::StatusOr<EtcdClient::MemberStatus> status = client.Status();
    while (!status.ok() || !status->has_leader) {
      if (Interrupted() || std::chrono::steady_clock::now() > deadline) {
        return absl::UnavailableError(fmt::format("etcd does not get ready; see {} ({})", members_[i].log,
                                                  std::string(status.status().message())));
      }
      std::this_thread::sleep_for(kPoll);
      status = client.Status();
    }
    if (status->leads) leader_ = i;
    version_ = status->version;
  }
  return absl::OkStatus();
}

}  // namespace symbolon::bench
