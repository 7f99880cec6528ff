#include "tests/simulation/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "tests/simulation/options.h"

namespace symbolon::simulation {
namespace {

constexpr size_t kPlenty = size_t{64} << 20;

void DrawNetwork(Random& random, Plan& plan) {
  plan.voters = random.Chance(0.12)   ? random.Pick(std::array<uint64_t, 3>{1, 2, 4})
                : random.Chance(0.65) ? 3
                                      : 5;
  plan.learners = random.Chance(0.2) ? 1 : 0;
  plan.drop = random.Pick(std::array{0.0, 0.0, 0.01, 0.05, 0.2});
  plan.duplicate = random.Pick(std::array{0.0, 0.01, 0.1});
  plan.max_delay = random.Pick(std::array<Time, 5>{500, 2000, 20'000, 100'000, 400'000});
  plan.min_delay = std::min<Time>(plan.max_delay, 100);
  plan.in_order = random.Chance(0.5);
  plan.call_loss = random.Pick(std::array{0.0, 0.01, 0.1});
  plan.pace.max_turn = random.Pick(std::array<Time, 3>{50, 500, 10'000});
  plan.pace.max_sync = random.Pick(std::array<Time, 4>{500, 5000, 30'000, 200'000});
  plan.pace.min_sync = std::min<Time>(plan.pace.max_sync, 200);
  plan.pace.max_apply = random.Pick(std::array<Time, 3>{100, 2000, 300'000});
}

void DrawOptions(Random& random, Plan& plan) {
  plan.max_append_bytes = random.Pick(std::array<size_t, 4>{1, 600, 1 << 10, 1 << 20});
  plan.max_inflight_bytes = random.Pick(std::array<size_t, 4>{1, 1000, 4000, 8 << 20});
  plan.max_inflight_messages = random.Pick(std::array<size_t, 3>{1, 4, 64});
  plan.max_uncommitted_bytes = random.Pick(std::array<size_t, 3>{1500, 8000, kPlenty});
  plan.max_unpersisted_bytes = random.Pick(std::array<size_t, 3>{1000, 4000, kPlenty});
  plan.tail_cache_bytes = random.Pick(std::array<size_t, 3>{0, 500, 4 << 20});
  plan.entry_cache_bytes = random.Pick(std::array<size_t, 3>{1, 1000, kPlenty});
  plan.decoded_cache_bytes = random.Pick(std::array<size_t, 3>{1, 4000, kPlenty});
  plan.inbox_bytes = random.Pick(std::array<size_t, 3>{2000, 20'000, kPlenty});
  plan.max_pending_reads = random.Pick(std::array<uint64_t, 3>{1, 20, 16384});
  plan.checkpoint_interval_ms = random.Pick(std::array<int64_t, 4>{0, 20, 200, 1500});
  plan.seal_interval_ms = random.Pick(std::array<int64_t, 3>{100, 1000, 5000});
  plan.seal_every_entries = random.Pick(std::array<int64_t, 2>{3, 1000});
  plan.submission_timeout_ms = random.Pick(std::array<int64_t, 3>{1500, 5000, 15000});
  plan.write_buffer_bytes = random.Pick(std::array<uint64_t, 3>{2 << 10, 32 << 10, 1 << 20});
  plan.verify_everything = random.Chance(0.3);
  plan.window = random.Pick(std::array<uint64_t, 3>{1, 2, 5});
  plan.max_batch = random.Pick(std::array<uint64_t, 3>{1, 3, 20});
  plan.send_twice = random.Pick(std::array{0.0, 0.1, 0.5});
}

// Few kinds in one run, often: a fault that is one of twenty rarely meets itself.
std::vector<FaultKind> DrawKinds(Random& random) {
  std::vector<FaultKind> kinds;
  const double share = random.Pick(std::array{0.1, 0.25, 0.6, 1.0});
  for (uint8_t kind = 0; kind < static_cast<uint8_t>(FaultKind::kCount); ++kind) {
    if (random.Chance(share)) kinds.push_back(static_cast<FaultKind>(kind));
  }
  return kinds;
}

void DrawFaults(Random& random, Plan& plan) {
  const std::vector<FaultKind> kinds = DrawKinds(random);
  const Time every = random.Pick(std::array<Time, 4>{800, 2000, 5000, 20'000}) * kMillisecond;
  if (kinds.empty()) return;
  Time at = kSecond;
  while ((at += random.Between(every / 4, 2 * every)) < plan.safety) {
    const Time duration = random.Pick(std::array<Time, 4>{300, 1500, 4000, 10'000}) * kMillisecond;
    plan.faults.push_back(
        {random.Pick(kinds), plan.faults.size(), at, random.Between(duration / 4, duration), random.Next()});
  }
}

void DrawOperations(Random& random, Plan& plan) {
  // Clients' pace, and what they mostly do.
  const Time every = random.Pick(std::array<Time, 3>{200, 600, 1500}) * kMillisecond;
  const double writes = random.Pick(std::array{0.3, 0.6});
  Time at = 500 * kMillisecond;
  while ((at += random.Below(2 * every)) < plan.safety) {
    const OperationKind kind =
        random.Chance(writes) ? (random.Chance(0.5) ? OperationKind::kPublish : OperationKind::kChangeStatus)
        : random.Chance(0.85) ? OperationKind::kVerify
                              : OperationKind::kAudit;
    plan.operations.push_back({kind, plan.operations.size(), at, random.Next(), random.Next()});
  }
}

// Changes of members, for some networks; and then no loss: what the rules of the change allow may need every
// voter that is left.
void DrawDecisions(Random& random, Plan& plan) {
  if (!random.Chance(0.35)) return;
  std::erase_if(plan.faults, [](const Fault& fault) { return LosesSomething(fault.kind); });
  const Time every = random.Pick(std::array<Time, 2>{3000, 8000}) * kMillisecond;
  Time at = kSecond;
  while ((at += random.Below(2 * every)) < plan.safety) {
    plan.operations.push_back(
        {OperationKind::kDecide, plan.operations.size(), at, random.Next(), random.Next()});
  }
}

}  // namespace

Plan Plan::Draw(uint64_t seed) {
  Random random(seed * 7919 + 17);
  Plan plan;
  plan.seed = seed;
  DrawNetwork(random, plan);
  DrawOptions(random, plan);
  plan.safety = random.Pick(std::array<Time, 3>{20, 40, 80}) * kSecond;
  DrawFaults(random, plan);
  DrawOperations(random, plan);
  DrawDecisions(random, plan);
  plan.learner_bytes_per_tick = random.Pick(std::array<size_t, 3>{0, 400, 4000});
  plan.delayed = random.Pick(std::array<uint64_t, 4>{0, 0, 1, 2});
  return plan;
}

template <typename F>
void Plan::ForEachSetting(F&& f) {
  f("voters", voters);
  f("learners", learners);
  f("drop", drop);
  f("duplicate", duplicate);
  f("min_delay_us", min_delay);
  f("max_delay_us", max_delay);
  f("in_order", in_order);
  f("call_loss", call_loss);
  f("max_turn_us", pace.max_turn);
  f("min_sync_us", pace.min_sync);
  f("max_sync_us", pace.max_sync);
  f("max_apply_us", pace.max_apply);
  f("max_append_bytes", max_append_bytes);
  f("max_inflight_bytes", max_inflight_bytes);
  f("max_inflight_messages", max_inflight_messages);
  f("learner_bytes_per_tick", learner_bytes_per_tick);
  f("delayed", delayed);
  f("max_uncommitted_bytes", max_uncommitted_bytes);
  f("max_unpersisted_bytes", max_unpersisted_bytes);
  f("tail_cache_bytes", tail_cache_bytes);
  f("entry_cache_bytes", entry_cache_bytes);
  f("decoded_cache_bytes", decoded_cache_bytes);
  f("inbox_bytes", inbox_bytes);
  f("max_pending_reads", max_pending_reads);
  f("checkpoint_interval_ms", checkpoint_interval_ms);
  f("seal_interval_ms", seal_interval_ms);
  f("seal_every_entries", seal_every_entries);
  f("submission_timeout_ms", submission_timeout_ms);
  f("disk_buffer_bytes", write_buffer_bytes);
  f("verify_everything", verify_everything);
  f("window", window);
  f("max_batch", max_batch);
  f("send_twice", send_twice);
  f("safety_us", safety);
}

std::map<std::string, std::string> Plan::Settings() const {
  std::map<std::string, std::string> out;
  Plan copy = *this;
  copy.ForEachSetting([&](const char* name, const auto& value) { out[name] = fmt::format("{}", value); });
  return out;
}

absl::Status Plan::Apply(const Edits& edits) {
  std::map<std::string, std::string> wanted = edits.settings;
  absl::Status status;
  ForEachSetting([&]<typename T>(const char* name, T& value) {
    const auto found = wanted.extract(name);
    if (found.empty()) return;
    std::istringstream text(found.mapped());
    text >> std::boolalpha >> value;
    if (text.fail() || text.peek() != std::istringstream::traits_type::eof()) {
      status = absl::InvalidArgumentError(fmt::format("{} cannot be {}", name, found.mapped()));
    }
  });
  if (!wanted.empty()) return absl::InvalidArgumentError("no setting is called " + wanted.begin()->first);
  if (voters < 1 || voters + learners > 9) return absl::InvalidArgumentError("1 to 9 nodes are possible");
  const auto keep = [](auto& list, const auto& kept) {
    if (kept) std::erase_if(list, [&](const auto& item) { return !kept->contains(item.number); });
  };
  keep(faults, edits.faults);
  keep(operations, edits.operations);
  return status;
}

std::string Plan::ToString() const {
  std::string out = fmt::format("seed {}:", seed);
  for (const auto& [name, value] : Settings()) out += fmt::format(" {}={}", name, value);
  out += fmt::format("; {} operations, {} faults\n", operations.size(), faults.size());
  for (const Fault& fault : faults) {
    out += fmt::format("  fault {:2} at {:5.1f} s for {:4.1f} s: {}\n", fault.number,
                       static_cast<double>(fault.at) / kSecond, static_cast<double>(fault.duration) / kSecond,
                       FaultName(fault.kind));
  }
  return out;
}

std::string Edits::ToArguments() const {
  std::string out;
  if (faults) out += " --keep-faults " + FormatSet(*faults);
  if (operations) out += " --keep-operations " + FormatSet(*operations);
  for (const auto& [name, value] : settings) out += fmt::format(" --set {}={}", name, value);
  return out;
}

const char* FaultName(FaultKind kind) {
  static constexpr std::array<const char*, static_cast<size_t>(FaultKind::kCount)> kNames = {
      "partition",         "swizzle",
      "link noise",        "pause",
      "clock jump",        "kill",
      "power loss",        "power loss in a write",
      "power loss of all", "power loss of a majority",
      "orderly restart",   "slow disk",
      "hanging disk",      "write error",
      "read error",        "disk low",
      "disk full",         "bit rot",
      "rot of a mark",     "lost writes",
      "loss of the mark",  "restored backup"};
  return kNames[static_cast<size_t>(kind)];
}

bool LosesSomething(FaultKind kind) {
  return kind == FaultKind::kBitRot || kind == FaultKind::kLostWrites || kind == FaultKind::kMarkLoss ||
         kind == FaultKind::kRestore;
}

const char* OperationName(OperationKind kind) {
  static constexpr std::array<const char*, static_cast<size_t>(OperationKind::kCount)> kNames = {
      "publish", "change status", "verify", "audit", "decide"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace symbolon::simulation
