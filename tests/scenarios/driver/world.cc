#include "tests/scenarios/driver/world.h"

#include <algorithm>
#include <sstream>

namespace symbolon::consensus {
namespace {

constexpr size_t kMostDeliveries = 100000;

template <typename T>
std::string Show(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

bool IsOfLeader(const Message& message) {
  return std::holds_alternative<AppendRequest>(message.body) ||
         std::holds_alternative<Heartbeat>(message.body);
}

bool IsOfElection(const Message& message) {
  return std::visit(
      [](const auto& body) {
        using B = std::decay_t<decltype(body)>;
        return std::is_same_v<B, PreVoteRequest> || std::is_same_v<B, PreVoteReply> ||
               std::is_same_v<B, VoteRequest> || std::is_same_v<B, VoteReply>;
      },
      message.body);
}

}  // namespace

World::World(WorldSetup setup, std::function<void(std::string)> trace)
    : setup_(std::move(setup)),
      trace_(std::move(trace)),
      invariants_(setup_.genesis),
      machines_(setup_.nodes) {
  for (size_t i = 0; i < machines_.size(); ++i) {
    Machine& m = machines_[i];
    m.id = NodeId(i + 1);
    if (auto found = setup_.found.find(m.id); found != setup_.found.end()) m.disk = found->second;
    m.disk.mark = m.disk.log.Last();
  }
}

std::vector<NodeId> World::nodes() const {
  std::vector<NodeId> out;
  for (const Machine& m : machines_) out.push_back(m.id);
  return out;
}

const Answer* World::answer(const std::string& name) const {
  const auto it = answers_.find(name);
  return it == answers_.end() ? nullptr : &it->second;
}

absl::Status World::Invariant() const {
  return invariants_.violation().empty() ? absl::OkStatus() : absl::InternalError(invariants_.violation());
}

// --- processes ---

absl::Status World::Start(NodeId node) {
  Machine& m = At(node);
  const uint64_t life = ++m.lives;
  Options options;
  options.id = node;
  options.genesis = setup_.genesis;
  options.applied = m.disk.applied;
  options.no_op = NoOpData;
  options.read_configuration = ReadConfigurationData;
  options.incarnation = life;
  if (m.disk.promises_lost) {
    options.standing = Standing::kObserver;
  } else if (!IsUpToDate(m.disk.log.Last(), m.disk.mark)) {
    options.standing = Standing::kRecovering;
    options.promised = m.disk.mark;
  }
  options.election_ticks = kElectionTicks;
  // No two nodes time out together; each process has numbers of its own.
  options.random = [=] { return 2 + node.value() + life * 1'000'000; };
  options.trace = setup_.record;
  for (const auto& tune : setup_.tune) tune(options);
  absl::StatusOr<std::unique_ptr<Raft>> raft =
      Raft::Create(std::move(options), m.disk.hard_state, &m.disk.log);
  if (!raft.ok()) {
    m.stopped = std::string(raft.status().message());
    return raft.status();
  }
  m.raft = *std::move(raft);
  m.raft->SetDiskFull(m.disk_full);
  m.stopped.clear();
  m.paused = m.slow_disk = m.slow_apply = false;
  Trace(m, fmt::format("starts, log to {}", Show(m.raft->last())));
  TraceRole(m);
  invariants_.OnRestart(View(m));
  return absl::OkStatus();
}

void World::Crash(NodeId node, bool power_loss) {
  Machine& m = At(node);
  Trace(m, power_loss ? "loses power" : "crashes");
  while (!power_loss && !m.writes.empty()) PutOnDisk(m, false);
  if (power_loss) m.disk.applied = Index();
  End(m);
}

// The process is gone, and with it whatever it had only in memory.
void World::End(Machine& m) {
  m.raft.reset();
  invariants_.OnCrash(m.id);
  m.writes.clear();
  m.written.clear();
  for (const auto& [position, name] : m.proposals) Resolve(name, "gone");
  for (const auto& [id, name] : m.reads) Resolve(name, "gone");
  for (const std::string& name : m.transfers) Resolve(name, "gone");
  m.proposals.clear();
  m.reads.clear();
  m.transfers.clear();
}

void World::SetSlowApply(NodeId node, bool slow) {
  At(node).slow_apply = slow;
  if (At(node).raft) After(At(node));
}

void World::Apply(NodeId node, std::optional<Index> to) {
  Machine& m = At(node);
  if (ApplyTo(m, to.value_or(std::min(m.raft->commit(), m.raft->durable())))) After(m);
}

bool World::ApplyTo(Machine& m, Index to) {
  const Index first = Next(m.raft->applied());
  if (first > to) return false;
  const absl::StatusOr<std::vector<Entry>> entries = m.raft->Entries(first, to, SIZE_MAX);
  if (!entries.ok()) {
    invariants_.Violate(fmt::format("node {} cannot read what it applies: {}", m.id, Show(entries.status())));
    return false;
  }
  for (const Entry& entry : *entries) invariants_.OnApply(m.id, entry);
  if (absl::Status status = m.raft->Applied(to); !status.ok()) invariants_.Violate(Show(status));
  m.disk.applied = to;
  Trace(m, fmt::format("has applied up to {}", to));
  Stepped(m);
  return true;
}

// --- inputs ---

void World::Tick(NodeId node) {
  ++At(node).silence;
  At(node).raft->Tick();
  After(At(node));
}

absl::Status World::Propose(NodeId node, const std::string& name, uint64_t times, size_t bytes) {
  Machine& m = At(node);
  std::vector<LogPosition> positions;
  absl::Status status;
  for (uint64_t i = 0; i < times && status.ok(); ++i) {
    const absl::StatusOr<LogPosition> position = m.raft->Propose([&](Index index, Term term) {
      return MakeData(fmt::format("{} {} at ({}, {})", name, i, index, term), std::string(bytes, 'b'));
    });
    if (!position.ok()) {
      status = position.status();
      continue;
    }
    positions.push_back(*position);
  }
  OweProposals(m, name, positions);
  After(m);
  return status;
}

absl::Status World::Change(NodeId node, const Configuration& members, bool forced, const std::string& name) {
  Machine& m = At(node);
  const absl::StatusOr<LogPosition> position = m.raft->ProposeConfiguration(
      [&](Index index, Term term) { return ConfigurationData(index, term, members); }, members, forced);
  if (position.ok()) OweProposals(m, name, {*position});
  After(m);
  return position.status();
}

absl::Status World::Read(NodeId node, const std::string& name) {
  Machine& m = At(node);
  const ReadId id(next_read_++);
  const absl::Status status = m.raft->ReadIndex(id);
  if (status.ok()) {
    invariants_.OnReadBegun(node, id);
    m.reads[id] = name;
    Owe(name, 1);
  }
  After(m);
  return status;
}

absl::Status World::Transfer(NodeId node, NodeId target, const std::string& name) {
  Machine& m = At(node);
  const absl::Status status = m.raft->TransferLeadership(target);
  if (status.ok()) {
    invariants_.OnTransferBegun(node);
    m.transfers.push_back(name);
    Owe(name, 1);
  }
  After(m);
  return status;
}

absl::Status World::Deliver(const Message& message, NodeId at) {
  Machine& m = At(at);
  if (!m.raft) {
    trace_(fmt::format("lost  {}", Describe(message)));
    return absl::OkStatus();
  }
  trace_(fmt::format("got   {}", Describe(message)));
  if (message.term >= m.raft->term() && IsOfLeader(message)) m.silence = 0;
  const absl::Status status = m.raft->Step(message);
  After(m);
  return m.raft ? status : absl::OkStatus();  // that it stopped itself is told otherwise
}

// --- outputs ---

void World::Stepped(const Machine& m) {
  std::vector<NodeView> views;
  for (const Machine& each : machines_) views.push_back(View(each));
  invariants_.OnStep(View(m), views);
  if (on_step) on_step();
}

// Carries out all that the core wants done.
void World::After(Machine& m) {
  Stepped(m);
  while (m.raft && m.raft->HasEffects()) {
    absl::StatusOr<Effects> effects = m.raft->TakeEffects();
    if (!effects.ok()) {
      m.stopped = std::string(effects.status().message());
      stops_.push_back(fmt::format("node {} stopped: {}", m.id, m.stopped));
      Trace(m, "stops: " + m.stopped);
      return End(m);
    }
    invariants_.OnEffects(View(m), *effects);
    Carry(m, *std::move(effects));
    while (!m.slow_disk && !m.writes.empty()) {
      const PersistToken token = PutOnDisk(m, true);
      if (absl::Status status = m.raft->Persisted(token); !status.ok()) invariants_.Violate(Show(status));
      Stepped(m);
    }
    if (!m.slow_apply) ApplyTo(m, std::min(m.raft->commit(), m.raft->durable()));
  }
}

void World::Carry(Machine& m, Effects effects) {
  TraceRole(m);
  if (effects.commit > m.raft->applied()) Trace(m, fmt::format("has committed up to {}", effects.commit));
  TakeAnswers(m, effects);
  std::vector<Message> now = std::move(effects.messages_now);
  if (effects.token != PersistToken()) m.writes.push_back(std::move(effects));
  for (Message& message : now) Send(m, std::move(message));
}

void World::TraceRole(Machine& m) {
  const std::optional<NodeId> leader = m.raft->leader();
  const std::string now =
      fmt::format("is {} in term {}{}", Show(m.raft->role()), m.raft->term(),
                  leader && *leader != m.id ? fmt::format(", of leader {}", *leader) : "");
  if (now != m.shown) Trace(m, now);
  m.shown = now;
}

// The answers that have come.
void World::TakeAnswers(Machine& m, const Effects& effects) {
  for (const ProposalOutcome& outcome : effects.proposals) {
    auto owed = m.proposals.extract({outcome.position.index, outcome.position.term});
    if (owed) Resolve(owed.mapped(), Show(outcome.outcome));
  }
  for (const ReadState& read : effects.reads) {
    auto owed = m.reads.extract(read.id);
    if (!owed) continue;
    answers_[owed.mapped()].index = read.index;
    Resolve(owed.mapped(), read.confirmed ? "confirmed" : "failed");
  }
  for (const TransferOutcome& transfer : effects.transfers) {
    if (m.transfers.empty()) continue;
    Resolve(m.transfers.front(), transfer.done ? "done" : "given-up");
    m.transfers.pop_front();
  }
}

void World::OweProposals(Machine& m, const std::string& name, const std::vector<LogPosition>& positions) {
  if (positions.empty()) return;
  Owe(name, positions.size());
  answers_[name].positions = positions;
  for (const LogPosition& p : positions) {
    invariants_.OnProposed(m.id, p);
    m.proposals[{p.index, p.term}] = name;
  }
}

void World::Owe(const std::string& name, size_t parts) {
  answers_[name] = {};
  answers_[name].open = parts;
}

void World::Resolve(const std::string& name, const std::string& state) {
  Answer& answer = answers_[name];
  answer.seen = answer.seen.empty() || answer.seen == state ? state : "mixed";
  if (--answer.open == 0) {
    answer.state = answer.seen;
    trace_(fmt::format("      {} is {}", name, answer.state));
  }
}

void World::SetDiskFull(NodeId node, bool full) {
  Machine& m = At(node);
  m.disk_full = full;
  m.raft->SetDiskFull(full);
  After(m);
}

Disk& World::Damage(NodeId node) {
  invariants_.OnDamage(node);
  return At(node).disk;
}

// --- network ---

void World::Send(Machine& m, Message message) {
  invariants_.OnSend(View(m), message);
  if (std::holds_alternative<PreVoteRequest>(message.body) ||
      std::holds_alternative<VoteRequest>(message.body))
    ++m.requests;
  const bool lost = cut_.contains({message.from, message.to});
  trace_(fmt::format("{}  {}", lost ? "cut " : "sent", Describe(message)));
  if (!lost) in_flight_.push_back(std::move(message));
}

Message World::Take(size_t i) {
  Message message = std::move(in_flight_[i]);
  in_flight_.erase(in_flight_.begin() + static_cast<ptrdiff_t>(i));
  return message;
}

void World::Cut(NodeId from, NodeId to) {
  cut_.insert({from, to});
  std::erase_if(in_flight_, [&](const Message& m) { return m.from == from && m.to == to; });
}

absl::Status World::Settle(const std::set<NodeId>& nodes, bool only_votes) {
  for (size_t deliveries = 0; deliveries < kMostDeliveries; ++deliveries) {
    const auto next = std::find_if(in_flight_.begin(), in_flight_.end(), [&](const Message& m) {
      return nodes.contains(m.from) && nodes.contains(m.to) && !machine(m.to).paused &&
             (!only_votes || IsOfElection(m));
    });
    if (next == in_flight_.end() || !Invariant().ok()) return absl::OkStatus();
    const absl::Status status = Deliver(Take(static_cast<size_t>(next - in_flight_.begin())));
    if (!status.ok()) return status;
  }
  return absl::DeadlineExceededError(fmt::format("still busy after {} messages", kMostDeliveries));
}

// --- disks ---

void World::SetSlowDisk(NodeId node, bool slow) {
  Machine& m = At(node);
  m.slow_disk = slow;
  while (!slow && !m.writes.empty()) Write(node);
  while (!slow && !m.written.empty()) Complete(node);
}

// `speak`: the process is there to send what waited for the write.
PersistToken World::PutOnDisk(Machine& m, bool speak) {
  Effects write = std::move(m.writes.front());
  m.writes.pop_front();
  if (write.hard_state) {
    invariants_.OnDurable(m.id, m.disk.hard_state, *write.hard_state);
    m.disk.hard_state = *write.hard_state;
    Trace(m,
          fmt::format("has written term {}{}", write.hard_state->term,
                      write.hard_state->vote ? fmt::format(", vote for {}", *write.hard_state->vote) : ""));
  }
  m.disk.log.Write(write.append);
  if (m.raft->standing() == Standing::kMember) m.disk.mark = m.disk.log.Last();
  for (const Entry& entry : write.append) Trace(m, "has written entry " + Show(entry.position()));
  if (speak) {
    for (Message& message : write.messages_after_persist) Send(m, std::move(message));
  }
  return write.token;
}

void World::Write(NodeId node) {
  Machine& m = At(node);
  m.written.push_back(PutOnDisk(m, true));
}

void World::Complete(NodeId node) {
  Machine& m = At(node);
  const PersistToken token = m.written.front();
  m.written.pop_front();
  if (absl::Status status = m.raft->Persisted(token); !status.ok()) invariants_.Violate(Show(status));
  After(m);
}

void World::FailWrite(NodeId node, bool kept) {
  Machine& m = At(node);
  Trace(m, "stops: a write failed");
  if (kept) PutOnDisk(m, false);
  End(m);
  m.stopped = "a write failed";
}

}  // namespace symbolon::consensus
