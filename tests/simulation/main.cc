// symbolon-sim: simulated networks of whole nodes, seed by seed. Exit codes: 0 no violation, 1 a violation or
// a run that never met what it should have met, 2 wrong usage.
#include <fmt/format.h>
#include <signal.h>
#include <sodium.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <deque>
#include <mutex>
#include <thread>

#include "tests/simulation/must_see.h"
#include "tests/simulation/options.h"
#include "tests/simulation/shrink.h"
#include "tests/simulation/simulation.h"

namespace symbolon::simulation {
namespace {

constexpr size_t kShownLines = 60;
constexpr uint64_t kSeedsThatSeeAll = 500;

thread_local uint64_t seed_now = 0;

// A program that dies says over which seed.
void OnDeath(int signal_number) {
  char text[64];
  const int length = std::snprintf(text, sizeof(text), "\nseed %llu: the program dies of signal %d\n",
                                   static_cast<unsigned long long>(seed_now), signal_number);
  [[maybe_unused]] const ssize_t n = write(STDOUT_FILENO, text, static_cast<size_t>(length));
  signal(signal_number, SIG_DFL);
  raise(signal_number);
}

Plan PlanOf(uint64_t seed, const Edits& edits) {
  Plan plan = Plan::Draw(seed);
  plan.Apply(edits).IgnoreError();  // checked when the options were read
  return plan;
}

// The end of what was said, without what is said all the time.
std::string LastWords(const Plan& plan) {
  std::deque<std::string> lines;
  Simulation::Run(plan, [&lines](const std::string& line) {
    if (line.find("heartbeat") != std::string::npos || line.find("append 0 entries") != std::string::npos)
      return;
    lines.push_back(line);
    if (lines.size() > kShownLines) lines.pop_front();
  });
  return fmt::format("{}\n", fmt::join(lines, "\n"));
}

class Program {
 public:
  explicit Program(Options options) : options_(std::move(options)), next_(options_.first) {}

  int Run() {
    const auto begun = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (uint64_t i = 1; i < options_.jobs; ++i) threads.emplace_back([&] { Work(begun); });
    Work(begun);
    for (std::thread& thread : threads) thread.join();
    if (!options_.trace && !options_.show_plan) Summarise();
    return failures_ == 0 && missing_ == 0 ? 0 : 1;
  }

 private:
  void Work(std::chrono::steady_clock::time_point begun) {
    while (true) {
      const uint64_t seed = next_++;
      if (seed >= options_.last || (options_.stop_at_first && failures_ > 0)) return;
      if (options_.seconds != 0 &&
          std::chrono::steady_clock::now() - begun > std::chrono::seconds(options_.seconds)) {
        return;
      }
      One(seed);
    }
  }

  void One(uint64_t seed) {
    seed_now = seed;
    const Plan plan = PlanOf(seed, options_.edits);
    if (options_.show_plan) return Say(plan.ToString());
    std::function<void(const std::string&)> trace;
    if (options_.trace) trace = [this](const std::string& line) { Say(line + "\n"); };
    const Result result = Simulation::Run(plan, trace);
    {
      const std::lock_guard lock(mutex_);
      ++seeds_;
      simulated_ += result.when;
      events_ += result.events;
      for (const auto& [what, times] : result.coverage) coverage_[what] += times;
    }
    if (options_.digests) Say(fmt::format("seed {} digest {:016x}\n", seed, result.digest));
    if (!result.violation.empty()) Report(plan, result);
  }

  void Report(const Plan& plan, const Result& result) {
    ++failures_;
    std::string out =
        fmt::format("\nVIOLATION at {:.3f} s of seed {}\n  {}\n{}",
                    static_cast<double>(result.when) / kSecond, plan.seed, result.violation, plan.ToString());
    Edits edits = options_.edits;
    if (options_.shrink) {
      edits = Shrink(plan, result.violation,
                     [this](const std::string& line) { Say("  shrinking: " + line + "\n"); });
      for (const auto& [name, value] : options_.edits.settings) edits.settings.emplace(name, value);
      Plan smaller = plan;
      smaller.Apply(edits).IgnoreError();
      out += "what is left of it: " + smaller.ToString();
      if (!options_.trace) out += LastWords(smaller);
    } else if (!options_.trace) {
      out += LastWords(plan);
    }
    out += fmt::format("replay: symbolon-sim --seed {}{} --trace\n", plan.seed, edits.ToArguments());
    Say(out);
  }

  void Summarise() {
    std::string out = "\nwhat was met, how often:\n";
    for (const auto& [what, times] : coverage_) out += fmt::format("{:12}  {}\n", times, what);
    if (seeds_ >= kSeedsThatSeeAll && options_.edits.settings.empty() && !options_.edits.faults) {
      for (const std::string& what : MustSee()) {
        if (coverage_.contains(what)) continue;
        ++missing_;
        out += fmt::format("NEVER MET: {}\n", what);
      }
    }
    const double hours = static_cast<double>(simulated_) / kSecond / 3600;
    const double core_hours = static_cast<double>(std::clock()) / CLOCKS_PER_SEC / 3600;
    out += fmt::format(
        "{} seeds, {} violations, {} events; {:.1f} simulated hours in {:.1f} core-minutes: {:.0f} simulated "
        "hours "
        "per core-hour\n",
        seeds_, failures_.load(), events_, hours, core_hours * 60, hours / core_hours);
    Say(out);
  }

  void Say(const std::string& text) {
    const std::lock_guard lock(mutex_);
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  }

  const Options options_;
  std::atomic<uint64_t> next_;
  std::atomic<uint64_t> failures_{0};
  uint64_t missing_ = 0;
  std::mutex mutex_;
  uint64_t seeds_ = 0;  // guarded by mutex_, as are those below
  Time simulated_ = 0;
  uint64_t events_ = 0;
  Coverage coverage_;
};

}  // namespace
}  // namespace symbolon::simulation

int main(int argc, char** argv) {
  using namespace symbolon::simulation;  // NOLINT(google-build-using-namespace)
  if (sodium_init() < 0) return 2;
  const auto options = ParseOptions(argc, argv);
  if (!options.ok()) {
    fmt::print(stderr, "symbolon-sim: {}\n", std::string(options.status().message()));
    return 2;
  }
  if (!options->has_value()) return 0;
  for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) signal(number, OnDeath);
  return Program(**options).Run();
}
