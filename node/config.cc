#include "node/config.h"

#include <fmt/format.h>

#include <filesystem>
#include <limits>

#include "base/status_macros.h"
#include "base/toml_table.h"
#include "storage/atomic_file.h"
#include "storage/key_file.h"

namespace symbolon::node {
namespace {

constexpr size_t kMaxConfigBytes = size_t{1} << 20;
constexpr size_t kMaxPemBytes = size_t{1} << 20;
constexpr size_t kMaxGenesisBytes = size_t{64} << 20;
constexpr int64_t kMaxMib = int64_t{1} << 20;  // one TiB
constexpr int64_t kHourMs = 3'600'000;

// Reads a number if the field is there; `scale` turns the file's unit into ours.
template <typename T>
absl::Status Number(const TomlTable& table, const char* key, int64_t min, int64_t max, T* out,
                    int64_t scale = 1) {
  if (!table.Has(key)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const int64_t value, table.Integer(key, min, max));
  *out = static_cast<T>(value * scale);
  return absl::OkStatus();
}

absl::Status ReadMemory(const TomlTable& t, Config::Memory& m) {
  constexpr int64_t kMib = int64_t{1} << 20;
  RETURN_IF_ERROR(t.OnlyThese({"block_cache_mib", "write_buffer_mib", "tile_cache_mib", "entry_cache_mib",
                               "decoded_cache_mib", "inbox_mib", "max_open_files"}));
  RETURN_IF_ERROR(Number(t, "block_cache_mib", 8, kMaxMib, &m.block_cache_bytes, kMib));
  RETURN_IF_ERROR(Number(t, "write_buffer_mib", 4, kMaxMib, &m.write_buffer_bytes, kMib));
  RETURN_IF_ERROR(Number(t, "tile_cache_mib", 1, kMaxMib, &m.tile_cache_bytes, kMib));
  RETURN_IF_ERROR(Number(t, "entry_cache_mib", 1, kMaxMib, &m.entry_cache_bytes, kMib));
  RETURN_IF_ERROR(Number(t, "decoded_cache_mib", 1, kMaxMib, &m.decoded_cache_bytes, kMib));
  RETURN_IF_ERROR(Number(t, "inbox_mib", 4, kMaxMib, &m.inbox_bytes, kMib));
  return Number(t, "max_open_files", 64, 1'000'000, &m.max_open_files);
}

absl::Status ReadConsensus(const TomlTable& t, Config::Consensus& c) {
  RETURN_IF_ERROR(
      t.OnlyThese({"tick_ms", "election_ticks", "election_delay_ticks", "heartbeat_ticks", "max_append_kib",
                   "max_inflight_kib", "max_uncommitted_kib", "learner_kib_per_s"}));
  RETURN_IF_ERROR(Number(t, "tick_ms", 1, 10'000, &c.tick_ms));
  RETURN_IF_ERROR(Number(t, "election_ticks", 2, 10'000, &c.election_ticks));
  RETURN_IF_ERROR(Number(t, "election_delay_ticks", 0, 1'000'000, &c.election_delay_ticks));
  RETURN_IF_ERROR(Number(t, "heartbeat_ticks", 1, 10'000, &c.heartbeat_ticks));
  RETURN_IF_ERROR(Number(t, "max_append_kib", 64, 8192, &c.max_append_bytes, 1024));
  RETURN_IF_ERROR(Number(t, "max_inflight_kib", 256, 1 << 20, &c.max_inflight_bytes, 1024));
  RETURN_IF_ERROR(Number(t, "max_uncommitted_kib", 1024, 1 << 22, &c.max_uncommitted_bytes, 1024));
  RETURN_IF_ERROR(Number(t, "learner_kib_per_s", 0, 1 << 22, &c.learner_bytes_per_s, 1024));
  if (c.heartbeat_ticks >= c.election_ticks) {
    return t.Error(t.Has("heartbeat_ticks") ? "heartbeat_ticks" : "election_ticks",
                   fmt::format("heartbeat_ticks ({}) must be below election_ticks ({})", c.heartbeat_ticks,
                               c.election_ticks));
  }
  if (c.election_delay_ticks > 100 * c.election_ticks) {
    return t.Error("election_delay_ticks",
                   fmt::format("election_delay_ticks ({}) must be at most 100 times election_ticks ({}), or "
                               "nobody may lead for long",
                               c.election_delay_ticks, c.election_ticks));
  }
  return absl::OkStatus();
}

absl::Status ReadLedger(const TomlTable& t, Config::Ledger& l) {
  RETURN_IF_ERROR(
      t.OnlyThese({"seal_interval_ms", "seal_every_entries", "checkpoint_interval_ms", "cosign_interval_s"}));
  RETURN_IF_ERROR(Number(t, "seal_interval_ms", 1, kHourMs, &l.seal_interval_ms));
  RETURN_IF_ERROR(Number(t, "seal_every_entries", 1, 1'000'000, &l.seal_every_entries));
  RETURN_IF_ERROR(Number(t, "checkpoint_interval_ms", 0, 60'000, &l.checkpoint_interval_ms));
  return Number(t, "cosign_interval_s", 1, 86'400, &l.cosign_interval_s);
}

absl::Status ReadLimits(const TomlTable& t, Config::Limits& l) {
  RETURN_IF_ERROR(t.OnlyThese({"max_message_kib", "max_streams_per_connection", "max_submissions_in_flight",
                               "max_fresh_waits_in_flight", "max_ledger_streams", "max_verify_streams",
                               "grpc_memory_mib", "submission_timeout_ms", "fresh_wait_timeout_ms",
                               "stop_grace_ms", "min_free_disk_mib", "scrub_kib_per_s"}));
  RETURN_IF_ERROR(Number(t, "max_message_kib", 9 << 10, 1 << 20, &l.max_message_bytes, 1024));
  RETURN_IF_ERROR(Number(t, "max_streams_per_connection", 1, 1'000'000, &l.max_streams_per_connection));
  RETURN_IF_ERROR(Number(t, "max_submissions_in_flight", 1, 1'000'000, &l.max_submissions_in_flight));
  RETURN_IF_ERROR(Number(t, "max_fresh_waits_in_flight", 1, 1'000'000, &l.max_fresh_waits_in_flight));
  RETURN_IF_ERROR(Number(t, "max_ledger_streams", 1, 10'000, &l.max_ledger_streams));
  RETURN_IF_ERROR(Number(t, "max_verify_streams", 1, 100'000, &l.max_verify_streams));
  RETURN_IF_ERROR(Number(t, "grpc_memory_mib", 32, kMaxMib, &l.grpc_memory_bytes, int64_t{1} << 20));
  RETURN_IF_ERROR(Number(t, "submission_timeout_ms", 100, kHourMs, &l.submission_timeout_ms));
  RETURN_IF_ERROR(Number(t, "fresh_wait_timeout_ms", 100, kHourMs, &l.fresh_wait_timeout_ms));
  RETURN_IF_ERROR(Number(t, "stop_grace_ms", 0, kHourMs, &l.stop_grace_ms));
  RETURN_IF_ERROR(Number(t, "min_free_disk_mib", 0, kMaxMib, &l.min_free_disk_bytes, int64_t{1} << 20));
  return Number(t, "scrub_kib_per_s", 0, 1 << 20, &l.scrub_bytes_per_s, 1024);
}

// An optional table.
template <typename T>
absl::Status Section(const TomlTable& top, const char* key, absl::Status (*read)(const TomlTable&, T&),
                     T& out) {
  if (!top.Has(key)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const TomlTable table, top.Table(key));
  return read(table, out);
}

absl::Status ReadLogLevel(const TomlTable& top, Config& config) {
  ASSIGN_OR_RETURN(config.log_level, top.StringOr("log_level", config.log_level));
  for (const char* level : {"debug", "info", "warning", "error"}) {
    if (config.log_level == level) return absl::OkStatus();
  }
  return top.Error("log_level", "must be \"debug\", \"info\", \"warning\" or \"error\"");
}

absl::Status ReadVerification(const TomlTable& top, Config& config) {
  ASSIGN_OR_RETURN(const std::string how, top.StringOr("verify_at_start", "full"));
  if (how != "tiles" && how != "full") return top.Error("verify_at_start", "must be \"tiles\" or \"full\"");
  config.verify_everything_at_start = how == "full";
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadPem(const std::string& path, const char* what) {
  auto text = storage::ReadWholeFile(path, kMaxPemBytes);
  if (!text.ok()) return Annotate(text.status(), what);
  return text;
}

// Who this node is, for one that the genesis does not know: governance will, or does.
absl::StatusOr<std::string> NameOf(const Config& config, const ledger::Registry& genesis) {
  if (const auto self = genesis.FindNode(config.node_number)) {
    return config.node_name.empty() ? self->node->name : config.node_name;
  }
  const auto error = [&](const char* field, const std::string& what) {
    return absl::InvalidArgumentError(fmt::format("{}, field {}: {}", config.file, field, what));
  };
  if (config.node_name.empty() || config.agency.empty()) {
    return error("node", fmt::format("the genesis {} has no node {}: a node that was added since needs its "
                                     "`name` and `agency` here",
                                     config.genesis_file, config.node_number));
  }
  if (!ledger::IsNodeName(config.node_name)) return error("name", "must be 1 to 64 of A-Z, 0-9 and '-'");
  if (genesis.FindAgency(config.agency) == nullptr) {
    return error("agency", "the genesis has no agency " + config.agency);
  }
  return config.node_name;
}

}  // namespace

absl::StatusOr<Config> ParseConfig(const std::string& text, const std::string& file_name) {
  ASSIGN_OR_RETURN(const TomlTable top, TomlTable::Parse(text, file_name));
  RETURN_IF_ERROR(top.OnlyThese({"node", "name", "agency", "genesis", "data_dir", "listen", "certificate",
                                 "private_key", "log_key", "cosigning_key", "log_level", "verify_at_start",
                                 "memory", "consensus", "ledger", "limits"}));
  Config config;
  config.file = file_name;
  ASSIGN_OR_RETURN(const int64_t number, top.Integer("node", 1, std::numeric_limits<int64_t>::max()));
  config.node_number = static_cast<uint64_t>(number);
  ASSIGN_OR_RETURN(config.node_name, top.StringOr("name", ""));
  ASSIGN_OR_RETURN(config.agency, top.StringOr("agency", ""));

  const std::filesystem::path folder = std::filesystem::path(file_name).parent_path();
  const auto path = [&](const char* key, std::string* out) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string value, top.String(key));
    if (value.empty()) return top.Error(key, "must not be empty");
    *out = (folder / value).lexically_normal().string();
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(path("genesis", &config.genesis_file));
  RETURN_IF_ERROR(path("data_dir", &config.data_dir));
  RETURN_IF_ERROR(path("certificate", &config.certificate_file));
  RETURN_IF_ERROR(path("private_key", &config.private_key_file));
  RETURN_IF_ERROR(path("log_key", &config.log_key_file));
  RETURN_IF_ERROR(path("cosigning_key", &config.cosigning_key_file));

  ASSIGN_OR_RETURN(config.listen_address, top.String("listen"));
  if (config.listen_address.find(':') == std::string::npos) return top.Error("listen", "must be host:port");
  RETURN_IF_ERROR(ReadLogLevel(top, config));
  RETURN_IF_ERROR(ReadVerification(top, config));
  RETURN_IF_ERROR(Section(top, "memory", ReadMemory, config.memory));
  RETURN_IF_ERROR(Section(top, "consensus", ReadConsensus, config.consensus));
  RETURN_IF_ERROR(Section(top, "ledger", ReadLedger, config.ledger));
  RETURN_IF_ERROR(Section(top, "limits", ReadLimits, config.limits));
  return config;
}

absl::StatusOr<Config> LoadConfig(const std::string& file_name) {
  auto text = storage::ReadWholeFile(file_name, kMaxConfigBytes);
  if (!text.ok()) return Annotate(text.status(), "configuration");
  return ParseConfig(*text, file_name);
}

absl::StatusOr<NodeFiles> LoadNodeFiles(const Config& config) {
  auto genesis_bytes = storage::ReadWholeFile(config.genesis_file, kMaxGenesisBytes);
  if (!genesis_bytes.ok()) return Annotate(genesis_bytes.status(), "genesis");
  auto genesis = ledger::DecodeGenesis(*genesis_bytes);
  if (!genesis.ok()) return Annotate(genesis.status(), config.genesis_file);

  api::TlsIdentity tls;
  ASSIGN_OR_RETURN(tls.certificate_chain, ReadPem(config.certificate_file, "certificate"));
  RETURN_IF_ERROR(storage::CheckPrivate(config.private_key_file));
  ASSIGN_OR_RETURN(tls.private_key, ReadPem(config.private_key_file, "private_key"));
  auto log_key = storage::ReadKeyFile(config.log_key_file);
  if (!log_key.ok()) return Annotate(log_key.status(), "log_key");
  auto cosigning_key = storage::ReadKeyFile(config.cosigning_key_file);
  if (!cosigning_key.ok()) return Annotate(cosigning_key.status(), "cosigning_key");

  const Digest network = ledger::NetworkId(*genesis_bytes);
  ASSIGN_OR_RETURN(std::string name, NameOf(config, genesis->registry));
  NodeFiles files{*std::move(genesis_bytes), *std::move(genesis),       network,        std::move(tls),
                  *std::move(log_key),       *std::move(cosigning_key), std::move(name)};
  RETURN_IF_ERROR(CheckSelf(config, files, files.genesis.registry));
  return files;
}

absl::Status CheckSelf(const Config& config, const NodeFiles& files, const ledger::Registry& registry) {
  const auto self = registry.FindNode(config.node_number);
  if (!self) return absl::OkStatus();
  const auto check = [&](const char* field, const std::string& is_what, bool same) {
    if (same) return absl::OkStatus();
    return absl::InvalidArgumentError(fmt::format("{}, field {}: {} is not what is registered for node {}",
                                                  config.file, field, is_what, config.node_number));
  };
  const ledger::Node& node = *self->node;
  RETURN_IF_ERROR(check("name", files.node_name, files.node_name == node.name));
  RETURN_IF_ERROR(check("agency", config.agency, config.agency.empty() || config.agency == self->agency->id));
  RETURN_IF_ERROR(
      check("log_key", "the key in " + config.log_key_file, files.log_key.public_key() == node.log_key));
  return check("cosigning_key", "the key in " + config.cosigning_key_file,
               files.cosigning_key.public_key() == node.cosigning_key);
}

}  // namespace symbolon::node
