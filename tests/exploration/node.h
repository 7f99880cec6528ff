#pragma once
// One node of a small world: the real core, its disk and the writes on their way there.

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "consensus/raft.h"
#include "tests/consensus/memory_log.h"
#include "tests/exploration/coverage.h"
#include "tests/exploration/world.h"

namespace symbolon::consensus::exploration {

// What can happen to a node. All but kDeliver are the environment's choice, at any moment.
enum class Kind : uint8_t {
  kDeliver,    // a message arrives
  kTimeout,    // it has heard no leader for too long, and becomes a pre-candidate
  kCampaign,   // a pre-candidate gets its pre-votes, from whomever
  kHeartbeat,  // a leader's heartbeat is due
  kPersist,    // its oldest write becomes durable
  kCrash,      // it loses what is not durable, and starts again
  kFill,       // its disk becomes full
  kFree,       // ... and has room again
  kPropose,    // a client proposes
  kRead,       // a client reads
  kTransfer,   // an operator moves the leadership
  kChange,     // an operator changes the members
  kTake,       // its driver takes what it has gathered (worlds with batches)
};
constexpr size_t kKinds = 13;

struct Input {
  Kind kind = Kind::kTimeout;
  const Message* message = nullptr;  // kDeliver
  uint64_t number = 0;  // kRead: the read; kTransfer: the target; kChange: which of World::possible_changes
};

// What an input led to.
struct Reaction {
  bool possible = true;  // false: it could not happen, or would leave the bounds of the world
  std::vector<Message> said;
  std::vector<ReadState> reads;
  std::vector<ProposalOutcome> proposals;
  std::vector<TransferOutcome> transfers;
  Coverage coverage;
  std::string violation;  // of an invariant that one node can break alone
};

class Node {
 public:
  // Its first start. `world` must outlive it.
  Node(const World& world, NodeId id);
  // A copy that goes its own way.
  Node(const Node& other);
  Node& operator=(const Node&) = delete;

  Reaction Do(const Input& input);

  const Raft& raft() const { return *raft_; }
  const MemoryLog& disk() const { return disk_; }
  const HardState& disk_hard_state() const { return disk_hard_state_; }
  // As the writes handed out make it, once they are all done.
  std::vector<Entry> Log() const;
  // There are inputs whose effects have not been taken: what it is now, nobody has seen yet.
  bool IsUntaken() const { return untaken_ > 0; }

  // Equal bytes: equal in all that will ever happen to it.
  std::string Fingerprint() const;

 private:
  struct Write {
    PersistToken token;
    std::optional<HardState> hard_state;
    std::vector<Entry> append;
    std::vector<Message> messages;  // that leave when it is durable
  };
  struct Before;

  void Start();
  void Apply(const Input& input, Reaction& reaction);
  void Timeout(Reaction& reaction);
  void Campaign(Reaction& reaction);
  void Heartbeat(Reaction& reaction);
  void Crash(Reaction& reaction);
  void SetDiskFull(bool full, Reaction& reaction);
  void Propose(Reaction& reaction);
  void Read(uint64_t number, Reaction& reaction);
  void Transfer(uint64_t target, Reaction& reaction);
  void Change(const std::string& change, Reaction& reaction);
  void Settle(Reaction& reaction);
  void Persist(Reaction& reaction);
  void Say(const Message& message, Reaction& reaction);
  void Check(const Input& input, const Before& before, Reaction& reaction) const;
  void CheckMembers(const Input& input, const Before& before, const std::vector<Entry>& log,
                    Reaction& reaction) const;
  void Cover(const Input& input, const Before& before, const std::vector<Entry>& log,
             Reaction& reaction) const;

  const World* world_;
  NodeId id_;
  uint64_t life_ = 0;  // counts restarts, where read numbers must differ between them
  MemoryLog disk_;
  HardState disk_hard_state_;
  Index disk_applied_;
  bool disk_full_ = false;
  std::deque<Write> writes_;
  uint64_t untaken_ = 0;
  std::unique_ptr<Raft> raft_;
};

}  // namespace symbolon::consensus::exploration
