#include "tests/consensus/network.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <cstdio>
#include <utility>

#include "tests/consensus/trace_file.h"

namespace symbolon::consensus {

namespace {

std::vector<NodeId> Range(uint64_t first, uint64_t count) {
  std::vector<NodeId> out;
  for (uint64_t i = 0; i < count; ++i) out.push_back(NodeId(first + i));
  return out;
}

// An entry past each limit, and the messages and callers of one moment.
constexpr size_t kMemorySlack = 20000;

}  // namespace

Network::Network(Plan plan, bool trace)
    : plan_(plan),
      trace_(trace),
      random_(plan.seed),
      configuration_(Range(1, plan.voters), Range(plan.voters + 1, plan.learners)),
      invariants_(configuration_),
      trace_file_(OpenTrace(fmt::format("simulation-{}", plan.seed), plan.damage == 0)) {
  for (uint64_t i = 1; i <= plan.voters + plan.learners + plan.spares; ++i) {
    nodes_.emplace_back().id = NodeId(i);
    if (i <= plan.voters + plan.learners) used_.insert(NodeId(i));
  }
  for (Node& node : nodes_) Start(node);
}

std::string Network::Report() const {
  if (!Failed()) return "";
  return fmt::format("{}\nat time {} of {}", invariants_.violation(), now_, plan_.ToString());
}

void Network::Trace(const std::string& line) const {
  if (trace_) fmt::print(stderr, "{:6} {}\n", now_, line);
}

std::vector<NodeView> Network::Views() const {
  std::vector<NodeView> out;
  for (const Node& node : nodes_) out.push_back(View(node));
  return out;
}

// An event of this life of the node; put off while the process is paused.
void Network::AtNode(Node& node, uint64_t time, std::function<void()> event) {
  At(time, [this, &node, life = node.life, event = std::move(event)]() mutable {
    if (node.life != life || !node.raft) return;
    if (node.paused_until > now_) return AtNode(node, node.paused_until, std::move(event));
    event();
  });
}

void Network::RunUntil(uint64_t time) {
  while (!Failed() && !events_.empty() && events_.begin()->first <= time) {
    auto event = events_.extract(events_.begin());
    now_ = event.key();
    event.mapped()();
  }
  now_ = time;
}

// --- nodes ---

Options Network::OptionsOf(const Node& node) {
  Options options;
  options.id = node.id;
  options.genesis = configuration_;
  options.read_configuration = ReadConfigurationData;
  options.incarnation = node.life;
  if (node.observer) {
    options.standing = Standing::kObserver;
  } else if (LacksPromises(node)) {
    options.standing = Standing::kRecovering;
    options.promised = node.mark;
  }
  options.applied = node.disk.applied;
  options.no_op = NoOpData;
  options.election_delay_ticks = node.id.value() <= plan_.delayed ? kElectionTicks : 0;
  options.random = [this] { return random_.Next(); };
  options.election_ticks = kElectionTicks;
  options.heartbeat_ticks = 2;
  options.max_append_bytes = plan_.max_append_bytes;
  options.max_inflight_bytes = plan_.max_inflight_bytes;
  options.max_inflight_messages = plan_.max_inflight_messages;
  options.learner_bytes_per_tick = plan_.learner_bytes_per_tick;
  options.tail_cache_bytes = plan_.tail_cache_bytes;
  options.max_uncommitted_bytes = plan_.max_uncommitted_bytes;
  options.max_unpersisted_bytes = plan_.max_unpersisted_bytes;
  options.max_pending_reads = 20;
  options.read_timeout_ticks = 25;
  options.proposal_timeout_ticks = 50;
  options.trace = trace_file_;
  return options;
}

void Network::Start(Node& node) {
  ++node.life;
  absl::StatusOr<std::unique_ptr<Raft>> raft =
      Raft::Create(OptionsOf(node), node.disk.hard_state, &node.disk.log);
  if (!raft.ok())
    return invariants_.Violate(fmt::format("node {} does not start: {}", node.id, raft.status().ToString()));
  // What a crash left beyond the mark is vouched for from now on.
  if (!LacksPromises(node)) node.mark = node.disk.log.Last();
  node.raft = *std::move(raft);
  node.raft->SetDiskFull(node.disk_full);
  ++coverage_[fmt::format("starts as {}", fmt::streamed(node.raft->standing()))];
  node.paused_until = 0;
  node.persist_delay = 0;
  node.pump_due = node.applying = node.writing = false;
  node.writes.clear();
  node.role = {};
  invariants_.OnRestart(View(node));
  ScheduleTick(node);
}

// What is not fsynced is lost; or some of it, in order, happens to have reached the disk.
void Network::Crash(Node& node) {
  Trace(fmt::format("node {} crashes", node.id));
  ++coverage_["crashes"];
  if (!node.writes.empty()) ++coverage_["crashes with writes in flight"];
  while (!node.writes.empty() && random_.Chance(0.3)) FinishWrite(node, false);
  node.raft.reset();
  invariants_.OnCrash(node.id);
  ++node.life;
  if (random_.Chance(plan_.damage)) random_.Chance(0.6) ? LoseTail(node) : Restore(node);
}

void Network::ScheduleTick(Node& node) {
  // Not through AtNode: ticks of a paused process are lost, not owed.
  At(now_ + kTick, [this, &node, life = node.life] {
    if (node.life != life || !node.raft) return;
    if (node.paused_until <= now_) {
      node.raft->Tick();
      AfterStep(node);
    }
    ScheduleTick(node);
  });
}

// Inputs gather for a moment before effects are taken, as in a real loop.
void Network::SchedulePump(Node& node) {
  if (node.pump_due) return;
  node.pump_due = true;
  AtNode(node, now_ + random_.Below(4), [this, &node] {
    node.pump_due = false;
    Pump(node);
  });
}

void Network::Pump(Node& node) {
  while (node.raft->HasEffects()) {
    absl::StatusOr<Effects> effects = node.raft->TakeEffects();
    if (!effects.ok()) {
      return invariants_.Violate(fmt::format("node {} stopped: {}", node.id, effects.status().ToString()));
    }
    invariants_.OnEffects(View(node), *effects);
    Carry(node, *std::move(effects));
    if (Failed()) return;
  }
}

void Network::Carry(Node& node, Effects effects) {
  if (effects.role_change) {
    const RoleChange& now = *effects.role_change;
    Trace(fmt::format("node {} is role {} in term {}", node.id, static_cast<int>(now.role), now.term));
    if (now.role == Role::kLeader) ++coverage_["elections"];
    if (node.role.role == Role::kLeader && now.role == Role::kFollower) {
      ++coverage_[now.term == node.role.term ? "step-downs within the term" : "step-downs for a later term"];
    }
    node.role = now;
  }
  for (const ProposalOutcome& outcome : effects.proposals) {
    ++coverage_[outcome.outcome == Outcome::kCommitted ? "proposals committed"
                : outcome.outcome == Outcome::kDropped ? "proposals dropped"
                                                       : "proposals unknown"];
  }
  for (const ReadState& read : effects.reads) {
    ++coverage_[!read.confirmed                      ? "reads failed"
                : node.raft->role() == Role::kLeader ? "reads confirmed"
                                                     : "reads confirmed by another"];
  }
  if (effects.removed) {
    Trace(fmt::format("node {} is removed at {}", node.id, effects.removed->index));
    ++coverage_["nodes told that they are removed"];
  }
  for (const TransferOutcome& transfer : effects.transfers)
    ++coverage_[transfer.done ? "transfers done" : "transfers given up"];
  std::vector<Message> now = std::move(effects.messages_now);
  if (effects.applicable > node.raft->applied()) ScheduleApply(node);
  if (effects.token != PersistToken()) {
    node.writes.push_back(std::move(effects));
    ScheduleWrite(node);
  }
  for (Message& message : now) Send(node, std::move(message));
}

// One write at a time, in order, as slow as the disk is when it begins. All batches that have gathered by
// then go in one write (group commit), or only some of them.
void Network::ScheduleWrite(Node& node) {
  if (node.writing || node.writes.empty()) return;
  node.writing = true;
  const size_t count =
      !faults_ || random_.Chance(0.7) ? node.writes.size() : random_.Between(1, node.writes.size());
  bool writes = false;
  for (size_t i = 0; i < count; ++i)
    writes |= node.writes[i].hard_state.has_value() || !node.writes[i].append.empty();
  const uint64_t delay = writes ? random_.Below(plan_.max_persist + 1) + node.persist_delay : 0;
  AtNode(node, now_ + delay, [this, &node, count] {
    node.writing = false;
    for (size_t i = 0; i < count; ++i) FinishWrite(node, true);
    ScheduleWrite(node);
  });
}

void Network::FinishWrite(Node& node, bool confirm) {
  Effects write = std::move(node.writes.front());
  node.writes.pop_front();
  Trace(fmt::format("node {} has written batch {}: {} entries, {} messages wait for it", node.id, write.token,
                    write.append.size(), write.messages_after_persist.size()));
  WriteDisk(node, write, confirm || random_.Chance(0.5));
  if (!confirm) return;
  for (Message& message : write.messages_after_persist) Send(node, std::move(message));
  // The core hears of it a little later.
  AtNode(node, now_ + random_.Below(3), [this, &node, token = write.token] {
    if (absl::Status status = node.raft->Persisted(token); !status.ok())
      invariants_.Violate(status.ToString());
    AfterStep(node);
  });
}

// The mark is lowered before a cut and raised after the write; not while the log is shorter than what it
// says.
void Network::WriteDisk(Node& node, const Effects& write, bool raise_mark) {
  Disk& disk = node.disk;
  if (write.hard_state) {
    invariants_.OnDurable(node.id, disk.hard_state, *write.hard_state);
    disk.hard_state = *write.hard_state;
  }
  if (write.append.empty()) return;
  const Index first = write.append.front().index;
  const bool behind = LacksPromises(node);
  if (first <= disk.log.LastIndex()) {
    ++coverage_["truncations"];
    if (first <= disk.applied) invariants_.Violate("I-03: an applied entry was cut");
    const std::vector<Index> changes = *disk.log.ConfigurationIndexes();
    if (!changes.empty() && changes.back() >= first) ++coverage_["changes of members truncated"];
    if (!behind && first <= node.mark.index) node.mark = {Before(first), *disk.log.TermOrNone(Before(first))};
  }
  disk.log.Write(write.append);
  if (raise_mark && (!behind || !LacksPromises(node))) node.mark = disk.log.Last();
}

void Network::ScheduleApply(Node& node) {
  if (node.applying) return;
  node.applying = true;
  AtNode(node, now_ + random_.Below(2 * plan_.max_persist + 2), [this, &node] {
    node.applying = false;
    Apply(node);
  });
}

void Network::Apply(Node& node) {
  const Index target = std::min(node.raft->commit(), node.raft->durable());
  const Index first = Next(node.raft->applied());
  if (first > target) return;
  absl::StatusOr<std::vector<Entry>> entries = node.raft->Entries(first, target, random_.Between(1, 1000));
  if (!entries.ok()) return invariants_.Violate(entries.status().ToString());
  for (const Entry& entry : *entries) invariants_.OnApply(node.id, entry);
  const Index last = entries->back().index;
  if (absl::Status status = node.raft->Applied(last); !status.ok()) invariants_.Violate(status.ToString());
  if (random_.Chance(0.5)) node.disk.applied = last;
  if (last < target) ScheduleApply(node);
  AfterStep(node);
}

void Network::Send(Node& node, Message message) {
  invariants_.OnSend(View(node), message);
  Trace("sent      " + (trace_ ? Describe(message) : ""));
  if (link(message.from, message.to) == Link::kCut) return;
  if (faults_ && random_.Chance(plan_.drop)) {
    ++coverage_["messages dropped"];
    return;
  }
  const uint64_t max_delay = faults_ ? plan_.max_delay : 5;
  if (faults_ && plan_.echo > 0 && IsAnswer(message.body) && random_.Chance(plan_.echo)) {
    NodeOf(message.to).echoes.push_back(message);
    if (random_.Chance(0.5)) return;  // not before
  }
  if (faults_ && random_.Chance(plan_.duplicate)) {
    ++coverage_["messages duplicated"];
    At(now_ + 1 + random_.Below(4 * max_delay), [this, message] { Deliver(message); });
  }
  At(now_ + 1 + random_.Below(max_delay), [this, message = std::move(message)] { Deliver(message); });
}

void Network::Deliver(Message message) {
  Node& node = NodeOf(message.to);
  AtNode(node, now_, [this, &node, message = std::move(message)] {
    Trace("delivered " + (trace_ ? Describe(message) : ""));
    if (auto* m = std::get_if<AppendReply>(&message.body); m && !m->accepted) ++coverage_["appends refused"];
    if (auto* m = std::get_if<VoteReply>(&message.body); m && !m->granted) ++coverage_["votes refused"];
    if (auto* m = std::get_if<PreVoteReply>(&message.body); m && !m->granted)
      ++coverage_["pre-votes refused"];
    if (message.term < node.raft->term()) ++coverage_["messages of an older term"];
    const absl::Status status = node.raft->Step(message);
    if (!status.ok() && message.incarnation < NodeOf(message.from).life) {
      ++coverage_["messages of an earlier life refused"];
    } else if (!status.ok()) {
      invariants_.Violate(
          fmt::format("node {} refused {}: {}", node.id, Describe(message), status.ToString()));
    }
    AfterStep(node);
  });
}

// What was answered to a leader of an earlier term, or an earlier life, comes when its numbers may mean
// something else: soon after it leads again, or while it reads.
void Network::Echo(Node& node, uint64_t within) {
  for (const Message& message : node.echoes) {
    if (!random_.Chance(0.5)) continue;
    if (message.term <= node.raft->term()) ++coverage_["answers to an earlier leadership"];
    At(now_ + 1 + random_.Below(within), [this, message] { Deliver(message); });
  }
  if (node.echoes.size() > kMostEchoes) node.echoes.clear();
}

void Network::AfterStep(Node& node) {
  invariants_.OnStep(View(node), Views());
  if (faults_ && node.raft->role() == Role::kLeader && node.led != node.raft->term()) {
    node.led = node.raft->term();
    Echo(node, 2 * kElectionTicks * kTick);
  }
  const size_t limit = plan_.tail_cache_bytes + plan_.max_unpersisted_bytes + plan_.max_uncommitted_bytes;
  if (node.raft->MemoryBytes() > limit + kMemorySlack) {
    invariants_.Violate(fmt::format("I-14: node {} holds {} bytes for others, of {}", node.id,
                                    node.raft->MemoryBytes(), limit));
  }
  SchedulePump(node);
}

}  // namespace symbolon::consensus
