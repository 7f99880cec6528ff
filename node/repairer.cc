#include "node/repairer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "api/fetch_entries.h"
#include "base/status_macros.h"
#include "ledger/entry_header.h"
#include "ledger/state.h"
#include "node/entry_kind.h"
#include "node/peers.h"

namespace symbolon::node {
namespace {

constexpr const char* kRepairNeeded = "symbolon/repair-needed";
// After all others were asked and had nothing; longer each time, up to:
constexpr std::chrono::milliseconds kFirstPause(250), kLongestPause(8000);

// The founders, and whom the newest configuration in the log names: whoever of them still runs has the
// ledger.
std::vector<ledger::Member> Others(const storage::Store& store, const NodeFiles& files, uint64_t self) {
  std::vector<ledger::Member> members;
  const std::vector<Bytes> headers = storage::ReadableConfigurations(store);
  if (!headers.empty()) {
    const auto header = ledger::DecodeEntryHeader(headers.back());
    const auto newest = header.ok() ? ledger::DecodeConfiguration(header->payload) : header.status();
    if (newest.ok()) members = newest->members;
  }
  for (const ledger::Member& founder : ledger::MembersOf(files.genesis.registry)) {
    const bool known = std::any_of(members.begin(), members.end(), [&](const ledger::Member& member) {
      return member.number == founder.number;
    });
    if (!known) members.push_back(founder);
  }
  std::erase_if(members, [&](const ledger::Member& member) { return member.number == self; });
  return members;
}

absl::StatusOr<consensus::Entry> ToEntry(uint64_t index, const api::LedgerEntry& answer) {
  ASSIGN_OR_RETURN(const ledger::EntryHeader header, ledger::DecodeEntryHeader(answer.header));
  return consensus::Entry{
      consensus::Index(index), consensus::Term(header.term), EntryKindOf(header.kind),
      std::make_shared<const consensus::EntryData>(consensus::EntryData{answer.header, answer.body})};
}

}  // namespace

absl::StatusOr<std::unique_ptr<storage::Store>> OpenNodeStore(const NodeOptions& options,
                                                              const NodeFiles& files) {
  const Config& config = options.config;
  storage::Options store;
  store.dir = config.data_dir;
  store.disk = options.disk;
  store.create_if_missing = options.create_store;
  store.on_damage = options.on_damage;
  if (config.verify_everything_at_start) store.verify = storage::Verification::kFull;
  store.block_cache_bytes = config.memory.block_cache_bytes;
  store.write_buffer_bytes = config.memory.write_buffer_bytes;
  store.tile_cache_bytes = config.memory.tile_cache_bytes;
  store.max_open_files = config.memory.max_open_files;
  store.reserve_bytes = static_cast<uint64_t>(config.limits.min_free_disk_bytes);
  store.wall_milliseconds = options.runtime->WallMilliseconds();
  store.check_state = [&](const ledger::StateSnapshot& stored, const Digest& root) -> absl::Status {
    ASSIGN_OR_RETURN(const ledger::State state, ledger::State::Restore(files.genesis, stored));
    return state.LedgerRoot() == root ? absl::OkStatus()
                                      : absl::DataLossError("it is of a tree with another root");
  };
  store.warn = [log = options.log](const std::string& line) { log->Warning("storage", {{"message", line}}); };
  auto opened = storage::Store::Open(store, {files.network, config.node_number});
  if (absl::IsNotFound(opened.status()) && !options.create_store) {
    return Annotate(opened.status(), "only a node that has never run may begin with nothing (--create)");
  }
  return opened;
}

absl::Status RepairNeeded(const storage::StartupReport& report) {
  absl::Status status = absl::DataLossError(
      fmt::format("{} entries of the log are lost, the first is {}: they must be had from other nodes",
                  report.missing.size(), report.missing.front().index));
  status.SetPayload(kRepairNeeded, absl::Cord());
  return status;
}

bool IsRepairNeeded(const absl::Status& status) {
  return status.GetPayload(kRepairNeeded).has_value();
}

Repairer::Repairer(NodeOptions options, NodeFiles files, Callbacks callbacks)
    : options_(std::move(options)),
      files_(std::move(files)),
      callbacks_(std::move(callbacks)),
      runtime_(options_.runtime),
      pause_(kFirstPause) {}

Repairer::~Repairer() {
  if (worker_) worker_->Stop();
}

absl::StatusOr<std::unique_ptr<Repairer>> Repairer::Start(NodeOptions options, Callbacks callbacks) {
  ASSIGN_OR_RETURN(NodeFiles files, LoadNodeFiles(options.config));
  auto repairer = std::make_unique<Repairer>(std::move(options), std::move(files), std::move(callbacks));
  RETURN_IF_ERROR(repairer->Begin());
  return repairer;
}

absl::Status Repairer::Begin() {
  ASSIGN_OR_RETURN(store_, OpenNodeStore(options_, files_));
  ASSIGN_OR_RETURN(repair_, storage::EntryRepair::Open(store_.get()));
  const std::vector<storage::MissingEntry> missing = repair_->missing();
  if (!missing.empty()) {
    options_.log->Error("repair", {{"missing", missing.size()}, {"first", missing.front().index}});
  }
  worker_ = runtime_->NewWorker(WorkerKind::kHousekeeper, [this] { return Turn(); });
  for (const ledger::Member& member : Others(*store_, files_, options_.config.node_number)) {
    if (const absl::Status status = Connect(member); !status.ok()) {
      options_.log->Error("cannot_connect", {{"node", member.name}, {"reason", status.message()}});
    }
  }
  if (sources_.empty() && !missing.empty()) {
    return absl::DataLossError(fmt::format(
        "entry {} of the log is lost, and there is no other node that may have it: put back a copy of the "
        "disk, marked as such (OBSERVER), or begin a new network from what can be exported",
        missing.front().index));
  }
  NextRound();
  worker_->Start();
  return absl::OkStatus();
}

absl::Status Repairer::Connect(const ledger::Member& member) {
  ASSIGN_OR_RETURN(api::PeerOptions options, PeerOptionsFor(member, files_.genesis.registry, files_));
  ASSIGN_OR_RETURN(auto peer, options_.make_peer(std::move(options)));
  sources_.push_back({member, std::move(peer)});
  return absl::OkStatus();
}

MonotonicTime Repairer::Turn() {
  if (ended_) return kNever;
  std::optional<absl::StatusOr<std::vector<api::LedgerEntry>>> answer;
  {
    std::lock_guard lock(mutex_);
    answer.swap(answer_);
  }
  absl::Status status = answer ? Take(*answer) : absl::OkStatus();
  const bool whole = status.ok() && asked_.empty() && repair_->IsWhole();
  if (whole) status = store_->Close();
  if (whole || !status.ok()) {
    ended_ = true;
    if (status.ok()) options_.log->Info("repaired");
    status.ok() ? callbacks_.done() : callbacks_.failed(status);
    return kNever;
  }
  return asked_.empty() ? AskNext() : kNever;
}

// What is wrong with an answer is its giver's fault; only an error of the own store ends the repair.
absl::Status Repairer::Take(const absl::StatusOr<std::vector<api::LedgerEntry>>& answer) {
  const std::vector<uint64_t> asked = std::exchange(asked_, {});
  if (!answer.ok()) {
    if (absl::IsUnavailable(answer.status())) wanted_.clear();
    Refused(answer.status());
    return absl::OkStatus();
  }
  if (answer->empty() || answer->size() > asked.size()) {
    Refused(absl::InvalidArgumentError(
        fmt::format("{} entries in answer to a question for {}", answer->size(), asked.size())));
    return absl::OkStatus();
  }
  for (size_t i = 0; i < answer->size(); ++i) RETURN_IF_ERROR(Take(asked[i], (*answer)[i]));
  wanted_.insert(wanted_.begin(), asked.begin() + static_cast<long>(answer->size()), asked.end());
  return absl::OkStatus();
}

absl::Status Repairer::Take(uint64_t index, const api::LedgerEntry& answer) {
  const auto entry = ToEntry(index, answer);
  const size_t before = repair_->steps_left();
  const absl::Status taken = entry.ok() ? repair_->Offer(*entry) : entry.status();
  if (!entry.ok() || absl::IsInvalidArgument(taken)) {
    Refused(taken);
    return absl::OkStatus();
  }
  if (repair_->steps_left() < before) progress_ = true;
  return taken;
}

void Repairer::Refused(const absl::Status& why) {
  if (!refusals_.Allow(runtime_->Now())) return;
  options_.log->Warning("repair_refused",
                        {{"from", sources_[source_].member.name}, {"reason", why.message()}});
}

void Repairer::NextRound() {
  repair_->ForgetUnproved();
  for (const storage::MissingEntry& entry : repair_->missing()) wanted_.push_back(entry.index);
  next_round_ = runtime_->Now();
  if (std::exchange(progress_, false)) {
    in_vain_ = 0;
    pause_ = kFirstPause;
  } else if (!sources_.empty() && ++in_vain_ % sources_.size() == 0) {
    next_round_ += pause_;
    pause_ = std::min(2 * pause_, kLongestPause);
    options_.log->Warning(
        "repair_waits",
        {{"missing", wanted_.size()}, {"first", wanted_.front()}, {"asked", sources_.size()}});
  }
  if (!sources_.empty()) source_ = (source_ + 1) % sources_.size();
}

MonotonicTime Repairer::AskNext() {
  if (wanted_.empty()) NextRound();
  if (const MonotonicTime now = runtime_->Now(); now < next_round_) return next_round_;
  while (!wanted_.empty() && asked_.size() < api::kMaxFetchedEntries) {
    asked_.push_back(wanted_.front());
    wanted_.pop_front();
  }
  sources_[source_].peer->FetchEntries(asked_, [this](absl::StatusOr<std::vector<api::LedgerEntry>> answer) {
    {
      std::lock_guard lock(mutex_);
      answer_ = std::move(answer);
    }
    worker_->Wake();
  });
  return kNever;
}

}  // namespace symbolon::node
