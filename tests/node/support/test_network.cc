#include "tests/node/test_network.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <future>
#include <mutex>
#include <thread>

#include "api/tls.h"
#include "base/status_macros.h"
#include "node/repairer.h"
#include "storage/atomic_file.h"
#include "storage/key_file.h"

namespace symbolon::test {
namespace {

constexpr api::Role kRoles[] = {api::Role::kRegistrar, api::Role::kVerifier, api::Role::kAuditor,
                                api::Role::kOperator};

// A network that cannot be made is no test result.
template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::fprintf(stderr, "test network: %s\n", std::string(value.status().message()).c_str());
    std::abort();
  }
  return *std::move(value);
}

void Must(const absl::Status& status) {
  if (!status.ok()) {
    std::fprintf(stderr, "test network: %s\n", std::string(status.message()).c_str());
    std::abort();
  }
}

// Different free ports, found by binding to all of them at the same time.
std::vector<int> FreePorts(int count) {
  std::vector<int> sockets, ports;
  for (int i = 0; i < count; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
      Must(absl::InternalError("no free port"));
    }
    sockets.push_back(fd);
    ports.push_back(ntohs(address.sin_port));
  }
  for (const int fd : sockets) close(fd);
  return ports;
}

std::string MakeTemporaryDir() {
  std::string path = (std::filesystem::temp_directory_path() / "symbolon-test-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) Must(absl::InternalError("no temporary folder"));
  return path;
}

}  // namespace

bool Eventually(const std::function<bool()>& holds, std::chrono::seconds within) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

struct TestNetwork::LogSink {
  std::mutex mutex;
  std::string lines;
};

TestNetwork::TestNetwork(Options options)
    : options_(options), dir_(MakeTemporaryDir()), log_sink_(std::make_shared<LogSink>()) {
  agencies_.reserve(kMostNodes);
  agencies_.resize(options.nodes);
  const std::vector<int> ports = FreePorts(options.nodes);
  genesis_.origin = "test.symbolon/log";
  genesis_.created_ms = 1'700'000'000'000;
  genesis_.registry.issue_time_granularity_s = 1;
  for (int i = 0; i < options.nodes; ++i) {
    agencies_[i].port = ports[i];
    MakeAgency(i, &genesis_.registry.agencies);
  }
  for (int i = 0; i < std::min(options.nodes, 3); ++i) {
    steward_keys_.push_back(SigningKey::Generate());
    genesis_.registry.stewards.push_back({agencies_[i].id, 1, steward_keys_.back().public_key()});
  }
  genesis_.registry.steward_threshold = static_cast<uint8_t>(std::min<size_t>(steward_keys_.size(), 2));
  ledger::SortRegistry(genesis_.registry);
  genesis_bytes_ = Must(ledger::EncodeGenesis(genesis_));
  network_ = ledger::NetworkId(genesis_bytes_);
  trust_ = std::make_unique<ledger::Trust>(Must(ledger::Trust::FromGenesis(genesis_bytes_)));
  Must(storage::WriteFileAtomically(dir_ + "/genesis", genesis_bytes_));
  for (int i = 0; i < options.nodes; ++i) WriteConfig(i);
}

TestNetwork::~TestNetwork() {
  for (Agency& agency : agencies_) agency.node.reset();
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

std::string TestNetwork::NodeDir(int i) const {
  return agencies_[i].node_dir;
}

std::string TestNetwork::address(int i) const {
  return fmt::format("127.0.0.1:{}", agencies_[i].port);
}

void TestNetwork::MakeAgency(int i, std::vector<ledger::Agency>* out) {
  Agency& agency = agencies_[i];
  agency.id = fmt::format("TST-A{}", i + 1);
  agency.authority = Must(api::CreateAuthority(agency.id, time(nullptr), 700));
  agency.batch_key = std::make_shared<const SigningKey>(SigningKey::Generate());

  ledger::Agency entry;
  entry.id = agency.id;
  entry.display_name = fmt::format("Test agency {}", i + 1);
  entry.ca_certificate = Must(api::CertificateDer(agency.authority.certificate));
  entry.record_types = {1, 2, 3, 4, 5, 6};
  entry.batch_keys.push_back({.id = 1, .key = agency.batch_key->public_key()});
  for (const api::Role role : kRoles) {
    const auto certificate =
        Must(api::IssueCertificate(agency.authority, {.common_name = std::string(api::RoleName(role)),
                                                      .dns_names = {},
                                                      .server = false,
                                                      .client = true,
                                                      .now_s = time(nullptr),
                                                      .days = 365}));
    entry.clients.push_back({static_cast<ledger::Role>(role), certificate.spki_digest});
    agency.clients.push_back({role, certificate.identity});
  }
  MakeNodeFiles(i);
  entry.nodes.push_back(agency.registered);
  out->push_back(std::move(entry));
}

// Keys, certificate and folder of node `i`, whose agency and port are set.
void TestNetwork::MakeNodeFiles(int i) {
  Agency& agency = agencies_[i];
  agency.node_dir = fmt::format("{}/{}/node-{}", dir_, agency.id, i + 1);
  ledger::Node& node = agency.registered;
  node.number = static_cast<uint64_t>(i) + 1;
  node.name = fmt::format("NODE-{}", i + 1);
  node.address = address(i);
  const auto certificate =
      Must(api::IssueCertificate(agency.authority, {.common_name = node.name,
                                                    .dns_names = {api::ServerName(node.name)},
                                                    .server = true,
                                                    .client = true,
                                                    .now_s = time(nullptr),
                                                    .days = 365}));
  node.tls_spki = certificate.spki_digest;
  const SigningKey log_key = SigningKey::Generate(), cosigning_key = SigningKey::Generate();
  node.log_key = log_key.public_key();
  node.cosigning_key = cosigning_key.public_key();

  Must(storage::CreateDirectories(NodeDir(i)));
  Must(storage::WriteFileAtomically(NodeDir(i) + "/tls.crt", certificate.identity.certificate_chain));
  Must(storage::WriteFileAtomically(NodeDir(i) + "/tls.key", certificate.identity.private_key, 0600));
  Must(storage::WriteKeyFile(NodeDir(i) + "/log.key", log_key));
  Must(storage::WriteKeyFile(NodeDir(i) + "/cosigning.key", cosigning_key));
}

void TestNetwork::WriteConfig(int i) {
  const std::string who =
      genesis_.registry.FindNode(number(i))
          ? ""
          : fmt::format("name = \"{}\"\nagency = \"{}\"\n", agencies_[i].registered.name, agencies_[i].id);
  const std::string text = fmt::format(
      "node = {}\n{}"
      "genesis = \"../../genesis\"\n"
      "data_dir = \"data\"\n"
      "listen = \"{}\"\n"
      "certificate = \"tls.crt\"\n"
      "private_key = \"tls.key\"\n"
      "log_key = \"log.key\"\n"
      "cosigning_key = \"cosigning.key\"\n"
      "{}\n"
      "[consensus]\n"
      "tick_ms = {}\n"
      "election_ticks = {}\n"
      "heartbeat_ticks = {}\n"
      "[ledger]\n"
      "seal_interval_ms = {}\n"
      "[memory]\n"
      "block_cache_mib = 16\n"
      "write_buffer_mib = 8\n",
      i + 1, who, address(i), options_.settings, options_.tick_ms, options_.election_ticks,
      options_.heartbeat_ticks, options_.seal_interval_ms);
  Must(storage::WriteFileAtomically(ConfigFile(i), text));
}

int TestNetwork::MakeNode(int of) {
  const int i = size();
  Agency next;
  next.id = agencies_[of].id;
  next.authority = agencies_[of].authority;
  next.batch_key = agencies_[of].batch_key;
  next.clients = agencies_[of].clients;
  next.port = FreePorts(1).front();
  if (agencies_.size() == kMostNodes) std::abort();
  agencies_.push_back(std::move(next));
  MakeNodeFiles(i);
  WriteConfig(i);
  return i;
}

ledger::AddNode TestNetwork::Admission(int i, ledger::NodeKind kind) const {
  ledger::AddNode add{agencies_[i].id, agencies_[i].registered};
  add.node.kind = kind;
  return add;
}

absl::StatusOr<api::Submitted> TestNetwork::Decide(int at, ledger::Action action) {
  const auto client = NewClient(at, api::Role::kOperator, at);
  ASSIGN_OR_RETURN(const api::MembershipState now, client->Membership(0));
  const Bytes proposal = ledger::EncodeProposal({network_, now.registry_version, std::move(action)});
  std::vector<ledger::StewardSignature> signatures;
  for (size_t i = 0; i < genesis_.registry.steward_threshold; ++i) {
    const ledger::Steward steward{agencies_[i].id, 1, {}};
    signatures.push_back(ledger::SignProposal(proposal, steward, steward_keys_[i]));
  }
  return client->SubmitDecision(ledger::EncodeDecision(proposal, std::move(signatures)));
}

bool TestNetwork::AwaitCarriedOut(int at) {
  return Eventually([&] {
    const auto now = backend(at).Membership(UINT64_MAX);
    return now.ok() && now->carried_out;
  });
}

ledger::Trust TestNetwork::TrustAsOf(int at) const {
  ledger::Trust trust = *trust_;
  for (const Bytes& header : Must(agencies_[at].node->backend().Membership(0)).headers) {
    Must(trust.Follow(header));
  }
  return trust;
}

node::NodeOptions TestNetwork::OptionsFor(int i) {
  Agency& agency = agencies_[i];
  auto sink = [log = log_sink_](const std::string& line) {
    const std::lock_guard lock(log->mutex);
    log->lines += line + "\n";
  };
  node::NodeOptions options{.config = Must(node::LoadConfig(ConfigFile(i))),
                            .create_store = !agency.created,
                            .log = std::make_shared<node::Logger>(agency.id, node::LogLevel::kDebug, sink),
                            .on_fatal = {}};
  if (options_.transport == Transport::kLocal) {
    options.make_peer = [this](const api::PeerOptions& peer) { return local_.MakePeer(peer); };
    options.make_server = [this](const api::ServerOptions& server, api::Backend* backend) {
      return local_.MakeServer(server, backend);
    };
  }
  return options;
}

absl::Status TestNetwork::StartNode(int i) {
  Agency& agency = agencies_[i];
  const node::NodeOptions options = OptionsFor(i);
  auto started = node::Node::Start(options);
  if (node::IsRepairNeeded(started.status())) {
    RETURN_IF_ERROR(Repair(options));
    started = node::Node::Start(options);
  }
  RETURN_IF_ERROR(started.status());
  agency.node = *std::move(started);
  agency.created = true;
  return absl::OkStatus();
}

absl::Status TestNetwork::Repair(const node::NodeOptions& options) {
  std::promise<absl::Status> ended;
  node::Repairer::Callbacks callbacks{
      .done = [&ended] { ended.set_value(absl::OkStatus()); },
      .failed = [&ended](const absl::Status& status) { ended.set_value(status); }};
  ASSIGN_OR_RETURN(const auto repairer, node::Repairer::Start(options, std::move(callbacks)));
  return ended.get_future().get();
}

absl::Status TestNetwork::StartAll() {
  for (int i = 0; i < size(); ++i) RETURN_IF_ERROR(StartNode(i));
  return absl::OkStatus();
}

absl::Status TestNetwork::StopNode(int i) {
  const absl::Status status = agencies_[i].node->Stop();
  agencies_[i].node.reset();
  return status;
}

void TestNetwork::KillNode(int i) {
  agencies_[i].node.reset();
}

int TestNetwork::AwaitLeader() {
  int leader = -1;
  Eventually([&] {
    for (int i = 0; i < size(); ++i) {
      if (running(i) && backend(i).State().role == "leader") leader = i;
    }
    return leader >= 0;
  });
  return leader;
}

int TestNetwork::OtherThan(int i) const {
  for (int other = 0; other < size(); ++other) {
    if (other != i && running(other)) return other;
  }
  return -1;
}

api::ClientOptions TestNetwork::ClientOptionsFor(int of, api::Role role, int at) const {
  api::ClientOptions options;
  options.address = address(at);
  options.server_name = api::ServerName(fmt::format("NODE-{}", at + 1));
  options.trusted_authority = agencies_[at].authority.certificate;
  for (const Client& client : agencies_[of].clients) {
    if (client.role == role) options.identity = client.identity;
  }
  options.timeout_ms = 60000;
  return options;
}

std::unique_ptr<api::Client> TestNetwork::NewClient(int of, api::Role role, int at) const {
  if (options_.transport == Transport::kLocal) {
    return local_.MakeClient(address(at), {agencies_[of].id, role, 0});
  }
  return Must(api::Client::Create(ClientOptionsFor(of, role, at)));
}

TestBatch TestNetwork::MakeBatch(int of, uint64_t sequence, uint32_t count, std::chrono::seconds age) const {
  TestBatch out;
  out.commitments.resize(count);
  for (Digest& commitment : out.commitments) {
    const auto random = Secret<32>::Random();
    std::copy_n(random.data(), commitment.size(), commitment.begin());
  }
  const ledger::BatchBody body(out.commitments);
  ledger::BatchHeader header;
  header.network = network_;
  header.issuer = agencies_[of].id;
  header.key_id = 1;
  header.sequence = sequence;
  header.record_type = 1;
  header.version = 1;
  header.count = count;
  header.commitment_root = ledger::CommitmentRoot(body);
  header.issue_time_s = static_cast<uint64_t>(time(nullptr) - age.count());
  out.signed_bytes = ledger::SignBatch(header, *agencies_[of].batch_key);
  out.body = ledger::EncodeBatchBody(body);
  return out;
}

Bytes TestNetwork::MakeStatus(int of, uint64_t sequence, std::vector<ledger::StatusChange> changes) const {
  ledger::StatusTransaction transaction;
  transaction.network = network_;
  transaction.issuer = agencies_[of].id;
  transaction.key_id = 1;
  transaction.sequence = sequence;
  transaction.changes = std::move(changes);
  return ledger::SignStatusTransaction(transaction, *agencies_[of].batch_key);
}

std::string TestNetwork::LogLines() const {
  const std::lock_guard lock(log_sink_->mutex);
  return log_sink_->lines;
}

}  // namespace symbolon::test
