#include "tests/bench/failover.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "base/status_macros.h"
#include "cli/network/up.h"
#include "node/config.h"
#include "tests/bench/load.h"
#include "tests/bench/symbolon_network.h"
#include "tests/bench/test_batches.h"

namespace symbolon::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto kRetry = milliseconds(5);
constexpr auto kPoll = milliseconds(20);
constexpr auto kGiveUp = std::chrono::seconds(30);
constexpr int kElections = 4;        // timeouts are drawn from 1 to 2 times the shortest
constexpr size_t kEnoughAfter = 10;  // acknowledgements that show that commits flow again

double Ms(Clock::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

// A registrar at each node that publishes one attestation after the other, whatever happens to the nodes, and
// the times of all their receipts.
class Probes {
 public:
  explicit Probes(SymbolonNetwork* network) : network_(network) {
    for (Issuer& issuer : network->issuers()) threads_.emplace_back([this, &issuer] { Publish(issuer); });
  }
  ~Probes() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

  // Sorted.
  std::vector<Clock::time_point> Since(Clock::time_point begin) {
    const std::lock_guard lock(mutex_);
    std::vector<Clock::time_point> out;
    for (const Clock::time_point t : receipts_) {
      if (t >= begin) out.push_back(t);
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  absl::Status failure() {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  void Publish(Issuer& issuer) {
    absl::Status status;
    while (!stop_ && status.ok()) status = PublishOne(issuer);
    const std::lock_guard lock(mutex_);
    if (failure_.ok()) failure_ = status;
  }

  absl::Status PublishOne(Issuer& issuer) {
    ASSIGN_OR_RETURN(const auto client, network_->Connect(issuer.agency, "registrar"));
    while (!stop_) {
      ASSIGN_OR_RETURN(const ReadyBatch batch, MakeBatch(issuer, network_->trust().network(), 1));
      for (bool lost = false; !stop_;) {
        const absl::Status status = client->SubmitBatch(batch.signed_batch, batch.body).status();
        if (status.ok()) {
          Note();
          if (!lost) break;
          return absl::OkStatus();  // with a fresh connection: gRPC waits long between attempts to restore
                                    // one
        }
        if (!absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status)) return status;
        lost = true;
        std::this_thread::sleep_for(kRetry);
      }
    }
    return absl::OkStatus();
  }

  void Note() {
    const std::lock_guard lock(mutex_);
    receipts_.push_back(Clock::now());
  }

  SymbolonNetwork* network_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::vector<Clock::time_point> receipts_;  // guarded by mutex_
  absl::Status failure_;                     // guarded by mutex_
  std::vector<std::thread> threads_;
};

// The longest time without a receipt among these, and how many receipts followed it.
struct Gap {
  Clock::duration length{};
  size_t after = 0;
};
Gap LongestGap(const std::vector<Clock::time_point>& times) {
  Gap gap;
  for (size_t i = 1; i < times.size(); ++i) {
    if (times[i] - times[i - 1] > gap.length) gap = {times[i] - times[i - 1], times.size() - i};
  }
  return gap;
}

absl::StatusOr<double> KillLeaderOnce(SymbolonNetwork& network, Probes& probes,
                                      milliseconds election_timeout) {
  ASSIGN_OR_RETURN(const std::string leader, network.Leader());
  const auto begin = Clock::now();
  while (probes.Since(begin).size() < kEnoughAfter) {
    RETURN_IF_ERROR(probes.failure());
    if (Interrupted() || Clock::now() - begin > kGiveUp)
      return absl::UnavailableError("nothing is committed");
    std::this_thread::sleep_for(kPoll);
  }
  const auto last_before = probes.Since(begin).back();
  RETURN_IF_ERROR(cli::KillNode(network.folder(), leader));
  const auto killed = Clock::now();
  Gap gap;
  // Receipts of what was committed before may still come after the kill, so that the first pause is not
  // always the one: whatever happens, look until a second election would be over, too.
  while (gap.after < kEnoughAfter || Clock::now() - killed < kElections * election_timeout) {
    RETURN_IF_ERROR(probes.failure());
    if (Interrupted() || Clock::now() - killed > kGiveUp)
      return absl::UnavailableError("commits did not come back");
    std::this_thread::sleep_for(kPoll);
    gap = LongestGap(probes.Since(last_before));
  }
  RETURN_IF_ERROR(cli::StartNode(network.folder(), leader));
  RETURN_IF_ERROR(network.AwaitCaughtUp());
  return Ms(gap.length);
}

}  // namespace

absl::Status MeasureFailover(const Options& options, const std::string& folder, Report& report) {
  const node::Config defaults;
  const milliseconds election_timeout(defaults.consensus.election_ticks * defaults.consensus.tick_ms);
  ASSIGN_OR_RETURN(const auto network, SymbolonNetwork::Start(folder + "/symbolon", 3));
  Progress("failover");
  std::vector<double> gaps;
  Probes probes(network.get());
  for (int i = 0; i < options.failovers; ++i) {
    ASSIGN_OR_RETURN(const double gap, KillLeaderOnce(*network, probes, election_timeout));
    gaps.push_back(gap);
  }
  std::sort(gaps.begin(), gaps.end());
  report.Add({.what = "failover: no commit for",
              .against = "the election timeout (it is drawn from 1 to 2 times this)",
              .unit = "ms",
              .value = gaps[gaps.size() / 2],
              .reference = static_cast<double>(election_timeout.count()),
              .lower_is_better = true,
              .at_least = 3,
              .aim = 2,
              .note = fmt::format("median of {} SIGKILLs of the leader under load", gaps.size())});
  report.Add("failover: shortest", gaps.front(), "ms");
  report.Add("failover: longest", gaps.back(), "ms");
  return absl::OkStatus();
}

}  // namespace symbolon::bench
