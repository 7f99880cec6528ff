#pragma once
// What the benchmark asks of etcd: blocking calls over one connection, as this project's own client makes
// them.

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "tests/bench/tls_files.h"

namespace symbolon::bench {

class EtcdClient {
 public:
  EtcdClient(int port, const TlsFiles& tls);
  ~EtcdClient();
  EtcdClient(const EtcdClient&) = delete;
  EtcdClient& operator=(const EtcdClient&) = delete;

  struct MemberStatus {
    bool has_leader = false;
    bool leads = false;
    std::string version;
  };
  // Also makes the connection.
  absl::StatusOr<MemberStatus> Status();

  using Item = std::pair<Bytes, Bytes>;  // key, value
  // Writes that etcd answers with "request timed out" or "too many requests" are sent again.
  absl::Status Put(const Item& item);
  // One transaction.
  absl::Status PutAll(const std::vector<Item>& items);
  // NotFound when the key is not there. Linearizable unless `serializable`.
  absl::Status Get(const Bytes& key, bool serializable);

  // Writes that were sent again, of all clients of this process.
  static uint64_t Retries();

 private:
  struct Stubs;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace symbolon::bench
