#pragma once
// A whole network in a temporary folder: genesis, keys, certificates and configuration files as a network's
// founders would make them, and the nodes of it as real Nodes on 127.0.0.1. For tests and benchmarks.

#include <absl/status/statusor.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/client.h"
#include "api/tls.h"
#include "base/ed25519.h"
#include "ledger/entries/batch.h"
#include "ledger/entries/governance.h"
#include "ledger/entries/status_change.h"
#include "ledger/genesis.h"
#include "ledger/trust.h"
#include "node/node.h"
#include "tests/node/local_transport.h"

namespace symbolon::test {

// Calls `holds` until it is true; false when the deadline passes first.
bool Eventually(const std::function<bool()>& holds, std::chrono::seconds within = std::chrono::seconds(60));

struct TestBatch {
  Bytes signed_bytes;
  Bytes body;
  std::vector<Digest> commitments;
};

// Under the thread sanitizer nodes talk without gRPC, whose library it cannot look into.
enum class Transport { kGrpc, kLocal };
#ifdef __SANITIZE_THREAD__
inline constexpr Transport kDefaultTransport = Transport::kLocal;
#else
inline constexpr Transport kDefaultTransport = Transport::kGrpc;
#endif

class TestNetwork {
 public:
  struct Options {
    int nodes = 3;              // one agency each: TST-A1, TST-A2, ...
    std::string settings = {};  // more lines for every configuration file, from the top level on
    int tick_ms = 20;
    int election_ticks = 25;
    int heartbeat_ticks = 3;
    int seal_interval_ms = 50;
    Transport transport = kDefaultTransport;
  };

  // Everything but started nodes. Fails the program (by CHECK-like abort) when the machine has no ports or
  // disk left.
  explicit TestNetwork(Options options);
  // Destroys the nodes and removes the folder.
  ~TestNetwork();

  // ---- nodes, counted from 0
  int size() const { return static_cast<int>(agencies_.size()); }
  // After what its log has lost is had from the others, as symbolond does it.
  absl::Status StartNode(int i);
  absl::Status StartAll();
  // How node `i` is started.
  node::NodeOptions OptionsFor(int i);
  // Has from others what the log of a node that does not run has lost; returns when nothing is missing.
  static absl::Status Repair(const node::NodeOptions& options);
  absl::Status StopNode(int i);  // gracefully
  void KillNode(int i);          // destroys it without Stop
  bool running(int i) const { return agencies_[i].node != nullptr; }
  node::Node& node(int i) { return *agencies_[i].node; }
  api::Backend& backend(int i) { return node(i).backend(); }
  // A running node that leads and knows it; -1 when there is none within a minute.
  int AwaitLeader();
  // Another running node than `i`.
  int OtherThan(int i) const;

  // ---- members that come later
  // The folder of a new node of agency `of`, counted on from the last node; it is not known to anybody yet.
  int MakeNode(int of);
  // What the stewards have to sign to admit node `i`.
  ledger::AddNode Admission(int i, ledger::NodeKind kind) const;
  uint64_t number(int i) const { return agencies_[i].registered.number; }
  // Two stewards (if there are two) sign, and an operator hands it to node `at`, which answers.
  absl::StatusOr<api::Submitted> Decide(int at, ledger::Action action);
  // Until what was decided is carried out, as node `at` has applied it.
  bool AwaitCarriedOut(int at);
  // The genesis, and what node `at` shows of the decisions since.
  ledger::Trust TrustAsOf(int at) const;

  // ---- what the founders made
  const std::string& dir() const { return dir_; }
  std::string NodeDir(int i) const;
  std::string ConfigFile(int i) const { return NodeDir(i) + "/node.toml"; }
  std::string DataDir(int i) const { return NodeDir(i) + "/data"; }
  const ledger::Genesis& genesis() const { return genesis_; }
  const Bytes& genesis_bytes() const { return genesis_bytes_; }
  const Digest& network() const { return network_; }
  const ledger::Trust& trust() const { return *trust_; }
  const std::string& agency(int i) const { return agencies_[i].id; }
  std::string address(int i) const;

  // ---- clients
  // How a client of agency `of` with this role reaches node `at`.
  api::ClientOptions ClientOptionsFor(int of, api::Role role, int at) const;
  // Connects lazily; each call makes a new one.
  std::unique_ptr<api::Client> NewClient(int of, api::Role role, int at) const;

  // ---- transactions of agency `of`, key 1
  // Random commitments, record type 1 (birth), issued `age` ago.
  TestBatch MakeBatch(int of, uint64_t sequence, uint32_t count,
                      std::chrono::seconds age = std::chrono::seconds(60)) const;
  Bytes MakeStatus(int of, uint64_t sequence, std::vector<ledger::StatusChange> changes) const;

  // Log lines of all nodes so far (JSON), each with a newline.
  std::string LogLines() const;

 private:
  struct Client {
    api::Role role;
    api::TlsIdentity identity;
  };
  struct Agency {
    std::string id;
    api::GeneratedAuthority authority;
    ledger::Node registered;
    std::string node_dir;
    std::shared_ptr<const SigningKey> batch_key;
    std::vector<Client> clients;
    int port = 0;
    std::unique_ptr<node::Node> node;
    bool created = false;
  };
  struct LogSink;

  void MakeAgency(int i, std::vector<ledger::Agency>* out);
  void MakeNodeFiles(int i);
  void WriteConfig(int i);

  const Options options_;

  std::string dir_;
  // Never moved: other threads publish while a node is added.
  static constexpr size_t kMostNodes = 16;
  std::vector<Agency> agencies_;
  ledger::Genesis genesis_;
  Bytes genesis_bytes_;
  Digest network_{};
  std::unique_ptr<ledger::Trust> trust_;
  std::shared_ptr<LogSink> log_sink_;
  std::vector<SigningKey> steward_keys_;  // of the first agencies
  mutable LocalTransport local_;
};

}  // namespace symbolon::test
