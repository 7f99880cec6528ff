#include "tests/bench/load.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <thread>

namespace symbolon::bench {
namespace {

using Clock = std::chrono::steady_clock;

std::atomic<bool> interrupted{false};

double Seconds(Clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

struct Worker {
  std::vector<float> latencies_ms;
  absl::Status status;
};

void Work(const Client& client, uint64_t each, const std::atomic<bool>& go, std::atomic<bool>& stop,
          Worker& worker) {
  go.wait(false);
  for (uint64_t n = 0; n < each && !stop.load(std::memory_order_relaxed); ++n) {
    const auto start = Clock::now();
    worker.status = client(n);
    if (!worker.status.ok()) {
      stop = true;
      return;
    }
    worker.latencies_ms.push_back(static_cast<float>(Seconds(Clock::now() - start) * 1000));
  }
}

absl::StatusOr<Load> Summarise(const std::vector<Worker>& workers, double seconds) {
  std::vector<float> all;
  for (const Worker& worker : workers) {
    if (!worker.status.ok()) return worker.status;
    all.insert(all.end(), worker.latencies_ms.begin(), worker.latencies_ms.end());
  }
  if (Interrupted()) return absl::CancelledError("interrupted");
  if (all.empty()) return absl::InternalError("not one request was answered");
  std::sort(all.begin(), all.end());
  return Load{.requests = all.size(),
              .seconds = seconds,
              .p50_ms = all[all.size() / 2],
              .p99_ms = all[all.size() * 99 / 100],
              .max_ms = all.back()};
}

absl::StatusOr<Load> Run(const std::vector<Client>& clients, uint64_t each, double limit_s) {
  std::atomic<bool> go{false}, stop{false};
  std::atomic<size_t> running{clients.size()};
  std::vector<Worker> workers(clients.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < clients.size(); ++i) {
    threads.emplace_back([&, i] {
      Work(clients[i], each, go, stop, workers[i]);
      running.fetch_sub(1);
    });
  }
  const auto start = Clock::now();
  go = true;
  go.notify_all();
  while (running.load() > 0) {
    if (Interrupted() || Seconds(Clock::now() - start) >= limit_s) stop = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (std::thread& thread : threads) thread.join();
  return Summarise(workers, Seconds(Clock::now() - start));
}

}  // namespace

absl::StatusOr<Load> RunCount(const std::vector<Client>& clients, uint64_t each) {
  return Run(clients, each, std::numeric_limits<double>::max());
}

absl::StatusOr<Load> RunSeconds(const std::vector<Client>& clients, double seconds) {
  return Run(clients, std::numeric_limits<uint64_t>::max(), seconds);
}

void Progress(const std::string& what) {
  static const Clock::time_point begin = Clock::now();
  fmt::print(stderr, "{:6.1f} s  {}\n", Seconds(Clock::now() - begin), what);
}

void CatchInterrupts() {
  struct sigaction action = {};
  action.sa_handler = [](int) { interrupted = true; };
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() {
  return interrupted.load();
}

}  // namespace symbolon::bench
