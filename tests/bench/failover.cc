#include "tests/bench/failover.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "base/status_macros.h"
#include "cli/network/up.h"
#include "ledger/entry_header.h"
#include "ledger/receipt.h"
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
constexpr size_t kFlowing = 10;  // receipts that show that commits flow

double Ms(Clock::duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

struct ReceiptSeen {
  Clock::time_point time;
  uint64_t term = 0;  // of the entry: under which leader it was proposed
};

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

  // In the order in which they came, those since `begin`.
  std::vector<ReceiptSeen> Since(Clock::time_point begin) {
    const std::lock_guard lock(mutex_);
    std::vector<ReceiptSeen> out;
    for (const ReceiptSeen& seen : receipts_) {
      if (seen.time >= begin) out.push_back(seen);
    }
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
        const auto submitted = client->SubmitBatch(batch.signed_batch, batch.body);
        const absl::Status status = submitted.status();
        if (status.ok()) {
          RETURN_IF_ERROR(Note(submitted->receipt));
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

  absl::Status Note(ByteView receipt) {
    const auto now = Clock::now();
    ASSIGN_OR_RETURN(const ledger::Receipt decoded, ledger::DecodeReceipt(receipt));
    ASSIGN_OR_RETURN(const ledger::EntryHeader entry, ledger::DecodeEntryHeader(decoded.entry_header));
    const std::lock_guard lock(mutex_);
    receipts_.push_back({now, entry.term});
    return absl::OkStatus();
  }

  SymbolonNetwork* network_;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::vector<ReceiptSeen> receipts_;  // guarded by mutex_
  absl::Status failure_;               // guarded by mutex_
  std::vector<std::thread> threads_;
};

// The first receipt for an entry of a later term. Receipts for what was committed under the killed leader may
// still come long after the kill, when a lost answer is asked for again: they are no new commits.
std::optional<Clock::time_point> FirstOfNewLeader(const std::vector<ReceiptSeen>& receipts,
                                                  uint64_t old_term) {
  for (const ReceiptSeen& seen : receipts) {
    if (seen.term > old_term) return seen.time;
  }
  return std::nullopt;
}

absl::StatusOr<double> KillLeaderOnce(SymbolonNetwork& network, Probes& probes) {
  ASSIGN_OR_RETURN(const std::string leader, network.Leader());
  const auto begin = Clock::now();
  while (probes.Since(begin).size() < kFlowing) {
    RETURN_IF_ERROR(probes.failure());
    if (Interrupted() || Clock::now() - begin > kGiveUp)
      return absl::UnavailableError("nothing is committed");
    std::this_thread::sleep_for(kPoll);
  }
  const ReceiptSeen last = probes.Since(begin).back();
  RETURN_IF_ERROR(cli::KillNode(network.folder(), leader));
  const auto killed = Clock::now();
  std::optional<Clock::time_point> first;
  while (!(first = FirstOfNewLeader(probes.Since(killed), last.term))) {
    RETURN_IF_ERROR(probes.failure());
    if (Interrupted() || Clock::now() - killed > kGiveUp) {
      return absl::UnavailableError("commits did not come back");
    }
    std::this_thread::sleep_for(kPoll);
  }
  RETURN_IF_ERROR(cli::StartNode(network.folder(), leader));
  RETURN_IF_ERROR(network.AwaitCaughtUp());
  return Ms(*first - last.time);
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
    ASSIGN_OR_RETURN(const double gap, KillLeaderOnce(*network, probes));
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
