#include "tests/bench/steady_load.h"

#include <algorithm>

#include "base/status_macros.h"
#include "tests/bench/test_batches.h"

namespace symbolon::bench {

absl::StatusOr<std::unique_ptr<SteadyLoad>> SteadyLoad::Start(SymbolonNetwork& network, size_t clients,
                                                              uint32_t count) {
  std::unique_ptr<SteadyLoad> load(new SteadyLoad(&network, count));
  for (size_t i = 0; i < clients; ++i) {
    const Issuer& issuer = network.issuers().at(i);
    ASSIGN_OR_RETURN(auto client, network.Connect(issuer.agency, "registrar"));
    RETURN_IF_ERROR(client->NextSequence(issuer.agency, issuer.key_id).status());  // connects
    load->connections_.push_back(std::move(client));
  }
  for (size_t i = 0; i < clients; ++i) {
    load->threads_.emplace_back([l = load.get(), i] {
      const absl::Status status = l->Publish(l->network_->issuers()[i], *l->connections_[i]);
      const std::lock_guard lock(l->mutex_);
      if (l->failure_.ok()) l->failure_ = status;
    });
  }
  return load;
}

absl::Status SteadyLoad::Stop() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  return failure();
}

absl::Status SteadyLoad::failure() {
  const std::lock_guard lock(mutex_);
  return failure_;
}

absl::Status SteadyLoad::Publish(Issuer& issuer, api::Client& client) {
  while (!stop_ && !Interrupted()) {
    ASSIGN_OR_RETURN(const ReadyBatch batch, MakeBatch(issuer, network_->trust().network(), count_));
    const auto start = Clock::now();
    RETURN_IF_ERROR(client.SubmitBatch(batch.signed_batch, batch.body).status());
    const auto now = Clock::now();
    const float ms = std::chrono::duration<float, std::milli>(now - start).count();
    const std::lock_guard lock(mutex_);
    acknowledged_.push_back({now, ms});
  }
  return absl::OkStatus();
}

absl::StatusOr<Load> SteadyLoad::Between(Clock::time_point begin, Clock::time_point end) {
  RETURN_IF_ERROR(failure());
  if (Interrupted()) return absl::CancelledError("interrupted");
  std::vector<float> latencies;
  {
    const std::lock_guard lock(mutex_);
    for (const Acknowledged& a : acknowledged_) {
      if (a.time >= begin && a.time < end) latencies.push_back(a.latency_ms);
    }
  }
  if (latencies.empty()) return absl::UnavailableError("nothing was acknowledged");
  std::sort(latencies.begin(), latencies.end());
  return Load{.requests = latencies.size(),
              .seconds = std::chrono::duration<double>(end - begin).count(),
              .p50_ms = latencies[latencies.size() / 2],
              .p99_ms = latencies[latencies.size() * 99 / 100],
              .max_ms = latencies.back()};
}

}  // namespace symbolon::bench
