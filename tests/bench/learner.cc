#include "tests/bench/learner.h"

#include <absl/cleanup/cleanup.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <thread>

#include "base/status_macros.h"
#include "cli/network/add_node.h"
#include "cli/network/process.h"
#include "cli/network/up.h"
#include "ledger/entries/batch_limits.h"
#include "storage/atomic_file.h"
#include "tests/bench/process_stats.h"
#include "tests/bench/steady_load.h"
#include "tests/bench/symbolon_network.h"
#include "tests/bench/test_batches.h"

namespace symbolon::bench {
namespace {

using Clock = std::chrono::steady_clock;

// Enough to saturate, small enough to be answered several times in a slice.
constexpr size_t kBatchClients = 8;
constexpr uint32_t kSmallerBatch = 1024;
constexpr uint32_t kBatch = ledger::kMaxBatchCount;
constexpr auto kWarmUp = std::chrono::seconds(2);
// While it catches up the learner is stopped (SIGSTOP) and goes on by turns, so that whatever else happens on
// the machine happens to both: shorter than the time after which a connection is given up.
constexpr auto kSlice = std::chrono::milliseconds(1500);
constexpr auto kSettle = std::chrono::milliseconds(200);  // of a slice, not counted
constexpr auto kGiveUp = std::chrono::minutes(5);
constexpr int kSendAgain = 20;
constexpr int kStopGraceMs = 20000;
constexpr double kMiB = 1 << 20;

double Seconds(Clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

// Where this thread, and what it starts from now on, may run. With one processor: there.
enum class Place { kQuorum, kLearner };
void Settle(Place place) {
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  cpu_set_t set;
  CPU_ZERO(&set);
  for (long i = 0; i < count; ++i) {
    if (count == 1 || (i == count - 1) == (place == Place::kLearner)) CPU_SET(i, &set);
  }
  sched_setaffinity(0, sizeof set, &set);
}

// Both kinds of load publish into the same ledger.
struct LoadKind {
  const char* name;
  size_t clients;
  uint32_t count;  // attestations a request
};

// What was published in some stretches of time, and what it cost the leader.
struct Stretch {
  uint64_t requests = 0;
  double seconds = 0;
  double leader_cpu_s = 0;
  double p50_ms = 0, p99_ms = 0, max_ms = 0;  // the largest of all stretches

  double per_second() const { return static_cast<double>(requests) / seconds; }
  double leader_us() const { return leader_cpu_s / static_cast<double>(requests) * 1e6; }
};

struct Phases {
  // alone: the load has just begun, and no learner is there; before: nor is one now, but it has run for a
  // while. undisturbed: the learner catches up without pauses.
  Stretch alone, before, running, paused, undisturbed, after;
  double caught_up_s = 0;  // that it ran until it had caught up
  double learner_cpu_s = 0;
  double disk_bytes = 0;  // of the learner's data folder when it had caught up
  bool same_term = true;
};

// A disk of the learner's own, as fast as any: a folder in memory, removed at the end. Without /dev/shm it
// shares the others' disk.
class OwnDisk {
 public:
  // Moves the folder there.
  explicit OwnDisk(const std::filesystem::path& data) {
    std::string path = "/dev/shm/symbolon-bench-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) return;
    path_ = path;
    std::filesystem::copy(data, path_, std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(data);
    std::filesystem::create_directory_symlink(path_, data);
  }
  ~OwnDisk() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  OwnDisk(const OwnDisk&) = delete;
  OwnDisk& operator=(const OwnDisk&) = delete;

 private:
  std::filesystem::path path_;
};

class LearnerBench {
 public:
  LearnerBench(const Options& options, SymbolonNetwork* network)
      : window_(options.read_seconds), turns_(options.read_seconds), network_(network) {}

  // Of the ledger now.
  absl::StatusOr<uint64_t> Attestations() {
    ASSIGN_OR_RETURN(const api::NodeState state, LeaderState());
    return state.attestation_count;
  }
  absl::Status Measure(const LoadKind& kind, Phases& phases);

 private:
  // symbolon, as an operator types it.
  absl::Status Command(const std::vector<std::string>& arguments);
  absl::Status Propose(const std::vector<std::string>& change);
  absl::Status Submit() { return Command({"member", "submit", Proposal(), "--profile", Operator()}); }
  absl::StatusOr<cli::NewNodeFolder> MakeLearner();
  absl::Status Start(const cli::Path& folder);
  absl::Status Look(Clock::duration time, Stretch& stretch);
  absl::StatusOr<bool> IsCaughtUp(const std::string& name);
  absl::Status AwaitCaughtUp(const std::string& name, Stretch& stretch);
  absl::StatusOr<api::NodeState> LeaderState();

  std::string Proposal() const { return (network_->folder() / "change.proposal").string(); }
  std::string Operator() const {
    return cli::Profile(network_->folder(), network_->agencies().front(), "operator").string();
  }

  const std::chrono::seconds window_;
  const int turns_;
  SymbolonNetwork* const network_;
  SteadyLoad* load_ = nullptr;
  std::string leader_;                            // agency
  std::unique_ptr<api::Client> leader_operator_;  // its operator's connection
};

absl::Status LearnerBench::Command(const std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(const cli::Path program, cli::Sibling("symbolon"));
  std::vector<std::string> all = {program.string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const cli::Path log = network_->folder() / "commands.log";
  ASSIGN_OR_RETURN(const pid_t pid, cli::SpawnDetached(all, log));
  int status = 0;
  if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return absl::InternalError(
        fmt::format("symbolon {} {} failed; see {}", arguments[0], arguments[1], log.string()));
  }
  return absl::OkStatus();
}

// And signs, as all stewards.
absl::Status LearnerBench::Propose(const std::vector<std::string>& change) {
  std::vector<std::string> arguments = {"member", "propose"};
  arguments.insert(arguments.end(), change.begin(), change.end());
  arguments.insert(arguments.end(), {"--profile", Operator(), "--out", Proposal()});
  RETURN_IF_ERROR(Command(arguments));
  for (const std::string& agency : network_->agencies()) {
    const cli::Path steward = cli::StewardDir(network_->folder(), agency) / "steward.toml";
    RETURN_IF_ERROR(Command({"member", "sign", Proposal(), "--steward", steward.string()}));
  }
  return absl::OkStatus();
}

// And what admits it.
absl::StatusOr<cli::NewNodeFolder> LearnerBench::MakeLearner() {
  cli::NewNode wanted;
  wanted.agency = network_->agencies().front();
  ASSIGN_OR_RETURN(const cli::NewNodeFolder made,
                   cli::AddNodeFolder(network_->folder(), wanted, std::time(nullptr)));
  RETURN_IF_ERROR(Propose({"add-node", "--request", made.request.string(), "--kind", "learner"}));
  return made;
}

absl::Status LearnerBench::Start(const cli::Path& folder) {
  ASSIGN_OR_RETURN(const cli::Path symbolond, cli::Sibling("symbolond"));
  Settle(Place::kLearner);
  const auto pid = cli::SpawnDetached({symbolond.string(), "--config", cli::ConfigIn(folder).string()},
                                      cli::LogIn(folder));
  Settle(Place::kQuorum);
  RETURN_IF_ERROR(pid.status());
  return storage::WriteFileAtomically(cli::PidIn(folder).string(), fmt::format("{}\n", *pid));
}

absl::StatusOr<api::NodeState> LearnerBench::LeaderState() {
  if (leader_operator_) {
    auto state = leader_operator_->State();
    if (state.ok() && state->role == "leader") return state;
  }
  ASSIGN_OR_RETURN(leader_, network_->Leader());
  ASSIGN_OR_RETURN(leader_operator_, network_->Connect(leader_, "operator"));
  return leader_operator_->State();
}

// Adds what happens from now on to `stretch`.
absl::Status LearnerBench::Look(Clock::duration time, Stretch& stretch) {
  std::this_thread::sleep_for(kSettle);
  const auto begin = Clock::now();
  ASSIGN_OR_RETURN(const pid_t pid, network_->Pid(leader_));
  const double cpu = CpuSeconds(pid);
  std::this_thread::sleep_for(time - kSettle);
  stretch.leader_cpu_s += CpuSeconds(pid) - cpu;
  const auto end = Clock::now();
  ASSIGN_OR_RETURN(const Load load, load_->Between(begin, end));
  stretch.requests += load.requests;
  stretch.seconds += load.seconds;
  stretch.p50_ms = std::max(stretch.p50_ms, load.p50_ms);
  stretch.p99_ms = std::max(stretch.p99_ms, load.p99_ms);
  stretch.max_ms = std::max(stretch.max_ms, load.max_ms);
  return absl::OkStatus();
}

absl::StatusOr<bool> LearnerBench::IsCaughtUp(const std::string& name) {
  ASSIGN_OR_RETURN(const api::NodeState state, LeaderState());
  return std::any_of(state.peers.begin(), state.peers.end(), [&](const api::PeerState& peer) {
    return peer.name == name && peer.kind == "learner" && peer.caught_up;
  });
}

absl::Status LearnerBench::AwaitCaughtUp(const std::string& name, Stretch& stretch) {
  const auto deadline = Clock::now() + kGiveUp;
  while (true) {
    RETURN_IF_ERROR(Look(kSlice, stretch));
    ASSIGN_OR_RETURN(const bool caught_up, IsCaughtUp(name));
    if (caught_up) return absl::OkStatus();
    if (Clock::now() > deadline) return absl::DeadlineExceededError("the learner does not catch up");
  }
}

absl::Status LearnerBench::Measure(const LoadKind& kind, Phases& phases) {
  ASSIGN_OR_RETURN(const cli::NewNodeFolder learner, MakeLearner());
  const OwnDisk disk(learner.folder / "data");
  RETURN_IF_ERROR(Start(learner.folder));
  ASSIGN_OR_RETURN(const auto load, SteadyLoad::Start(*network_, kind.clients, kind.count));
  std::this_thread::sleep_for(kWarmUp);
  ASSIGN_OR_RETURN(const api::NodeState state, LeaderState());
  ASSIGN_OR_RETURN(const pid_t learner_pid,
                   cli::RunningProcess(cli::PidIn(learner.folder), cli::ConfigIn(learner.folder).string()));

  load_ = load.get();
  // A ledger that grows is published into more slowly, with a learner or without.
  RETURN_IF_ERROR(Look(window_, phases.alone));
  std::this_thread::sleep_for(window_ * 2);
  RETURN_IF_ERROR(Look(window_, phases.before));
  const auto join = Clock::now();
  RETURN_IF_ERROR(Submit());
  bool caught_up = false;
  for (int i = 0; i < turns_ && !caught_up; ++i) {
    RETURN_IF_ERROR(Look(kSlice, phases.running));
    ASSIGN_OR_RETURN(caught_up, IsCaughtUp(learner.name));
    kill(learner_pid, SIGSTOP);
    const absl::Status status = Look(kSlice, phases.paused);
    kill(learner_pid, SIGCONT);
    RETURN_IF_ERROR(status);
  }
  if (!caught_up) RETURN_IF_ERROR(AwaitCaughtUp(learner.name, phases.undisturbed));
  phases.caught_up_s = Seconds(Clock::now() - join) - phases.paused.seconds;
  phases.learner_cpu_s = CpuSeconds(learner_pid);
  phases.disk_bytes = static_cast<double>(DiskBytes((learner.folder / "data").string()));
  RETURN_IF_ERROR(Look(window_, phases.after));
  ASSIGN_OR_RETURN(const api::NodeState state_after, LeaderState());
  phases.same_term = state_after.term == state.term;

  RETURN_IF_ERROR(load->Stop());
  RETURN_IF_ERROR(Propose({"remove", learner.name}));
  RETURN_IF_ERROR(Submit());
  return cli::EndProcess(learner_pid, kStopGraceMs);
}

absl::Status Fill(SymbolonNetwork& network, uint64_t attestations) {
  const size_t clients = network.issuers().size();
  const uint64_t each = (attestations + clients * kBatch - 1) / (clients * kBatch);
  std::vector<std::unique_ptr<api::Client>> connections;
  std::vector<Client> load;
  for (Issuer& issuer : network.issuers()) {
    ASSIGN_OR_RETURN(connections.emplace_back(), network.Connect(issuer.agency, "registrar"));
    load.push_back([&network, &issuer, client = connections.back().get()](uint64_t) -> absl::Status {
      ASSIGN_OR_RETURN(const ReadyBatch batch, MakeBatch(issuer, network.trust().network(), kBatch));
      absl::Status status = client->SubmitBatch(batch.signed_batch, batch.body).status();
      // As any client does; what is measured begins later.
      for (int again = 0; again < kSendAgain && absl::IsUnavailable(status); ++again) {
        status = client->SubmitBatch(batch.signed_batch, batch.body).status();
      }
      return status;
    });
  }
  RETURN_IF_ERROR(RunCount(load, each).status());
  return network.AwaitCaughtUp();
}

void Describe(const LoadKind& kind, uint64_t attestations, const Phases& p, Report& report) {
  const auto rate = [&](const Stretch& stretch) { return stretch.per_second() * kind.count; };
  report.Add({.what = fmt::format("{} while a learner catches up", kind.name),
              .against = "the same while it is paused, by turns",
              .unit = "/s",
              .value = rate(p.running),
              .reference = rate(p.paused),
              .at_least = 0.8,
              .aim = 0.95,
              .note = fmt::format("{} attestations in the ledger when the load began; {} clients",
                                  attestations, kind.clients)});
  report.Add({.what = fmt::format("{} while a learner catches up", kind.name),
              .against = "the mean of before it joined and when it has caught up",
              .unit = "/s",
              .value = rate(p.running),
              .reference = (rate(p.before) + rate(p.after)) / 2,
              .at_least = 0.8,
              .aim = 0.95,
              .note = "throughput changes with the ledger, too"});
  const std::string name = fmt::format("learner, {}: ", kind.name);
  const std::pair<const char*, const Stretch*> all[] = {
      {"without it, at first", &p.alone},
      {"before it joined", &p.before},
      {"while it catches up", &p.running},
      {"while it is paused", &p.paused},
      {"while it catches up without pauses", &p.undisturbed},
      {"when it has caught up", &p.after}};
  for (const auto& [when, stretch] : all) {
    if (stretch->requests == 0) continue;
    report.Add(name + when, rate(*stretch), "/s");
    report.Add(name + when + ": median", stretch->p50_ms, "ms");
    report.Add(name + when + ": 99th percentile", stretch->p99_ms, "ms");
    report.Add(name + when + ": processor time of the leader", stretch->leader_us() / kind.count, "us each");
  }
  report.Add(name + "attestations in the ledger when the load began", static_cast<double>(attestations), "");
  if (p.caught_up_s > 0) {
    report.Add(name + "time that it ran until it had caught up", p.caught_up_s, "s");
    report.Add(name + "its processor time until then", p.learner_cpu_s, "s");
    report.Add(name + "its data on disk then", p.disk_bytes / kMiB, "MiB");
  }
  report.Add(name + "changes of leader", p.same_term ? 0 : 1, "");
}

}  // namespace

absl::Status MeasureLearner(const Options& options, const std::string& folder, Report& report) {
  cpu_set_t anywhere;
  sched_getaffinity(0, sizeof anywhere, &anywhere);
  const absl::Cleanup settle_anywhere = [&] { sched_setaffinity(0, sizeof anywhere, &anywhere); };
  Settle(Place::kQuorum);
  Progress("learner: filling the ledger");
  const LoadKind kinds[] = {{"single requests", static_cast<size_t>(options.clients), 1},
                            {"batches", kBatchClients, kSmallerBatch}};
  ASSIGN_OR_RETURN(
      const auto network,
      SymbolonNetwork::Start(folder, std::max(options.clients, static_cast<int>(kBatchClients))));
  RETURN_IF_ERROR(Fill(*network, options.attestations));
  LearnerBench bench(options, network.get());
  for (const LoadKind& kind : kinds) {
    Progress(fmt::format("learner: {}", kind.name));
    ASSIGN_OR_RETURN(const uint64_t attestations, bench.Attestations());
    Phases phases;
    const absl::Status status = bench.Measure(kind, phases);
    if (phases.paused.requests > 0) Describe(kind, attestations, phases, report);
    RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

}  // namespace symbolon::bench
