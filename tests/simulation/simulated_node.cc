#include "tests/simulation/simulated_node.h"

#include <fmt/format.h>

#include <limits>

namespace symbolon::simulation {
namespace {

storage::SimulatedDisk::Settings DiskSettings(const Plan& plan) {
  storage::SimulatedDisk::Settings settings;
  settings.write_buffer_bytes = plan.write_buffer_bytes;
  return settings;
}

}  // namespace

class SimulatedNode::Server final : public api::Server {
 public:
  explicit Server(SimulatedNode* node) : node_(node), life_(node->life_) { node_->serving_ = true; }
  ~Server() override { Shutdown(0); }
  int port() const override { return 0; }
  api::InFlight in_flight() const override { return {}; }
  void SetServing(bool) override {}
  void Shutdown(int) override {
    if (node_->life_ == life_) node_->serving_ = false;
  }

 private:
  SimulatedNode* const node_;
  const uint64_t life_;
};

SimulatedNode::SimulatedNode(World* world, const Plan* plan, const Founders* founders, Network* network,
                             Checker* checker, uint64_t number,
                             std::function<void(std::string_view)> core_trace)
    : world_(world),
      plan_(plan),
      founders_(founders),
      network_(network),
      checker_(checker),
      core_trace_(std::move(core_trace)),
      chance_(world->Chance("node", number)),
      machine_(world, number, plan->pace),
      disk_(DiskSettings(*plan)) {
  network->Attach(number, this);
  checker->Attach(number, &disk_);
}

SimulatedNode::~SimulatedNode() {
  Die();
}

node::Config SimulatedNode::MakeConfig() const {
  node::Config config;
  config.file = "simulated";
  config.node_number = number();
  config.data_dir = Folder();
  config.verify_everything_at_start = plan_->verify_everything || read_everything_;
  config.memory.tile_cache_bytes = 64 << 10;
  config.memory.entry_cache_bytes = plan_->entry_cache_bytes;
  config.memory.decoded_cache_bytes = plan_->decoded_cache_bytes;
  config.memory.inbox_bytes = plan_->inbox_bytes;
  config.consensus.tick_ms = 100;
  config.consensus.election_ticks = 10;
  config.consensus.election_delay_ticks = number() <= plan_->delayed ? 10 : 0;
  config.consensus.heartbeat_ticks = 2;
  config.consensus.max_append_bytes = plan_->max_append_bytes;
  config.consensus.max_inflight_bytes = plan_->max_inflight_bytes;
  config.consensus.max_uncommitted_bytes = plan_->max_uncommitted_bytes;
  config.ledger.seal_interval_ms = plan_->seal_interval_ms;
  config.ledger.seal_every_entries = plan_->seal_every_entries;
  config.ledger.checkpoint_interval_ms = plan_->checkpoint_interval_ms;
  config.ledger.cosign_interval_s = 20;
  config.limits.submission_timeout_ms = plan_->submission_timeout_ms;
  config.limits.fresh_wait_timeout_ms = 4000;
  config.limits.stop_grace_ms = 3000;
  config.limits.min_free_disk_bytes = kDiskFloor;
  config.limits.scrub_bytes_per_s = 0;  // the nodes that run this long start often, and read everything then
  return config;
}

void SimulatedNode::TuneConsensus(consensus::Options& options) const {
  options.max_inflight_messages = plan_->max_inflight_messages;
  options.learner_bytes_per_tick = plan_->learner_bytes_per_tick;
  options.max_unpersisted_bytes = plan_->max_unpersisted_bytes;
  options.tail_cache_bytes = plan_->tail_cache_bytes;
  options.max_pending_reads = plan_->max_pending_reads;
  options.trace = core_trace_;
}

node::NodeOptions SimulatedNode::MakeOptions() {
  const auto life = life_;
  node::NodeOptions options;
  options.config = MakeConfig();
  options.create_store = !created_;
  options.log = std::make_shared<node::Logger>(
      fmt::format("{}", number()), node::LogLevel::kInfo,
      [this](const std::string& line) { OnLogLine(line); }, [this] { return machine_.WallMilliseconds(); });
  options.on_fatal = [this, life](const absl::Status& status) {
    if (life_ == life) OnFatal(status);
  };
  options.runtime = process_.get();
  options.disk = &disk_;
  options.on_damage = storage::OnDamage::kRecover;
  options.tune_consensus = [this](consensus::Options& consensus) { TuneConsensus(consensus); };
  options.make_peer = [this](const api::PeerOptions& peer) { return network_->MakePeer(number(), peer); };
  options.make_server = [this](const api::ServerOptions&, api::Backend*) {
    return std::make_unique<Server>(this);
  };
  return options;
}

absl::StatusOr<std::unique_ptr<node::NodeParts>> SimulatedNode::Begin() {
  process_ = machine_.NewProcess([this, life = life_](node::WorkerKind kind) {
    if (life_ == life && parts_) AfterTurn(kind);
  });
  auto parts = std::make_unique<node::NodeParts>(MakeOptions(), founders_->FilesOf(number()));
  const absl::Status status = parts->Begin();
  if (!status.ok()) return status;
  return parts;
}

// As symbolond does (node/main.cc). The first start has let go of the store.
void SimulatedNode::BeginRepair() {
  if (world_->tracing()) world_->Trace(fmt::format("node {} repairs its log", number()));
  world_->Count("repairs from other nodes begun");
  const auto life = life_;
  const auto end = [this, life](const absl::Status& status) {
    world_->At(world_->now(), [this, life, status] {  // not from within its own turn
      if (life_ != life) return;
      if (status.ok()) {
        world_->Count("repairs from other nodes done");
        repairer_.reset();
        return Start();
      }
      if (power_cut_armed_) return LosePower(power_cut_dice_);
      Die();
      OnStartFailed(status);
    });
  };
  repairer_ = std::make_unique<node::Repairer>(
      MakeOptions(), founders_->FilesOf(number()),
      node::Repairer::Callbacks{.done = [end] { end(absl::OkStatus()); }, .failed = end});
  if (const absl::Status status = repairer_->Begin(); !status.ok()) {
    Die();
    OnStartFailed(status);
  }
}

void SimulatedNode::Start() {
  if (running() || repairing() || world_->failed()) return;
  write_failed_ = false;
  ++life_;
  auto parts = Begin();
  if (node::IsRepairNeeded(parts.status())) return BeginRepair();
  if (!parts.ok()) {
    ++life_;
    disk_.KillProcess();
    serving_ = false;
    return OnStartFailed(parts.status());
  }
  parts_ = *std::move(parts);
  created_ = true;
  fatal_.clear();
  if (world_->tracing()) world_->Trace(fmt::format("node {} starts", number()));
  world_->Count("starts");
  checker_->OnStart(number(), *parts_);
}

void SimulatedNode::OnStartFailed(const absl::Status& status) {
  const std::string why(status.message());
  if (world_->tracing()) world_->Trace(fmt::format("node {} does not start: {}", number(), why));
  world_->Mix(status.message().size());
  if (disk_errors_ || disk_.failed()) {
    world_->Count("starts put off by disk errors");
    return ScheduleStart();
  }
  // Met by what reads the log after the checks. The note makes the next start read everything, and repair.
  if (damaged_ && absl::IsDataLoss(status) && disk_.Exists(Folder() + "/DAMAGE")) {
    world_->Count("starts that leave a note of damage to the next");
    return ScheduleStart();
  }
  // A salvage copies what is whole.
  if (damaged_ && absl::IsResourceExhausted(status)) {
    world_->Count("starts put off by a salvage without space");
    return ScheduleStart();
  }
  world_->Violate(fmt::format("node {} does not start: {}", number(), why));
}

void SimulatedNode::ScheduleStart() {
  if (start_due_ || !keep_running_) return;
  start_due_ = true;
  world_->After(chance_.Between(200, 1500) * kMillisecond, [this] {
    start_due_ = false;
    if (keep_running_) Start();
  });
}

void SimulatedNode::KeepRunning(bool keep) {
  keep_running_ = keep;
  if (keep && !running() && !repairing()) ScheduleStart();
}

void SimulatedNode::OnFatal(const absl::Status& status) {
  fatal_ = std::string(status.message());
  world_->Count("processes ended by themselves");
  if (!disk_errors_ && !disk_.failed() && !write_failed_ && !damaged_) {
    return world_->Violate(fmt::format("node {} ends though its disk is well: {}", number(), fatal_));
  }
  // From the turn in which it happened the process cannot be torn down.
  world_->At(world_->now(), [this, life = life_] {
    if (life_ == life) power_cut_armed_ ? LosePower(power_cut_dice_) : Kill();
  });
}

// What a node says for its operator tells what it went through.
void SimulatedNode::OnLogLine(const std::string& line) {
  constexpr std::string_view kEvent = "\"event\":\"";
  if (const size_t at = line.find(kEvent); at != std::string::npos) {
    const size_t from = at + kEvent.size();
    std::string event = line.substr(from, line.find('"', from) - from);
    if (event == "leadership_transfer") {
      event += line.find("\"done\":true") != std::string::npos ? " done" : " given up";
    }
    world_->Count("logged: " + event);
    if (event == "other_history" || event == "checkpoint_refused") world_->Violate("I-09: " + line);
  }
  if (world_->tracing()) world_->Trace(fmt::format("node {} logs {}", number(), line));
}

void SimulatedNode::AfterTurn(node::WorkerKind kind) {
  if (fatal_.empty()) checker_->AfterTurn(number(), *parts_, kind);
}

void SimulatedNode::ExpectDamage(bool promises) {
  damaged_ = true;
  observer_ = observer_ || promises;
  committed_then_ = checker_->committed();
  checker_->OnHarm(number(), promises);
}

// It is when nothing on the disk is damaged any more, all that it promised is kept again, and what was
// committed then is applied, hence given to others who ask for it. An observer never is, under this identity.
void SimulatedNode::LookWhetherWhole() {
  if (!damaged_ || observer_ || !running() || disk_.failed()) return;
  if (parts_->raft().standing() != consensus::Standing::kMember) return;
  if (parts_->ledger().applied_index() < committed_then_ || rotten()) return;
  damaged_ = read_everything_ = false;
  healed_at_ = world_->now();
  world_->Count("damaged nodes that are whole again");
  if (world_->tracing()) world_->Trace(fmt::format("node {} is whole again", number()));
}

void SimulatedNode::Die() {
  ++life_;  // what still comes from the process is void
  serving_ = false;
  draining_ = false;
  power_cut_armed_ = false;
  if (parts_) checker_->OnEnd(number(), /*write_under_way=*/write_failed_ || disk_.failed());
  disk_.KillProcess();
  const auto calls = std::move(calls_);  // first: the last words of a dying process reach nobody
  calls_.clear();
  parts_.reset();
  repairer_.reset();
  process_.reset();
  for (const auto& [id, call] : calls) call.lost();
}

void SimulatedNode::Kill() {
  if (!running() && !repairing()) return;
  if (world_->tracing()) world_->Trace(fmt::format("node {} dies", number()));
  Die();
  ScheduleStart();
}

void SimulatedNode::LosePower(uint64_t dice) {
  if (!running() && !repairing()) return;
  if (world_->tracing()) world_->Trace(fmt::format("node {} loses power", number()));
  Die();
  disk_.LosePower(dice);
  ForgetDiskFailure();
  ScheduleStart();
}

void SimulatedNode::ArmPowerCut(uint64_t nth_operation, uint64_t dice) {
  power_cut_armed_ = true;
  power_cut_dice_ = dice;
  disk_.FailFrom(nth_operation, storage::Fault::kPowerCut);
}

void SimulatedNode::ForgetDiskFailure() {
  write_failed_ |= disk_.failed();  // the process may not have said so yet
  disk_.FailFrom(std::numeric_limits<uint64_t>::max(), storage::Fault::kError);
}

void SimulatedNode::HealDisk() {
  if (disk_errors_ || disk_.failed()) healed_at_ = world_->now();
  disk_.Heal();
  ForgetDiskFailure();
  disk_.SetCapacity(uint64_t{1} << 40);
  disk_errors_ = false;
  power_cut_armed_ = false;
}

void SimulatedNode::StopInOrder() {
  if (repairing()) {
    Die();
    return ScheduleStart();
  }
  if (!running() || draining_) return;
  draining_ = true;
  if (world_->tracing()) world_->Trace(fmt::format("node {} is asked to stop", number()));
  parts_->Drain([this, life = life_] {
    // Not from within its own turn.
    world_->At(world_->now(), [this, life] {
      if (life_ != life) return;
      const absl::Status status = parts_->Close();
      if (!status.ok() && fatal_.empty() && !disk_errors_ && !disk_.failed() && !write_failed_ && !damaged_) {
        world_->Violate(fmt::format("node {} did not close: {}", number(), std::string(status.message())));
      }
      for (const auto& [id, call] : calls_) {
        world_->Violate(fmt::format("I-13: node {} stopped and did not answer: {}", number(), call.what));
      }
      world_->Count("orderly stops");
      Die();
      ScheduleStart();
    });
  });
}

uint64_t SimulatedNode::BeginCall(std::string what, Time within, std::function<void()> lost) {
  const uint64_t id = next_call_++;
  calls_.emplace(id, Call{std::move(what), machine_.awake(), within, std::move(lost)});
  return id;
}

bool SimulatedNode::EndCall(uint64_t call) {
  if (calls_.erase(call) != 0) return true;
  // The answers of a process that is being torn down reach nobody.
  if (running()) world_->Violate(fmt::format("I-13: node {} answered a call twice", number()));
  return false;
}

void SimulatedNode::CheckDuties() {
  if (!running() || !fatal_.empty()) return;
  CheckCalls();
  CheckMemory();
  LookWhetherWhole();
}

void SimulatedNode::CheckMemory() {
  const auto check = [&](const char* what, size_t bytes, size_t limit, size_t one) {
    if (bytes > limit) world_->Count(fmt::format("one item larger than the limit: {}", what));
    if (bytes <= std::max(limit, one)) return;
    world_->Violate(
        fmt::format("I-14: node {} holds {} bytes in its {}, {} are allowed", number(), bytes, what, limit));
  };
  check("inbox", parts_->loop().inbox_bytes(), plan_->inbox_bytes, plan_->max_append_bytes + kLargestMessage);
  check("entry buffer", parts_->entry_buffer().bytes(), plan_->entry_cache_bytes, 0);
  check("decoded cache", parts_->decoded_cache().bytes(), plan_->decoded_cache_bytes, 0);
  const size_t limit = plan_->tail_cache_bytes + plan_->max_unpersisted_bytes + plan_->max_uncommitted_bytes;
  check("consensus", parts_->raft().MemoryBytes(), limit, limit + kConsensusSlack);
}

void SimulatedNode::CheckCalls() {
  for (const auto& [id, call] : calls_) {
    if (call.within != kForever && machine_.awake() > call.begun + call.within) {
      world_->Violate(fmt::format("I-13: node {} owes an answer for {} ms: {}", number(),
                                  (machine_.awake() - call.begun) / kMillisecond, call.what));
    }
  }
}

}  // namespace symbolon::simulation
