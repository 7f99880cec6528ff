#pragma once
// Compares what the other nodes have signed with this node's own tree, all the time. Raft trusts its leader:
// one that gave two followers two histories would be found by neither. The signed note is proof of it, for
// ever.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "api/backend.h"
#include "base/bytes.h"
#include "ledger/checkpoint/checkpoint.h"
#include "ledger/genesis.h"
#include "ledger/registry.h"

namespace symbolon::node {

// Belongs to one thread; answers may come on any, also when it is no more.
class CheckpointComparer {
 public:
  // A node has signed another tree than this node's of the same size.
  struct Difference {
    uint64_t node = 0;
    std::string name;
    uint64_t size = 0;
    Digest own_root{}, signed_root{};
    uint64_t agreed_size = 0;  // of the largest tree that was the same: the first other entry lies behind it
    Bytes note;                // as it was signed
  };

  struct Callbacks {
    // Of this node's tree when it had that size; it has at least that.
    std::function<absl::StatusOr<Digest>(uint64_t size)> root_at;
    // Asks for the checkpoint that the node shows. False when it cannot be asked now; `done` is not called
    // then.
    std::function<bool(uint64_t node, api::Done<Bytes> done)> fetch;
    // What came was no checkpoint of that node's.
    std::function<void(const ledger::Node& from, const absl::Status& why)> refused;
    // Once for each node.
    std::function<void(const Difference& difference)> differs;
  };

  CheckpointComparer(uint64_t self, const ledger::Genesis* genesis, Callbacks callbacks)
      : self_(self), genesis_(*genesis), callbacks_(std::move(callbacks)) {}

  // Compares what has come, as far as the own tree, of `size` leaves, reaches; then asks one more member. A
  // checkpoint of a larger tree waits, and its node is not asked again before: who joins compares its whole
  // way with what the others had signed when it began (L24).
  void Turn(const ledger::Registry& registry, uint64_t size);

  // A majority of the voters has signed other trees: it is this node's history that is wrong. What fewer say
  // stops nobody, or one liar could stop all.
  bool IsOutvoted(const ledger::Registry& registry) const;

 private:
  struct Signed {
    ledger::Checkpoint checkpoint;
    Bytes note;
  };
  struct Answers;

  void TakeAnswers(const ledger::Registry& registry);
  absl::StatusOr<Signed> Check(const ledger::Node& from, Bytes note) const;
  void Compare(const ledger::Registry& registry, uint64_t size);
  void AskNext(const ledger::Registry& registry);

  const uint64_t self_;
  const ledger::Genesis& genesis_;
  const Callbacks callbacks_;
  const std::shared_ptr<Answers> answers_ = MakeAnswers();
  static std::shared_ptr<Answers> MakeAnswers();

  // By node number.
  std::set<uint64_t> asked_;
  std::map<uint64_t, Signed> waiting_;
  std::map<uint64_t, uint64_t> agreed_;  // sizes
  std::set<uint64_t> differing_;
  uint64_t last_asked_ = 0;
};

}  // namespace symbolon::node
