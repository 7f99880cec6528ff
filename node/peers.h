#pragma once
// The connections to the other nodes. They follow the newest configuration in the log, as Raft does; who is
// no member any more is still told so when it asks.

#include <absl/status/statusor.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <vector>

#include "api/peer.h"
#include "consensus/message.h"
#include "ledger/entries/configuration.h"
#include "ledger/registry.h"
#include "node/config.h"
#include "node/runtime.h"

namespace symbolon::node {

// How this node, with these files, reaches a member. NotFound when the registry has no such agency.
absl::StatusOr<api::PeerOptions> PeerOptionsFor(const ledger::Member& member,
                                                const ledger::Registry& registry, const NodeFiles& files);

// Thread-safe. Nothing but Reconcile and Stop makes or ends connections, which may take its time.
class Peers {
 public:
  // Who is no member is kept for so long after the last message to it.
  static constexpr std::chrono::seconds kGuestTime{60};

  struct Callbacks {
    std::function<absl::StatusOr<std::unique_ptr<api::Peer>>(const ledger::Member&)> connect;
    // A node that is no member in the log, but was, or will be when the log has come so far; nullopt when
    // there is none of that number.
    std::function<std::optional<ledger::Member>(consensus::NodeId)> find;
    // There is something for Reconcile to do.
    std::function<void()> changed;
    // A connection cannot even be tried: the certificate in the registry is of no use, say.
    std::function<void(const ledger::Member&, const absl::Status&)> failed;
  };

  Peers(consensus::NodeId self, Runtime* runtime, Callbacks callbacks)
      : self_(self), runtime_(runtime), callbacks_(std::move(callbacks)) {}
  ~Peers() { Stop(); }

  // From now on; nothing happens when they are the same.
  void SetMembers(const std::vector<ledger::Member>& members);

  // Never blocks. A message to whom no connection leads is lost, and one is made if the node is known.
  void Send(const consensus::Message& message);

  // Null when there is none.
  std::shared_ptr<api::Peer> Find(consensus::NodeId node) const;
  bool IsReachable(consensus::NodeId node) const;

  // Makes the connections that are missing, and ends those that nobody needs.
  void Reconcile(MonotonicTime now);
  // Ends all. Nothing may be sent any more.
  void Stop();

 private:
  struct Link {
    ledger::Member member;
    bool guest = false;
    MonotonicTime last_use;  // of a guest
    std::shared_ptr<api::Peer> peer;
  };

  void MakeMissing(MonotonicTime now);
  void EndUnneeded(MonotonicTime now);

  const consensus::NodeId self_;
  Runtime* const runtime_;
  const Callbacks callbacks_;

  mutable std::shared_mutex mutex_;
  std::vector<ledger::Member> members_;      // guarded by mutex_
  std::map<consensus::NodeId, Link> links_;  // guarded by mutex_
  std::set<consensus::NodeId> asked_for_;    // guarded by mutex_; no link leads there
  // No links any more, but somebody may still be using them: ended when nobody is. Belongs to Reconcile.
  std::vector<std::shared_ptr<api::Peer>> retired_;
};

}  // namespace symbolon::node
