#include "tests/consensus/network.h"

#include <fmt/format.h>

#include <cstdio>

#include "tests/consensus/trace_file.h"

namespace symbolon::consensus {

Plan Plan::Draw(uint64_t seed) {
  Random random(seed * 7919 + 1);
  Plan plan;
  plan.seed = seed;
  plan.voters = random.Chance(0.1)   ? random.Pick(std::array<uint64_t, 3>{1, 2, 4})
                : random.Chance(0.5) ? 3
                                     : 5;
  plan.learners = random.Chance(0.25) ? 1 : 0;
  plan.drop = random.Pick(std::array{0.0, 0.01, 0.1, 0.25});
  plan.duplicate = random.Pick(std::array{0.0, 0.02, 0.2});
  plan.max_delay = random.Pick(std::array<uint64_t, 4>{1, 5, 20, 60});
  plan.max_persist = random.Pick(std::array<uint64_t, 4>{0, 3, 15, 40});
  plan.trouble = random.Pick(std::array{0.0, 0.01, 0.04, 0.1});
  plan.max_append_bytes = random.Pick(std::array<size_t, 4>{1, 150, 400, 1 << 20});
  plan.max_inflight_bytes = random.Pick(std::array<size_t, 3>{1, 500, 1 << 20});
  plan.max_inflight_messages = random.Pick(std::array<size_t, 3>{1, 4, 64});
  plan.tail_cache_bytes = random.Pick(std::array<size_t, 3>{0, 300, 1 << 20});
  plan.max_uncommitted_bytes = random.Pick(std::array<size_t, 3>{200, 2000, 1 << 20});
  plan.max_unpersisted_bytes = random.Pick(std::array<size_t, 3>{300, 800, 1 << 20});
  return plan;
}

std::string Plan::ToString() const {
  return fmt::format(
      "seed {}: {} voters, {} learners, drop {}, duplicate {}, max delay {}, max persist {}, trouble {}, "
      "append {} B, "
      "in flight {} B / {} messages, cache {} B, uncommitted {} B, unpersisted {} B",
      seed, voters, learners, drop, duplicate, max_delay, max_persist, trouble, max_append_bytes,
      max_inflight_bytes, max_inflight_messages, tail_cache_bytes, max_uncommitted_bytes,
      max_unpersisted_bytes);
}

namespace {

std::vector<NodeId> Range(uint64_t first, uint64_t count) {
  std::vector<NodeId> out;
  for (uint64_t i = 0; i < count; ++i) out.push_back(NodeId(first + i));
  return out;
}

}  // namespace

Network::Network(Plan plan, bool trace)
    : plan_(plan),
      trace_(trace),
      random_(plan.seed),
      configuration_(Range(1, plan.voters), Range(plan.voters + 1, plan.learners)),
      invariants_(configuration_),
      trace_file_(OpenTrace(fmt::format("simulation-{}", plan.seed), true)) {
  for (uint64_t i = 1; i <= plan.voters + plan.learners; ++i) {
    nodes_.emplace_back().id = NodeId(i);
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

void Network::Start(Node& node) {
  ++node.life;
  Options options;
  options.id = node.id;
  options.genesis = configuration_;
  options.applied = node.disk_applied;
  options.no_op = NoOpData;
  options.random = [this] { return random_.Next(); };
  options.election_ticks = kElectionTicks;
  options.heartbeat_ticks = 2;
  options.max_append_bytes = plan_.max_append_bytes;
  options.max_inflight_bytes = plan_.max_inflight_bytes;
  options.max_inflight_messages = plan_.max_inflight_messages;
  options.tail_cache_bytes = plan_.tail_cache_bytes;
  options.max_uncommitted_bytes = plan_.max_uncommitted_bytes;
  options.max_unpersisted_bytes = plan_.max_unpersisted_bytes;
  options.max_pending_reads = 20;
  options.read_timeout_ticks = 25;
  options.proposal_timeout_ticks = 50;
  options.trace = trace_file_;
  absl::StatusOr<std::unique_ptr<Raft>> raft =
      Raft::Create(std::move(options), node.disk_hard_state, &node.disk);
  if (!raft.ok())
    return invariants_.Violate(fmt::format("node {} does not start: {}", node.id, raft.status().ToString()));
  node.raft = *std::move(raft);
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
  if (write.hard_state) {
    if (write.hard_state->term < node.disk_hard_state.term)
      invariants_.Violate("I-05: the durable term fell");
    node.disk_hard_state = *write.hard_state;
  }
  if (!write.append.empty() && write.append.front().index <= node.disk.LastIndex()) {
    ++coverage_["truncations"];
    if (write.append.front().index <= node.disk_applied)
      invariants_.Violate("I-03: an applied entry was cut");
  }
  node.disk.Write(write.append);
  if (!confirm) return;
  for (Message& message : write.messages_after_persist) Send(node, std::move(message));
  // The core hears of it a little later.
  AtNode(node, now_ + random_.Below(3), [this, &node, token = write.token] {
    if (absl::Status status = node.raft->Persisted(token); !status.ok())
      invariants_.Violate(status.ToString());
    AfterStep(node);
  });
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
  if (random_.Chance(0.5)) node.disk_applied = last;
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
    if (absl::Status status = node.raft->Step(message); !status.ok()) {
      invariants_.Violate(
          fmt::format("node {} refused {}: {}", node.id, Describe(message), status.ToString()));
    }
    AfterStep(node);
  });
}

void Network::AfterStep(Node& node) {
  invariants_.OnStep(View(node), Views());
  SchedulePump(node);
}

// --- clients ---

void Network::ClientOperation() {
  Node& node = Pick();
  if (!node.raft || node.paused_until > now_) return;
  const uint64_t dice = random_.Below(100);
  if (dice < 60) {
    Node* leader = node.raft->leader() && random_.Chance(0.8) ? &NodeOf(*node.raft->leader()) : &node;
    if (leader->raft && leader->paused_until <= now_) Propose(*leader);
  } else if (dice < 96) {
    BeginRead(node);
  } else {
    Transfer(node);
  }
}

void Network::Propose(Node& node) {
  absl::StatusOr<LogPosition> position = node.raft->Propose([&](Index index, Term term) {
    return MakeData(fmt::format("({}, {}) payload {}", index, term, next_payload_++),
                    std::string(random_.Below(100), 'b'));
  });
  if (position.ok()) {
    invariants_.OnProposed(node.id, *position);
  } else if (IsBusy(position.status())) {
    ++coverage_["proposals refused as busy"];
  } else if (!IsNotLeader(position.status()) && !IsTransferring(position.status())) {
    invariants_.Violate(position.status().ToString());
  }
  AfterStep(node);
}

void Network::BeginRead(Node& node) {
  const ReadId id(next_read_++);
  if (node.raft->ReadIndex(id).ok()) invariants_.OnReadBegun(node.id, id);
  AfterStep(node);
}

void Network::Transfer(Node& node) {
  if (node.raft->role() != Role::kLeader) return;
  if (node.raft->TransferLeadership(Pick().id).ok()) invariants_.OnTransferBegun(node.id);
  AfterStep(node);
}

// --- faults ---

void Network::SetLinks(const std::function<Link(uint64_t, uint64_t)>& state) {
  for (uint64_t from = 1; from <= nodes_.size(); ++from) {
    for (uint64_t to = 1; to <= nodes_.size(); ++to) link(NodeId(from), NodeId(to)) = state(from, to);
  }
}

void Network::Partition() {
  ++coverage_["partitions"];
  const uint64_t n = nodes_.size();
  const Node& picked = Pick();
  const std::optional<NodeId> leader = picked.raft ? picked.raft->leader() : std::nullopt;
  const uint64_t one = leader && random_.Chance(0.6) ? leader->value() : random_.Between(1, n);
  const uint64_t side = random_.Next();  // bit i: on which side node i is
  switch (random_.Below(7)) {
    case 6:  // one node is alone
      return SetLinks([&](uint64_t a, uint64_t b) { return a == one || b == one ? Link::kCut : Link::kUp; });
    case 0:  // two groups
      return SetLinks(
          [&](uint64_t a, uint64_t b) { return ((side >> a) ^ (side >> b)) & 1 ? Link::kCut : Link::kUp; });
    case 1:  // one node sends and hears nothing
      return SetLinks([&](uint64_t, uint64_t b) { return b == one ? Link::kCut : Link::kUp; });
    case 2:  // one node hears and cannot send
      return SetLinks([&](uint64_t a, uint64_t) { return a == one ? Link::kCut : Link::kUp; });
    case 3:  // two groups that meet in one node
      return SetLinks([&](uint64_t a, uint64_t b) {
        return a != one && b != one && (((side >> a) ^ (side >> b)) & 1) ? Link::kCut : Link::kUp;
      });
    case 4:  // a ring
      return SetLinks([&](uint64_t a, uint64_t b) {
        return (a % n) + 1 == b || (b % n) + 1 == a ? Link::kUp : Link::kCut;
      });
    default:  // each direction of each link by lot
      return SetLinks([&](uint64_t, uint64_t) { return random_.Chance(0.3) ? Link::kCut : Link::kUp; });
  }
}

void Network::Heal() {
  SetLinks([](uint64_t, uint64_t) { return Link::kUp; });
  for (Node& node : nodes_) node.persist_delay = 0;
}

void Network::MakeTrouble() {
  Node& node = Pick();
  switch (random_.Below(7)) {
    case 0:
    case 1:
      return Partition();
    case 2:
      return Heal();
    case 3:
      ++coverage_["pauses"];
      node.paused_until = now_ + random_.Between(1, 4 * kElectionTicks) * kTick;
      return;
    case 4:
      ++coverage_["slow disks"];
      node.persist_delay = random_.Chance(0.5) ? 30 : 3 * kElectionTicks * kTick;
      return;
    default:
      if (!node.raft) return;
      Crash(node);
      At(now_ + random_.Between(1, 30) * kTick, [this, &node] {
        if (!node.raft && faults_) Start(node);
      });
  }
}

// --- phases ---

void Network::RunSafetyPhase(uint64_t ticks) {
  for (uint64_t i = 0; i < ticks && !Failed(); ++i) {
    if (random_.Chance(plan_.trouble)) MakeTrouble();
    const uint64_t operations = random_.Below(4);
    for (uint64_t k = 0; k < operations; ++k) ClientOperation();
    RunUntil(now_ + kTick);
  }
}

Network::Node* Network::LeaderAmong(const std::set<NodeId>& ids) {
  Node* leader = nullptr;
  for (NodeId id : ids) {
    Node& node = NodeOf(id);
    if (node.raft->role() == Role::kLeader && (!leader || node.raft->term() > leader->raft->term()))
      leader = &node;
  }
  return leader;
}

// Grows with everything that is progress: what the whole nodes have applied, and what their leader knows they
// share.
uint64_t Network::Movement(const std::set<NodeId>& whole) {
  uint64_t sum = 0;
  for (NodeId id : whole) sum += NodeOf(id).raft->applied().value();
  if (Node* leader = LeaderAmong(whole)) {
    for (const Raft::PeerProgress& peer : leader->raft->Peers())
      sum += whole.contains(peer.node) ? peer.match.value() : 0;
  }
  return sum;
}

void Network::RunLivenessPhase() {
  if (Failed()) return;
  std::set<NodeId> whole;
  const uint64_t size = random_.Between(configuration_.Majority(), plan_.voters);
  while (whole.size() < size) whole.insert(NodeId(random_.Between(1, plan_.voters)));
  faults_ = false;
  Heal();
  for (Node& node : nodes_) {
    if (whole.contains(node.id)) {
      if (!node.raft) Start(node);
      node.paused_until = 0;
      continue;
    }
    const uint64_t fate = random_.Below(4);
    if (fate == 0 && node.raft) Crash(node);
    for (NodeId other : whole) {
      if (fate == 1 || fate == 2) link(node.id, other) = Link::kCut;
      if (fate == 1 || fate == 3) link(other, node.id) = Link::kCut;
    }
  }
  RunUntil(now_ + 4 * kElectionTicks * kTick);  // pauses and writes that hang already still take their time
  // Progress: something proposed from now on is committed and applied on every whole node. How long that
  // takes depends on the limits drawn; but at no time may nothing move for long.
  const Index before = invariants_.committed();
  auto progressed = [&] {
    Node* leader = LeaderAmong(whole);
    if (!leader || !leader->raft->IsReadyLeader()) return false;
    if (invariants_.committed() < before + 3) return Propose(*leader), false;
    for (NodeId id : whole) {
      if (NodeOf(id).raft->applied() < invariants_.committed()) return false;
    }
    return true;
  };
  uint64_t moved = 0, moved_at = now_;
  while (!Failed() && !progressed()) {
    if (const uint64_t now_moved = Movement(whole); now_moved != moved) {
      moved = now_moved;
      moved_at = now_;
    }
    if (now_ > moved_at + 8 * kElectionTicks * kTick) {
      std::string who;
      for (NodeId id : whole) who += fmt::format(" {}", id);
      return invariants_.Violate(fmt::format("I-12: no progress by the whole and connected nodes{}", who));
    }
    RunUntil(now_ + kTick);
  }
  // Quiet: who is broken deposes nobody.
  if (Failed()) return;
  ++coverage_["liveness phases"];
  const Term term = LeaderAmong(whole)->raft->term();
  RunUntil(now_ + 6 * kElectionTicks * kTick);
  Node* leader = LeaderAmong(whole);
  if (!Failed() && (!leader || leader->raft->term() != term)) {
    invariants_.Violate("I-12: a broken node deposed a leader whom a majority follows");
  }
}

void Network::RunToEnd() {
  if (Failed()) return;
  Heal();
  for (Node& node : nodes_) {
    if (!node.raft) Start(node);
    node.paused_until = 0;
  }
  std::set<NodeId> all;
  for (Node& node : nodes_) all.insert(node.id);
  uint64_t moved = 0;
  do {
    moved = Movement(all);
    RunUntil(now_ + 8 * kElectionTicks * kTick);  // longer than any caller may have to wait
  } while (!Failed() && Movement(all) != moved);
  if (Failed()) return;
  invariants_.AtEnd(Views());
  for (Node& node : nodes_) {
    if (node.raft->applied() < invariants_.committed()) {
      invariants_.Violate(fmt::format("I-12: node {} applied up to {}, {} is committed", node.id,
                                      node.raft->applied(), invariants_.committed()));
    }
  }
}

}  // namespace symbolon::consensus
