#pragma once
// A node of the simulated network: a machine, a disk, and the real node's parts while its process runs.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "node/node_parts.h"
#include "node/repairer.h"
#include "tests/simulation/checker.h"
#include "tests/simulation/founders.h"
#include "tests/simulation/machine.h"
#include "tests/simulation/network.h"
#include "tests/simulation/plan.h"
#include "tests/storage/support/simulated_disk.h"

namespace symbolon::simulation {

class SimulatedNode final : public Host {
 public:
  // `core_trace` gets a line for each input of consensus (docs/trace-format.md), or is null.
  SimulatedNode(World* world, const Plan* plan, const Founders* founders, Network* network, Checker* checker,
                uint64_t number, std::function<void(std::string_view)> core_trace);
  ~SimulatedNode() override;

  uint64_t number() const { return machine_.number(); }
  Machine& machine() { return machine_; }
  storage::SimulatedDisk& disk() { return disk_; }
  static std::string Folder() { return "/data"; }
  static std::string Database() { return Folder() + "/db"; }
  // Of what clients send here, in one append of one entry.
  static constexpr size_t kLargestMessage = size_t{16} << 10;
  // An entry past each of three bounds, and whoever waits: docs/consensus.md, small print.
  static constexpr size_t kConsensusSlack = 4 * kLargestMessage;
  static constexpr int64_t kDiskFloor = 64 << 10;  // free bytes below which nothing is taken

  bool running() const { return parts_ != nullptr; }
  // Its process runs, and asks other nodes for what its log lacks instead of all else.
  bool repairing() const { return repairer_ != nullptr; }
  // Null while the process does not run.
  node::NodeParts* parts() { return parts_.get(); }
  bool draining() const { return draining_; }
  // Is, or was, meant to run: a founding node, or one whose admission was asked for.
  bool started() const { return created_ || admitted_; }

  // ---- life and death
  void Start();
  // It is to be a member, or may be: something starts it from now on.
  void Admit() {
    admitted_ = true;
    KeepRunning(true);
  }
  // The process is no more; what it wrote unsynced survives.
  void Kill();
  // What was not synced is lost, or half there.
  void LosePower(uint64_t dice);
  // Stops the node in order. When that has ended, nothing runs.
  void StopInOrder();
  // Something starts it again whenever it is down, after a while; from now on, or no longer.
  void KeepRunning(bool keep);
  // Its disk has lost something: errors are to be expected until it is whole again. `promises`: also what it
  // has promised, so that it will never be more than an observer.
  void ExpectDamage(bool promises);
  bool damaged() const { return damaged_; }
  bool observer() const { return observer_; }
  // Rot may lie where nothing reads for long. The next starts read everything.
  void ReadEverything() { read_everything_ = true; }
  bool rotten() const { return !disk_.IsWhole(Database()); }
  // Errors are to be expected of this disk from now on, until it is healed.
  void ExpectDiskErrors() { disk_errors_ = true; }
  void HealDisk();
  // Now, or so lately that answers may still speak of it.
  bool disk_in_trouble() const {
    return damaged_ || disk_errors_ || disk_.failed() || world_->now() < healed_at_ + 15 * kSecond;
  }
  // The next death is a loss of power in the middle of a write.
  void ArmPowerCut(uint64_t nth_operation, uint64_t dice);
  bool power_cut_armed() const { return power_cut_armed_; }

  // ---- Host
  api::Backend* backend() override { return serving_ ? parts_.get() : nullptr; }
  void WhenAwake(std::function<void()> what) override { machine_.WhenAwake(std::move(what)); }
  uint64_t BeginCall(std::string what, Time within, std::function<void()> lost) override;
  bool EndCall(uint64_t call) override;
  std::vector<Bytes> Introduction() override {
    return parts_ ? parts_->state().view()->membership->headers : std::vector<Bytes>();
  }
  void OnSend(const consensus::Message& message) override { checker_->OnSend(number(), message); }

  // Calls that should have been answered (I-13), and more held in memory than may be (I-14), are violations.
  void CheckDuties();

 private:
  struct Call {
    std::string what;
    Time begun = 0;  // of the machine's awake time
    Time within = 0;
    std::function<void()> lost;
  };
  class Server;

  void CheckCalls();
  void CheckMemory();
  node::NodeOptions MakeOptions();
  absl::StatusOr<std::unique_ptr<node::NodeParts>> Begin();
  void BeginRepair();
  void LookWhetherWhole();
  node::Config MakeConfig() const;
  void TuneConsensus(consensus::Options& options) const;
  void OnStartFailed(const absl::Status& status);
  void OnFatal(const absl::Status& status);
  void OnLogLine(const std::string& line);
  void AfterTurn(node::WorkerKind kind);
  void ForgetDiskFailure();
  void Die();
  void ScheduleStart();

  World* const world_;
  const Plan* const plan_;
  const Founders* const founders_;
  Network* const network_;
  Checker* const checker_;
  const std::function<void(std::string_view)> core_trace_;
  Random chance_;
  Machine machine_;
  storage::SimulatedDisk disk_;

  uint64_t life_ = 0;
  bool created_ = false;
  bool admitted_ = false;
  bool keep_running_ = true;
  bool start_due_ = false;
  bool serving_ = false;
  bool draining_ = false;
  bool damaged_ = false;
  bool observer_ = false;
  bool read_everything_ = false;
  uint64_t committed_then_ = 0;  // when it was damaged
  bool disk_errors_ = false;
  bool write_failed_ = false;  // in this life, though the disk is well again
  Time healed_at_ = 0;
  bool power_cut_armed_ = false;
  uint64_t power_cut_dice_ = 0;
  std::string fatal_;  // why the process is about to end

  std::map<uint64_t, Call> calls_;
  uint64_t next_call_ = 1;
  std::unique_ptr<node::Runtime> process_;
  std::unique_ptr<node::NodeParts> parts_;
  std::unique_ptr<node::Repairer> repairer_;
};

}  // namespace symbolon::simulation
