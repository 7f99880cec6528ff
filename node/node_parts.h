#pragma once
// The parts of a node and how they hold together. Private to node/: node.cc starts and stops them,
// node_backend.cc answers the api with them, node_events.cc carries consensus and apply events between them,
// node_members.cc follows the members, node_housekeeping.cc does what is due now and then.

#include <absl/status/statusor.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/backend.h"
#include "api/peer.h"
#include "api/server.h"
#include "node/answers.h"
#include "node/apply_loop.h"
#include "node/callers.h"
#include "node/checkpoint_comparer.h"
#include "node/checkpoint_signer.h"
#include "node/decoded_cache.h"
#include "node/entry_buffer.h"
#include "node/event_loop.h"
#include "node/index_waits.h"
#include "node/linearizable_reads.h"
#include "node/member_changer.h"
#include "node/node.h"
#include "node/peers.h"
#include "node/proposer.h"
#include "node/queries.h"
#include "node/rate_limit.h"
#include "node/runtime.h"
#include "node/sealer.h"
#include "node/shared_memo.h"
#include "node/shared_state.h"
#include "node/submissions.h"
#include "storage/ledger_store.h"
#include "storage/raft_log.h"
#include "storage/store.h"

namespace symbolon::node {

class NodeParts final : public Node, public api::Backend, public LoopListener {
 public:
  NodeParts(NodeOptions options, NodeFiles files);
  ~NodeParts() override;

  // Whether the certificate files fit the genesis and the time; for nodes that talk over TLS.
  absl::Status CheckTls() const;
  absl::Status Begin();
  // The first half of Stop, which does not wait: takes no more calls; when what is under way has ended and
  // leadership is handed over, each for at most the configured grace, calls `drained` from a housekeeper's
  // turn.
  void Drain(std::function<void()> drained);
  // The second half: ends everything, flushes and closes. Not from within a turn.
  absl::Status Close();

  // ---- Node (node.cc)
  absl::Status Stop() override;
  int port() const override { return server_->port(); }
  api::Backend& backend() override { return *this; }

  // ---- for whoever steps the node, between its turns
  const consensus::Raft& raft() const { return loop_->raft(); }
  const storage::RaftLog& raft_log() const { return *raft_log_; }
  const storage::LedgerStore& ledger() const { return *ledger_; }
  const SharedState& state() const { return *state_; }
  const EventLoop& loop() const { return *loop_; }
  const EntryBuffer& entry_buffer() const { return buffer_; }
  const DecodedCache& decoded_cache() const { return decoded_; }

  // ---- api::Backend (node_backend.cc)
  std::optional<api::Caller> FindCaller(const Digest& spki_digest) const override;
  void Submit(const api::Caller& caller, api::Transaction transaction,
              api::Done<api::Submitted> done) override;
  absl::StatusOr<uint64_t> NextSequence(const api::Caller& caller, const std::string& issuer,
                                        uint32_t key_id) override;
  void WaitFor(api::Freshness freshness, api::Abandoned abandoned, api::Done<api::AsOf> done) override;
  absl::StatusOr<api::Verified> Verify(uint64_t attestation_number) override;
  std::vector<api::AttestationStatus> Statuses(const std::vector<uint64_t>& numbers,
                                               api::AsOf* as_of) override;
  Bytes Genesis() const override { return files_.genesis_bytes; }
  absl::StatusOr<Bytes> Checkpoint() override { return queries_->Checkpoint(); }
  absl::StatusOr<api::MembershipState> Membership(uint64_t after_index) override;
  absl::StatusOr<std::vector<Digest>> InclusionProof(uint64_t entry_index, uint64_t tree_size) override;
  absl::StatusOr<std::vector<Digest>> ConsistencyProof(uint64_t first_size, uint64_t second_size) override;
  uint64_t AppliedIndex() const override { return state_->view()->checkpoint_size(); }
  absl::StatusOr<api::LedgerEntry> ReadEntry(uint64_t entry_index) override;
  api::NodeState State() override;
  void Deliver(consensus::Message message) override;
  void Forward(api::Transaction transaction, api::Done<api::Forwarded> done) override;
  absl::Status Introduce(const Digest& spki_digest, const std::vector<Bytes>& headers) override;

  // ---- LoopListener (node_events.cc)
  void OnAppend(const std::vector<consensus::Entry>& entries) override;
  void OnApplicable(consensus::Index applicable) override;
  void OnRead(const consensus::ReadState& read) override;
  void OnProposal(const consensus::ProposalOutcome& outcome) override;
  void OnRole(const consensus::RoleChange& change) override;
  void OnTransfer(const consensus::TransferOutcome& outcome) override;
  void OnRemoved(consensus::LogPosition position) override;
  void OnApplied(consensus::Raft& raft, consensus::Index applied) override;
  void OnTick(consensus::Raft& raft) override;
  void OnStandstill(bool stands_still) override;
  void OnRefused(consensus::NodeId from, const absl::Status& why) override;
  void OnFailure(const absl::Status& status) override;

 private:
  // Entries committed and not yet applied. Past it a follower lets appends drop (the leader sends them
  // again), and a leader refuses submissions; nothing that apply itself waits for is held up.
  static constexpr uint64_t kMaxBacklog = 20000;
  // After a failed attempt to read old entries.
  static constexpr MonotonicTime::duration kScrubAgain = std::chrono::minutes(1);

  struct ConsensusView {
    consensus::Role role = consensus::Role::kFollower;
    uint64_t term = 0;
    uint64_t last_index = 0;
    uint64_t commit_index = 0;
    consensus::Configuration configuration;
    consensus::Standing standing = consensus::Standing::kMember;
    std::map<uint64_t, consensus::Raft::PeerProgress> peers;
  };

  // node.cc
  absl::Status OpenStore();
  absl::Status RestoreState();
  void MakeSigner();
  absl::Status ApplyAgain();
  void MakeComparer();
  absl::Status MakeConsensus();
  absl::StatusOr<LogTail> LoadTail() const;
  absl::Status StartServer();
  void MakeApplyLoop();
  void MakeSubmissions();
  void AdvanceDrain(MonotonicTime now);
  void HandOverLeadership();
  void EndHandOver();
  void EndWaits();
  void StopWorkers(std::chrono::milliseconds grace);
  uint64_t WallSeconds() const { return runtime_->WallMilliseconds() / 1000; }

  // node_backend.cc
  void ProposeHere(api::Transaction transaction, PlacementDone done);
  void ForwardTo(consensus::NodeId leader, const api::Transaction& transaction, PlacementDone done);
  absl::StatusOr<std::optional<AppliedEntry>> FindApplied(uint64_t index) const;
  absl::Status CheckAppend(const consensus::AppendRequest& append);
  // More is committed than this node can apply soon: it takes nothing new meanwhile.
  bool IsBehind() const { return applicable_ > applied_ + kMaxBacklog; }

  // node_members.cc
  MembershipViewPtr membership() const { return state_->view()->membership; }
  void MakePeers();
  absl::StatusOr<std::unique_ptr<api::Peer>> Connect(const ledger::Member& member);
  std::optional<ledger::Member> FindOtherNode(consensus::NodeId node) const;
  void FollowMembership();
  void FillMembers(const ConsensusView& consensus, api::NodeState* out) const;

  // node_events.cc
  void OnPublished(const ReadViewPtr& view, const std::vector<AppliedEntry>& entries);
  void StepAsideIfUnfit(consensus::Raft& raft, MonotonicTime now);
  void NoteError(const absl::Status& status);
  std::optional<consensus::NodeId> Leader() const;
  // A voter to hand leadership to: the one that is furthest; 0 when none is active.
  static consensus::NodeId BestSuccessor(const consensus::Raft& raft);

  // node_housekeeping.cc
  void Housekeep();
  void CheckDisk();
  void LookForRot(MonotonicTime now);
  void TellDamage(std::string_view what);
  void CompareCheckpoints(MonotonicTime now);
  void OnOtherHistory(const CheckpointComparer::Difference& difference);

  const NodeOptions options_;
  const Config& config_ = options_.config;
  const NodeFiles files_;
  Runtime* const runtime_;
  const std::shared_ptr<Logger> log_;
  const consensus::NodeId self_;

  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<storage::RaftLog> raft_log_;
  std::unique_ptr<storage::LedgerStore> ledger_;
  std::unique_ptr<SharedState> state_;
  std::unique_ptr<Queries> queries_;
  SharedMemo memo_{16384};
  DecodedCache decoded_;
  EntryBuffer buffer_;
  std::unique_ptr<CheckpointSigner> signer_;
  std::unique_ptr<Proposer> proposer_;
  std::unique_ptr<Sealer> sealer_;
  std::unique_ptr<MemberChanger> changer_;
  std::unique_ptr<CheckpointComparer> comparer_;  // belongs to the housekeeper's turns
  std::unique_ptr<Peers> peers_;
  Callers callers_;
  std::unique_ptr<Submissions> submissions_;
  IndexWaits waits_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<LinearizableReads> reads_;
  std::unique_ptr<ApplyLoop> apply_;
  // What must happen now and then and may take its time: nothing of it holds up consensus or apply.
  std::unique_ptr<Answers> answers_;
  std::unique_ptr<Worker> housekeeper_;
  std::unique_ptr<api::Server> server_;

  std::atomic<uint64_t> leader_{0};  // 0: unknown
  std::atomic<bool> leading_{false};
  std::atomic<uint64_t> applicable_{0};
  std::atomic<uint64_t> applied_{0};
  std::atomic<bool> serving_{false};  // the start is over
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failed_{false};
  std::atomic<bool> removed_{false};
  std::atomic<bool> disk_low_{false};
  std::atomic<bool> damage_told_{false};
  std::atomic<bool> draining_{false};
  std::atomic<bool> handing_over_{false};
  RateLimit refused_appends_, refused_messages_, refused_checkpoints_;
  // Belong to the event loop.
  MembershipViewPtr followed_;
  MonotonicTime next_stepping_aside_ = kAtOnce;

  // Of a graceful stop; belong to the housekeeper's turns.
  enum class DrainStep : uint8_t { kBegin, kSubmissions, kLeadership, kDone };
  DrainStep drain_step_ = DrainStep::kBegin;
  MonotonicTime drain_deadline_;
  // Of the search for rot; likewise.
  uint64_t next_scrubbed_ = 1;
  MonotonicTime next_scrub_ = kAtOnce;
  MonotonicTime next_comparison_ = kAtOnce;

  mutable std::mutex mutex_;
  ConsensusView consensus_;        // guarded by mutex_
  std::string last_error_;         // guarded by mutex_
  std::function<void()> drained_;  // guarded by mutex_
  bool stopped_ = false;           // guarded by mutex_
};

}  // namespace symbolon::node
