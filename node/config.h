#pragma once
// A node's configuration file (TOML). docs/operating.md describes every field for the people who write one.

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "api/server.h"
#include "base/bytes.h"
#include "base/ed25519.h"
#include "ledger/genesis.h"

namespace symbolon::node {

// The defaults are those of a small office server (2 cores, 4 GiB).
struct Config {
  std::string file;  // where it was read from, for messages

  uint64_t node_number = 0;
  // Of a node that is not in the genesis: what it is (to be) called, and whose it is. Else empty, or the
  // same.
  std::string node_name;
  std::string agency;
  // Paths, resolved against the folder of the configuration file.
  std::string genesis_file;
  std::string data_dir;
  std::string certificate_file;
  std::string private_key_file;
  std::string log_key_file;
  std::string cosigning_key_file;
  std::string listen_address;  // host:port
  std::string log_level = "info";
  bool verify_everything_at_start = true;

  struct Memory {
    size_t block_cache_bytes = size_t{128} << 20;
    size_t write_buffer_bytes = size_t{32} << 20;
    size_t tile_cache_bytes = size_t{16} << 20;
    size_t entry_cache_bytes = size_t{64} << 20;    // entries that are logged and not yet applied
    size_t decoded_cache_bytes = size_t{64} << 20;  // entries whose bodies are checked and not yet applied
    size_t inbox_bytes = size_t{64} << 20;          // messages of other nodes waiting for consensus
    int max_open_files = 256;
  } memory;

  struct Consensus {
    int64_t tick_ms = 50;
    int64_t election_ticks = 20;
    int64_t election_delay_ticks = 0;  // of this node alone: waited besides (election priority)
    int64_t heartbeat_ticks = 2;
    size_t max_append_bytes = size_t{1} << 20;
    size_t max_inflight_bytes = size_t{8} << 20;
    size_t max_uncommitted_bytes = size_t{64} << 20;
    int64_t learner_bytes_per_s = int64_t{4} << 20;  // 0: as fast as it takes them
  } consensus;

  struct Ledger {
    int64_t seal_interval_ms = 1000;
    int64_t seal_every_entries = 1000;  // under load, whatever the interval
    int64_t checkpoint_interval_ms =
        0;                           // at most one checkpoint in this time; 0: one for every applied range
    int64_t cosign_interval_s = 60;  // an idle ledger's checkpoint gets a fresh time this often
  } ledger;

  struct Limits {
    int max_message_bytes = 16 << 20;
    int max_streams_per_connection = 256;
    int max_submissions_in_flight = 1024;
    int max_fresh_waits_in_flight = 4096;
    int max_ledger_streams = 8;
    int max_verify_streams = 64;
    size_t grpc_memory_bytes = size_t{256} << 20;
    int64_t submission_timeout_ms = 15000;  // after it a submission is answered as unknown
    int64_t fresh_wait_timeout_ms = 10000;
    int64_t stop_grace_ms = 5000;                      // for each step of a graceful stop
    int64_t min_free_disk_bytes = int64_t{256} << 20;  // below it no submissions are taken
    int64_t scrub_bytes_per_s = int64_t{256} << 10;    // of entries read again in search of rot; 0: none
  } limits;
};

// Errors name file, line and field; unknown fields are refused.
absl::StatusOr<Config> ParseConfig(const std::string& text, const std::string& file_name);
absl::StatusOr<Config> LoadConfig(const std::string& file_name);

// What the files of a configuration hold.
struct NodeFiles {
  Bytes genesis_bytes;
  ledger::Genesis genesis;
  Digest network{};
  api::TlsIdentity tls;
  SigningKey log_key;
  SigningKey cosigning_key;
  std::string node_name;
};

// Reads them all. FailedPrecondition for a secret that others may read; InvalidArgument when a key is not the
// one that the genesis names for the node, or the genesis has no such node and the configuration does not say
// what it is either.
absl::StatusOr<NodeFiles> LoadNodeFiles(const Config& config);

// Whether the node's keys and name are those that the registry has for its number; OK also when it has none.
// A node with others would be refused by everybody, one message at a time.
absl::Status CheckSelf(const Config& config, const NodeFiles& files, const ledger::Registry& registry);

}  // namespace symbolon::node
