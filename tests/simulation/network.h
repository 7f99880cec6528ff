#pragma once
// The network between nodes, and between clients and nodes. Links lose, double, delay and reorder, each
// direction for itself.

#include <fmt/format.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/backend.h"
#include "api/peer.h"
#include "api/server.h"
#include "tests/simulation/plan.h"
#include "tests/simulation/world.h"

namespace symbolon::simulation {

// One direction between two nodes.
struct Link {
  bool cut = false;
  double loss = 0;       // beside the plan's
  Time extra_delay = 0;  // beside the plan's
  Time last_arrival = 0;
};

// The process behind an address: what a call or message reaches.
class Host {
 public:
  virtual ~Host() = default;
  // Null while nothing listens.
  virtual api::Backend* backend() = 0;
  // Calls it now, or when the process is no longer paused.
  virtual void WhenAwake(std::function<void()> what) = 0;

  // A call that this process owes an answer, within `within` of being awake.
  virtual uint64_t BeginCall(std::string what, Time within, std::function<void()> lost) = 0;
  // False when it was answered before, or its process is gone.
  virtual bool EndCall(uint64_t call) = 0;
  // How the process of a node shows that it is one (api::PeerOptions).
  virtual std::vector<Bytes> Introduction() = 0;
  // Told of every message that leaves the process.
  virtual void OnSend(const consensus::Message& message) = 0;
};

class Network {
 public:
  // Nodes are numbered from 1; 0 is outside, where clients are.
  static constexpr uint64_t kOutside = 0;

  Network(World* world, const Plan* plan, uint64_t nodes);
  void Attach(uint64_t number, Host* host) { hosts_[number] = host; }
  uint64_t nodes() const { return hosts_.size() - 1; }

  Link& link(uint64_t from, uint64_t to) { return links_[from][to]; }
  bool HasCuts() const;
  // Nothing is cut, lost or delayed any more beyond what the plan says.
  void HealLinks();
  // The plan's own losses and long delays end, too.
  void BecomeReliable() { reliable_ = true; }

  std::unique_ptr<api::Peer> MakePeer(uint64_t from, const api::PeerOptions& options);
  // Clients may reach these only.
  bool IsUp(uint64_t node) { return hosts_[node]->backend() != nullptr; }

  void Send(const consensus::Message& message);

  // A request and its answer. `begin` runs at the node; `done` is called exactly once, with
  // DeadlineExceeded after `timeout`, or Unavailable when nothing listens or the process ended meanwhile.
  template <typename T>
  void Call(uint64_t from, uint64_t to, const std::string& what, Time timeout, Time owed_within,
            std::function<void(api::Backend&, api::Abandoned, api::Done<T>)> begin, api::Done<T> done);

 private:
  friend class SimulatedPeer;

  static constexpr Time kLongestReliable = 50 * kMillisecond;

  // Nullopt: lost.
  std::optional<Time> Travel(uint64_t from, uint64_t to);
  void Deliver(consensus::Message message);
  // As the servers do: a node must be known by the registry, or introduce itself.
  bool IsLetIn(uint64_t node, api::Backend& by);

  World* const world_;
  const Plan* const plan_;
  Random chance_;
  bool reliable_ = false;
  std::vector<Host*> hosts_;
  std::vector<std::vector<Link>> links_;
};

template <typename T>
void Network::Call(uint64_t from, uint64_t to, const std::string& what, Time timeout, Time owed_within,
                   std::function<void(api::Backend&, api::Abandoned, api::Done<T>)> begin,
                   api::Done<T> done) {
  struct State {
    api::Done<T> done;  // null when it has been called
    std::shared_ptr<std::atomic<bool>> abandoned = std::make_shared<std::atomic<bool>>(false);
  };
  auto state = std::make_shared<State>();
  state->done = std::move(done);
  auto finish = [state](absl::StatusOr<T> result) {
    if (!state->done) return;
    *state->abandoned = true;
    const auto call = std::move(state->done);
    state->done = nullptr;
    call(std::move(result));
  };
  world_->After(timeout, [finish] { finish(absl::DeadlineExceededError("no answer in time")); });
  const auto there = Travel(from, to);
  if (!there) return;
  auto back = [this, from, to, finish](absl::StatusOr<T> result) {
    const auto travel = Travel(to, from);
    if (travel) world_->After(*travel, [finish, result = std::move(result)] { finish(result); });
  };
  auto arrive = [this, to, what, owed_within, state, back, begin = std::move(begin)] {
    Host& host = *hosts_[to];
    if (host.backend() == nullptr) return back(absl::UnavailableError("nothing listens there"));
    const uint64_t call =
        host.BeginCall(what, owed_within, [back] { back(absl::UnavailableError("the connection broke")); });
    begin(*host.backend(), state->abandoned, [&host, call, back](absl::StatusOr<T> result) {
      if (host.EndCall(call)) back(std::move(result));
    });
  };
  world_->After(*there, [this, to, arrive = std::move(arrive)] { hosts_[to]->WhenAwake(arrive); });
}

}  // namespace symbolon::simulation
