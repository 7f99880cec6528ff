#include "node/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>

#include "base/status_macros.h"
#include "ledger/index.h"
#include "node/node_parts.h"
#include "node/repairer.h"
#include "storage/signed_prefix.h"

namespace symbolon::node {
namespace {

constexpr int64_t kCertificateWarningDays = 60;

}  // namespace

absl::StatusOr<std::unique_ptr<Node>> Node::Start(NodeOptions options) {
  ASSIGN_OR_RETURN(NodeFiles files, LoadNodeFiles(options.config));
  auto parts = std::make_unique<NodeParts>(std::move(options), std::move(files));
  RETURN_IF_ERROR(parts->CheckTls());
  RETURN_IF_ERROR(parts->Begin());
  return parts;
}

NodeParts::NodeParts(NodeOptions options, NodeFiles files)
    : options_(std::move(options)),
      files_(std::move(files)),
      runtime_(options_.runtime),
      log_(options_.log),
      self_(config_.node_number),
      decoded_(config_.memory.decoded_cache_bytes),
      buffer_(config_.memory.entry_cache_bytes) {}

NodeParts::~NodeParts() {
  stopping_ = true;
  if (loop_) {
    EndWaits();
    StopWorkers(std::chrono::milliseconds(0));
  }
}

absl::Status NodeParts::Begin() {
  RETURN_IF_ERROR(OpenStore());
  RETURN_IF_ERROR(RestoreState());
  MakeSigner();
  MakeApplyLoop();
  RETURN_IF_ERROR(ApplyAgain());
  RETURN_IF_ERROR(MakeConsensus());
  MakeSubmissions();
  const std::chrono::milliseconds period(std::min<int64_t>(config_.consensus.tick_ms, 1000));
  housekeeper_ = runtime_->NewWorker(WorkerKind::kHousekeeper, [this, period] {
    Housekeep();
    return runtime_->Now() + period;
  });
  answers_ = std::make_unique<Answers>(runtime_);
  MakePeers();
  MakeComparer();
  CheckDisk();
  log_->Info("started", {{"applied_index", state_->view()->applied_index},
                         {"last_index", raft_log_->LastIndex().value()},
                         {"term", raft_log_->hard_state().term.value()},
                         {"attestations", state_->view()->attestation_count}});
  apply_->Start();
  loop_->Start();
  answers_->Start();
  RETURN_IF_ERROR(StartServer());
  housekeeper_->Start();
  return absl::OkStatus();
}

absl::Status NodeParts::CheckTls() const {
  const auto now = static_cast<int64_t>(WallSeconds());
  RETURN_IF_ERROR(
      api::DescribeCertificateProblem(files_.tls.certificate_chain, config_.certificate_file, now));
  RETURN_IF_ERROR(Annotate(api::CheckKeyBelongsTo(files_.tls), config_.private_key_file));
  ASSIGN_OR_RETURN(const Digest spki, api::SpkiDigest(files_.tls.certificate_chain));
  const auto self = files_.genesis.registry.FindNode(self_.value());
  if (self && spki != self->node->tls_spki) {
    return absl::InvalidArgumentError(
        fmt::format("{}, field certificate: the key in {} is not the one that the genesis names for node {}",
                    config_.file, config_.certificate_file, self_));
  }
  ASSIGN_OR_RETURN(const int64_t expiry, api::CertificateExpiry(files_.tls.certificate_chain));
  if (const int64_t days = (expiry - now) / 86400; days < kCertificateWarningDays) {
    log_->Warning("certificate_expires", {{"days_left", days}, {"file", config_.certificate_file}});
  }
  return absl::OkStatus();
}

absl::Status NodeParts::OpenStore() {
  ASSIGN_OR_RETURN(store_, OpenNodeStore(options_, files_));
  if (!store_->report().missing.empty()) return RepairNeeded(store_->report());
  ASSIGN_OR_RETURN(raft_log_, storage::RaftLog::Open(store_.get()));
  ASSIGN_OR_RETURN(ledger_, storage::LedgerStore::Open(store_.get()));
  return absl::OkStatus();
}

absl::Status NodeParts::RestoreState() {
  ASSIGN_OR_RETURN(const auto snapshot, ledger_->LoadState());
  auto state =
      snapshot ? ledger::State::Restore(files_.genesis, *snapshot) : ledger::State::AtGenesis(files_.genesis);
  if (!state.ok()) return Annotate(state.status(), "restoring the state from " + config_.data_dir);
  RETURN_IF_ERROR(CheckSelf(config_, files_, state->registry()));
  ASSIGN_OR_RETURN(MembershipViewPtr membership, ViewMembership(state->membership(), nullptr, *ledger_));
  ReadView view{.applied_index = state->applied_index(),
                .applied_time_ms = state->last_time_ms(),
                .attestation_count = state->attestation_count(),
                .needs_seal = state->NeedsSeal(),
                .last_seal_index = state->last_seal() ? state->last_seal()->entry_index : 0,
                .membership = std::move(membership),
                .checkpoint = nullptr};
  state_ = std::make_unique<SharedState>(*std::move(state), std::move(view));
  queries_ = std::make_unique<Queries>(state_.get(), ledger_.get());
  return absl::OkStatus();
}

// A leader's next entry continues its whole log, not only what it had applied when it was stopped.
absl::StatusOr<LogTail> NodeParts::LoadTail() const {
  const auto base = state_->Read([](const ledger::State& state, const ReadViewPtr&) {
    return LogTail::Base{state.applied_index(), state.last_time_ms(), state.attestation_count()};
  });
  LogTail tail(base);
  const consensus::Index last = raft_log_->LastIndex();
  for (consensus::Index next(base.index + 1); next <= last;) {
    ASSIGN_OR_RETURN(const auto entries, raft_log_->Read(next, last, size_t{4} << 20));
    for (const consensus::Entry& entry : entries) tail.Append(entry);
    next = entries.back().index + 1;
  }
  return tail;
}

void NodeParts::MakeSigner() {
  signer_ = std::make_unique<CheckpointSigner>(
      CheckpointSigner::Names{files_.genesis.origin, ledger::CosigningName(files_.genesis, files_.node_name)},
      &files_.log_key, &files_.cosigning_key, ledger_.get(), [this] { return WallSeconds(); }, options_.disk,
      (std::filesystem::path(config_.data_dir) / "SIGNING_STOPPED").string());
  const storage::StartupReport& report = store_->report();
  if (report.standing == storage::Standing::kObserver) signer_->Stop("this node only observes");
  if (!signer_->stopped().ok()) {
    NoteError(signer_->stopped());
    log_->Error("signing_stopped", {{"reason", signer_->stopped().message()}});
  }
}

// Derived state that is to be made again may lag behind a log of any length.
absl::Status NodeParts::ApplyAgain() {
  const uint64_t applied = state_->view()->applied_index;
  ASSIGN_OR_RETURN(const uint64_t last, storage::LastProvedEntry(*store_, applied));
  if (last == 0) return absl::OkStatus();
  log_->Info("applying_again", {{"from", applied + 1}, {"to", last}});
  const absl::Status status = apply_->ApplyBeforeStart(consensus::Index(last));
  store_->NoteDamage(status);
  applied_ = last;
  return status;
}

absl::Status NodeParts::MakeConsensus() {
  ASSIGN_OR_RETURN(LogTail tail, LoadTail());
  proposer_ = std::make_unique<Proposer>(state_.get(), ledger_.get(), &memo_, &decoded_, std::move(tail),
                                         [this] { return runtime_->WallMilliseconds(); });
  sealer_ = std::make_unique<Sealer>(std::chrono::milliseconds(config_.ledger.seal_interval_ms),
                                     config_.ledger.seal_every_entries, proposer_.get(), state_.get());
  changer_ = std::make_unique<MemberChanger>(self_, proposer_.get(), state_.get(), log_.get());

  consensus::Options options;
  options.id = self_;
  options.genesis = ToRaft(ledger::MembersOf(files_.genesis.registry));
  options.read_configuration = [network = files_.network](const consensus::EntryData& data) {
    return ReadConfiguration(data, network);
  };
  const storage::StartupReport& report = store_->report();
  options.standing = report.standing;
  consensus_.standing = report.standing;
  options.promised = report.promised;
  options.incarnation = store_->incarnation();
  options.applied = consensus::Index(state_->view()->applied_index);
  options.no_op = [this](consensus::Index index, consensus::Term term) {
    return proposer_->MakeNoOp(index, term);
  };
  options.random = [this] { return runtime_->Random(); };
  options.election_ticks = static_cast<uint64_t>(config_.consensus.election_ticks);
  options.election_delay_ticks = static_cast<uint64_t>(config_.consensus.election_delay_ticks);
  options.heartbeat_ticks = static_cast<uint64_t>(config_.consensus.heartbeat_ticks);
  options.max_append_bytes = config_.consensus.max_append_bytes;
  options.max_inflight_bytes = config_.consensus.max_inflight_bytes;
  options.max_uncommitted_bytes = config_.consensus.max_uncommitted_bytes;
  if (const int64_t per_second = config_.consensus.learner_bytes_per_s; per_second != 0) {
    options.learner_bytes_per_tick =
        static_cast<size_t>(std::max<int64_t>(per_second * config_.consensus.tick_ms / 1000, 1));
  }
  options.read_timeout_ticks = 5 * options.election_ticks;
  options.proposal_timeout_ticks = 10 * options.election_ticks;
  if (options_.tune_consensus) options_.tune_consensus(options);
  ASSIGN_OR_RETURN(auto raft,
                   consensus::Raft::Create(std::move(options), raft_log_->hard_state(), raft_log_.get()));
  loop_ = std::make_unique<EventLoop>(
      EventLoop::Options{.tick = std::chrono::milliseconds(config_.consensus.tick_ms),
                         .max_inbox_bytes = config_.memory.inbox_bytes,
                         .silent_after_ticks = 2 * static_cast<uint64_t>(config_.consensus.election_ticks)},
      runtime_, std::move(raft), raft_log_.get(), this,
      [this](const consensus::Message& message) { peers_->Send(message); });
  reads_ = std::make_unique<LinearizableReads>(loop_.get());
  return absl::OkStatus();
}

void NodeParts::MakeSubmissions() {
  submissions_ = std::make_unique<Submissions>(
      self_, runtime_, std::chrono::milliseconds(config_.limits.submission_timeout_ms),
      Submissions::Callbacks{
          .leader = [this] { return Leader(); },
          .propose_here = [this](const api::Transaction& transaction,
                                 PlacementDone done) { ProposeHere(transaction, std::move(done)); },
          .forward = [this](consensus::NodeId leader, const api::Transaction& transaction,
                            PlacementDone done) { ForwardTo(leader, transaction, std::move(done)); },
          .find_applied = [this](uint64_t index) { return FindApplied(index); },
          .receipt = [this](uint64_t index) { return queries_->Receipt(index); },
          .idle =
              [this] {
                if (draining_) housekeeper_->Wake();
              }});
}

void NodeParts::MakeApplyLoop() {
  applied_ = state_->view()->applied_index;
  apply_ = std::make_unique<ApplyLoop>(
      ApplyLoop::Options{
          .self = self_.value(),
          .checkpoint_interval = std::chrono::milliseconds(config_.ledger.checkpoint_interval_ms),
          .cosign_interval = std::chrono::seconds(config_.ledger.cosign_interval_s)},
      ApplyLoop::Parts{runtime_, state_.get(), ledger_.get(), raft_log_.get(), &buffer_, &decoded_, &memo_,
                       signer_.get()},
      ApplyLoop::Callbacks{
          .applied =
              [this](consensus::Index index) {
                applied_ = index.value();
                loop_->Applied(index);
              },
          .published = [this](const ReadViewPtr& view,
                              const std::vector<AppliedEntry>& entries) { OnPublished(view, entries); },
          .signing_stopped =
              [this](const absl::Status& why) {
                NoteError(why);
                log_->Error("signing_stopped", {{"reason", why.message()}});
              },
          .failed = [this](const absl::Status& status) { OnFailure(status); }});
}

void NodeParts::MakeComparer() {
  comparer_ = std::make_unique<CheckpointComparer>(
      self_.value(), &files_.genesis,
      CheckpointComparer::Callbacks{
          .root_at = [this](uint64_t size) { return ledger_->RootAt(size); },
          .fetch =
              [this](uint64_t node, api::Done<Bytes> done) {
                const auto peer = peers_->Find(consensus::NodeId(node));
                if (!peer || !peer->Reachable()) return false;
                peer->FetchCheckpoint(std::move(done));
                return true;
              },
          .refused =
              [this](const ledger::Node& from, const absl::Status& why) {
                if (!refused_checkpoints_.Allow(runtime_->Now())) return;
                log_->Warning("checkpoint_refused", {{"from", from.name}, {"reason", why.message()}});
              },
          .differs =
              [this](const CheckpointComparer::Difference& difference) { OnOtherHistory(difference); }});
}

absl::Status NodeParts::StartServer() {
  api::ServerOptions options;
  options.listen_address = config_.listen_address;
  options.identity = files_.tls;
  for (const ledger::Agency& agency : files_.genesis.registry.agencies) {
    ASSIGN_OR_RETURN(const std::string pem, api::CertificatePem(agency.ca_certificate));
    options.trusted_authorities += pem;
  }
  options.network = files_.network;
  options.node_number = self_.value();
  options.max_message_bytes = config_.limits.max_message_bytes;
  options.max_streams_per_connection = config_.limits.max_streams_per_connection;
  options.max_submissions_in_flight = config_.limits.max_submissions_in_flight;
  options.max_fresh_waits_in_flight = config_.limits.max_fresh_waits_in_flight;
  options.max_ledger_streams = config_.limits.max_ledger_streams;
  options.max_verify_streams = config_.limits.max_verify_streams;
  options.memory_quota_bytes = config_.limits.grpc_memory_bytes;
  ASSIGN_OR_RETURN(server_, options_.make_server(std::move(options), this));
  server_->SetServing(false);  // until a leader is known (node_housekeeping.cc)
  return absl::OkStatus();
}

void NodeParts::Drain(std::function<void()> drained) {
  log_->Info("stopping");
  {
    std::lock_guard lock(mutex_);
    drained_ = std::move(drained);
  }
  stopping_ = true;
  server_->SetServing(false);
  draining_ = true;
  housekeeper_->Wake();
}

void NodeParts::AdvanceDrain(MonotonicTime now) {
  const auto begin = [&](DrainStep step) {
    drain_step_ = step;
    drain_deadline_ = now + std::chrono::milliseconds(config_.limits.stop_grace_ms);
  };
  const auto may_wait = [&] { return !failed_ && now < drain_deadline_; };
  if (drain_step_ == DrainStep::kBegin) begin(DrainStep::kSubmissions);
  if (drain_step_ == DrainStep::kSubmissions) {
    if (!submissions_->IsIdle() && may_wait()) return;
    begin(DrainStep::kLeadership);
    if (leading_ && !failed_) HandOverLeadership();
  }
  if (drain_step_ == DrainStep::kLeadership) {
    if (handing_over_ && leading_ && may_wait()) return;
    begin(DrainStep::kDone);
    std::function<void()> drained;
    {
      std::lock_guard lock(mutex_);
      drained.swap(drained_);
    }
    drained();
  }
}

void NodeParts::HandOverLeadership() {
  handing_over_ = true;
  const bool posted = loop_->Post([this](consensus::Raft* raft) {
    const consensus::NodeId successor = raft == nullptr ? consensus::NodeId() : BestSuccessor(*raft);
    if (successor.value() == 0 || !raft->TransferLeadership(successor).ok()) EndHandOver();
  });
  if (!posted) EndHandOver();
}

void NodeParts::EndHandOver() {
  handing_over_ = false;
  housekeeper_->Wake();
}

void NodeParts::EndWaits() {
  submissions_->Stop();
  reads_->Stop();
  waits_.Stop();
}

void NodeParts::StopWorkers(std::chrono::milliseconds grace) {
  if (housekeeper_) housekeeper_->Stop();
  loop_->Stop();
  proposer_->OnLost();  // the loop has ended: what waited for it is answered here
  apply_->Stop();
  if (answers_) answers_->Stop();
  if (server_) server_->Shutdown(static_cast<int>(grace.count()));
  if (peers_) peers_->Stop();
  server_.reset();
}

absl::Status NodeParts::Stop() {
  {
    std::lock_guard lock(mutex_);
    if (stopped_) return absl::OkStatus();
    stopped_ = true;
  }
  std::promise<void> drained;
  Drain([&drained] { drained.set_value(); });
  drained.get_future().wait();
  return Close();
}

absl::Status NodeParts::Close() {
  EndWaits();
  StopWorkers(std::chrono::milliseconds(config_.limits.stop_grace_ms));
  const absl::Status status = store_->Close();
  if (status.ok()) {
    log_->Info("stopped");
  } else {
    log_->Error("stopped", {{"reason", status.message()}});
  }
  return status;
}

}  // namespace symbolon::node
