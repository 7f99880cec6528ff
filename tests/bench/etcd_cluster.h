#pragma once
// Three etcd processes with mutual TLS between them and towards clients, otherwise as etcd comes.

#include <absl/status/statusor.h>
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/tls_files.h"

namespace symbolon::bench {

class EtcdCluster {
 public:
  // In a (new) folder; waits until every member knows the leader. NotFound when etcd is not installed.
  static absl::StatusOr<std::unique_ptr<EtcdCluster>> Start(const std::string& folder);
  // Ends the processes and removes the folder.
  ~EtcdCluster();

  // SIGTERM to all.
  absl::Status Stop();
  // Stops all, starts them on the same data, and waits as Start does.
  absl::Status Restart();

  const TlsFiles& tls() const { return tls_; }
  int size() const { return static_cast<int>(members_.size()); }
  int client_port(int member) const { return members_[member].client_port; }
  const std::string& data_folder(int member) const { return members_[member].data; }
  int leader() const { return leader_; }  // as it was at the last start
  const std::string& version() const { return version_; }
  std::vector<pid_t> pids() const;

 private:
  struct Member {
    std::string name, data, log;
    int client_port = 0, peer_port = 0;
    pid_t pid = 0;
  };
  explicit EtcdCluster(std::string folder) : folder_(std::move(folder)) {}
  absl::Status ChooseNamesAndPorts();
  absl::Status Spawn(Member& member);
  absl::Status AwaitLeader();

  const std::string folder_;
  TlsFiles tls_;
  std::vector<Member> members_;
  std::string initial_cluster_;
  std::string version_;
  int leader_ = 0;
};

}  // namespace symbolon::bench
