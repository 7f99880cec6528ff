#include "tests/consensus/plan.h"

#include <fmt/format.h>

#include <array>

#include "tests/consensus/random.h"

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
  plan.changes = random.Pick(std::array{0.0, 0.02, 0.1, 0.2});
  plan.spares = plan.changes == 0 ? 0 : random.Between(1, 4);
  plan.damage = random.Pick(std::array{0.0, 0.0, 0.2, 0.6});
  plan.delayed = random.Chance(0.25) ? random.Between(1, plan.voters) : 0;
  plan.learner_bytes_per_tick = random.Pick(std::array<size_t, 3>{0, 40, 300});
  plan.echo = random.Pick(std::array{0.0, 0.0, 0.05, 0.3});
  plan.reads = random.Pick(std::array<uint64_t, 4>{36, 36, 5, 1});
  return plan;
}

std::string Plan::ToString() const {
  return fmt::format(
      "seed {}: {} voters, {} learners, {} spares, drop {}, duplicate {}, max delay {}, echo {}, {} reads, "
      "max "
      "persist {}, trouble {}, changes {}, damage {}, {} delayed, append {} B, in flight {} B / {} messages, "
      "cache {} B, uncommitted {} B, unpersisted {} B, learners {} B a tick",
      seed, voters, learners, spares, drop, duplicate, max_delay, echo, reads, max_persist, trouble, changes,
      damage, delayed, max_append_bytes, max_inflight_bytes, max_inflight_messages, tail_cache_bytes,
      max_uncommitted_bytes, max_unpersisted_bytes, learner_bytes_per_tick);
}

}  // namespace symbolon::consensus
