// symbolon-sim: runs simulated networks, seed by seed.
#include <fmt/format.h>
#include <sodium.h>

#include "tests/simulation/simulation.h"

int main(int argc, char** argv) {
  using namespace symbolon::simulation;
  if (sodium_init() < 0) return 3;
  const uint64_t first = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 0;
  const uint64_t last = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : first + 1;
  const bool trace = argc > 3;
  Coverage total;
  Time simulated = 0;
  uint64_t events = 0;
  for (uint64_t seed = first; seed < last; ++seed) {
    const Plan plan = Plan::Draw(seed);
    const Result result =
        Simulation::Run(plan, trace ? [](const std::string& line) { fmt::print("{}\n", line); }
                                    : std::function<void(const std::string&)>());
    simulated += result.when;
    events += result.events;
    for (const auto& [what, times] : result.coverage) total[what] += times;
    if (!result.violation.empty()) {
      fmt::print("{}\nat {:.3f} s of {}\n", result.violation, static_cast<double>(result.when) / kSecond,
                 plan.ToString());
      for (const Fault& fault : plan.faults) fmt::print("  {}\n", ToString(fault));
      return 1;
    }
    fmt::print("seed {}: digest {:016x}, {} events, {:.1f} s\n", seed, result.digest, result.events,
               static_cast<double>(result.when) / kSecond);
  }
  for (const auto& [what, times] : total) fmt::print("{:10}  {}\n", times, what);
  fmt::print("{} events, {:.1f} s\n", events, static_cast<double>(simulated) / kSecond);
}
