#include "tests/simulation/network.h"

#include <algorithm>
#include <variant>

#include "api/fetch_entries.h"
#include "tests/simulation/founders.h"

namespace symbolon::simulation {
namespace {

consensus::Message Copy(consensus::Message message) {
  if (auto* append = std::get_if<consensus::AppendRequest>(&message.body)) {
    for (consensus::Entry& entry : append->entries) {
      entry.data = std::make_shared<const consensus::EntryData>(*entry.data);
    }
  }
  return message;
}

}  // namespace

// A node's way to one other node.
class SimulatedPeer final : public api::Peer {
 public:
  SimulatedPeer(Network* network, uint64_t from, uint64_t to) : network_(network), from_(from), to_(to) {}
  ~SimulatedPeer() override {
    auto waiting = std::move(waiting_->calls);
    waiting_->calls.clear();
    for (const auto& [id, fail] : waiting) fail(absl::UnavailableError("the link was closed"));
  }

  void Send(const consensus::Message& message) override { network_->Send(message); }
  bool Reachable() const override {
    return network_->hosts_[to_]->backend() != nullptr && !network_->links_[from_][to_].cut;
  }
  absl::Status LinkStatus() const override {
    return Reachable() ? absl::OkStatus() : absl::UnavailableError("not reachable");
  }
  void Forward(const api::Transaction& transaction, api::Done<api::Forwarded> done) override {
    Call<api::Forwarded>(
        "forward", std::move(done),
        [transaction](api::Backend& backend, const api::Abandoned&, api::Done<api::Forwarded> answer) {
          backend.Forward(transaction, std::move(answer));
        });
  }
  void FetchEntries(const std::vector<uint64_t>& indexes,
                    api::Done<std::vector<api::LedgerEntry>> done) override {
    Call<std::vector<api::LedgerEntry>>("fetch", std::move(done),
                                        [indexes](api::Backend& backend, const api::Abandoned&,
                                                  api::Done<std::vector<api::LedgerEntry>> answer) {
                                          answer(api::FetchEntries(backend, indexes));
                                        });
  }
  void FetchCheckpoint(api::Done<Bytes> done) override {
    Call<Bytes>("checkpoint", std::move(done),
                [](api::Backend& backend, const api::Abandoned&, const api::Done<Bytes>& answer) {
                  answer(backend.Checkpoint());
                });
  }

 private:
  static constexpr Time kTimeout = 10 * kSecond;
  struct Waiting {
    std::map<uint64_t, std::function<void(const absl::Status&)>> calls;  // how each of them fails
  };

  template <typename T>
  void Call(const char* what, api::Done<T> done,
            std::function<void(api::Backend&, const api::Abandoned&, api::Done<T>)> ask) {
    const uint64_t id = next_++;
    waiting_->calls.emplace(id, [done](const absl::Status& status) { done(status); });
    network_->Call<T>(
        from_, to_, fmt::format("{} of node {}", what, from_), kTimeout, kForever,
        [network = network_, from = from_, ask = std::move(ask)](
            api::Backend& backend, const api::Abandoned& abandoned, api::Done<T> answer) {
          if (!network->IsLetIn(from, backend)) return answer(absl::PermissionDeniedError("not a member"));
          ask(backend, abandoned, std::move(answer));
        },
        [waiting = waiting_, id, done](absl::StatusOr<T> result) {
          if (absl::IsDeadlineExceeded(result.status())) result = absl::UnavailableError("no answer in time");
          if (waiting->calls.erase(id) > 0) done(std::move(result));
        });
  }

  Network* const network_;
  const uint64_t from_, to_;
  uint64_t next_ = 0;
  const std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
};

Network::Network(World* world, const Plan* plan, uint64_t nodes)
    : world_(world),
      plan_(plan),
      chance_(world->Chance("network")),
      hosts_(nodes + 1),
      links_(nodes + 1, std::vector<Link>(nodes + 1)) {}

bool Network::HasCuts() const {
  return std::any_of(links_.begin(), links_.end(), [](const auto& from) {
    return std::any_of(from.begin(), from.end(), [](const Link& link) { return link.cut; });
  });
}

void Network::HealLinks() {
  for (auto& row : links_) {
    for (Link& link : row) link = {.last_arrival = link.last_arrival};
  }
}

std::unique_ptr<api::Peer> Network::MakePeer(uint64_t from, const api::PeerOptions& options) {
  return std::make_unique<SimulatedPeer>(this, from, Founders::NodeAt(options.connection.address));
}

std::optional<Time> Network::Travel(uint64_t from, uint64_t to) {
  Link& link = links_[from][to];
  const bool client = from == kOutside || to == kOutside;
  const double loss = client ? plan_->call_loss : plan_->drop;
  const Time max_delay = reliable_ ? std::min(plan_->max_delay, kLongestReliable) : plan_->max_delay;
  const Time delay = chance_.Between(plan_->min_delay, max_delay);
  const bool lost = chance_.Chance(reliable_ ? 0 : loss) || (link.loss > 0 && chance_.Chance(link.loss));
  if (link.cut) {
    world_->Count("messages stopped by a cut link");
    return std::nullopt;
  }
  if (lost) {
    world_->Count("messages lost");
    return std::nullopt;
  }
  Time arrival = world_->now() + delay + (link.extra_delay > 0 ? chance_.Below(link.extra_delay) : 0);
  if (plan_->in_order) {
    arrival = std::max(arrival, link.last_arrival);
  } else if (arrival < link.last_arrival) {
    world_->Count("messages overtaken");
  }
  link.last_arrival = std::max(link.last_arrival, arrival);
  return arrival - world_->now();
}

void Network::Send(const consensus::Message& message) {
  const uint64_t from = message.from.value(), to = message.to.value();
  hosts_[from]->OnSend(message);
  world_->Mix(from << 48 | to << 40 | message.body.index() << 32 | message.term.value());
  const int copies = chance_.Chance(reliable_ ? 0 : plan_->duplicate) ? 2 : 1;
  if (copies == 2) world_->Count("messages doubled");
  for (int i = 0; i < copies; ++i) {
    const auto travel = Travel(from, to);
    if (world_->tracing()) {
      world_->Trace(fmt::format("{}{}", consensus::Describe(message), travel ? "" : "  LOST"));
    }
    if (!travel) continue;
    world_->After(*travel, [this, message] { Deliver(message); });
  }
}

void Network::Deliver(consensus::Message message) {
  const uint64_t to = message.to.value();
  hosts_[to]->WhenAwake([this, to, message = std::move(message)] {
    api::Backend* const backend = hosts_[to]->backend();
    if (backend != nullptr && IsLetIn(message.from.value(), *backend)) backend->Deliver(Copy(message));
  });
}

bool Network::IsLetIn(uint64_t node, api::Backend& by) {
  const Digest key = Founders::TlsKeyOf(node);
  if (by.FindCaller(key)) return true;
  const bool introduced = by.Introduce(key, hosts_[node]->Introduction()).ok();
  world_->Count(introduced ? "nodes introduced" : "nodes not let in");
  return introduced;
}

}  // namespace symbolon::simulation
