#pragma once
// Every state of one node, message and log that an exploration has met, each once and by number; and what
// becomes of a node in each state by each input, found out once by running the core, and looked up from then
// on.

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/exploration/node.h"

namespace symbolon::consensus::exploration {

// Numbers given in the order met.
using NodeState = uint32_t;
using MessageId = uint16_t;
using LogId = uint16_t;

constexpr NodeState kNoState = UINT32_MAX;
constexpr MessageId kNoMessage = UINT16_MAX;

// A log as the identities of its entries (index, term, kind and bytes), and the term of each.
struct LogItem {
  uint16_t entry = 0;
  uint8_t term = 0;
  friend auto operator<=>(const LogItem&, const LogItem&) = default;
};
using LogItems = std::vector<LogItem>;

class Logs {
 public:
  LogId IdOf(const std::vector<Entry>& entries);
  const LogItems& operator[](LogId id) const { return logs_[id]; }
  LogItem ItemOf(const Entry& entry);
  const Entry& entry(LogItem item) const { return known_[item.entry]; }

  // The length of the prefix that two logs share, entry by entry.
  uint8_t Common(LogId a, LogId b);
  // Raft paper 5.3, log matching: entries of one index and term are the same, and so is all before them.
  bool Match(LogId a, LogId b);

 private:
  uint8_t Compare(LogId a, LogId b);

  std::map<std::string, uint16_t> entries_;
  std::vector<Entry> known_;
  std::map<LogItems, LogId> ids_;
  std::vector<LogItems> logs_;
  absl::flat_hash_map<uint32_t, uint8_t> compared_;
};

// What the rules that concern several nodes look at.
struct Facts {
  Role role = Role::kFollower;
  uint8_t term = 0;
  uint8_t commit = 0;
  uint8_t disk_term = 0;
  uint8_t voters = 0;               // of the newest configuration in its log: a bit for each node
  LogId log = 0;                    // as its writes make it, once they are done
  LogId disk = 0;                   // as it would be found after a crash
  std::vector<uint8_t> match = {};  // by node, from 0; of a leader
  friend auto operator<=>(const Facts&, const Facts&) = default;
};

// What others see of a step.
struct Output {
  std::vector<MessageId> said;  // each once
  std::vector<ReadState> reads;
  std::vector<ProposalOutcome> proposals;
  std::vector<TransferOutcome> transfers;
  Coverage coverage;
  std::string violation;
};

struct Transition {
  NodeState next = kNoState;
  uint32_t output = 0;
  bool is_new = false;  // found out just now
};

// An input by numbers.
struct Step {
  Kind kind = Kind::kTimeout;
  uint16_t argument = 0;  // kDeliver: the message; kRead: the read; kTransfer: the target; kChange: which
  friend bool operator==(const Step&, const Step&) = default;
};

// How a state of a node was met first. from = kNoState: as its first start.
struct Origin {
  NodeState from = kNoState;
  Step step;
};

class Catalogue {
 public:
  // `check_twins`: a state that is reached in two ways is kept in both, and whatever happens to it happens to
  // both; a difference is a violation (of the promise that equal fingerprints behave the same).
  explicit Catalogue(const World& world, bool check_twins = false)
      : world_(world), check_twins_(check_twins) {}

  NodeState FirstStart(NodeId id);
  Transition Do(NodeState state, Step step);

  const Facts& facts(NodeState state) const { return facts_[facts_of_[state]]; }
  uint32_t facts_id(NodeState state) const { return facts_of_[state]; }
  const Node& node(NodeState state) const { return *nodes_[state]; }
  const Origin& origin(NodeState state) const { return origins_[state]; }
  const Output& output(uint32_t id) const { return outputs_[id]; }
  const Message& message(MessageId id) const { return messages_[id]; }
  MessageId IdOf(const Message& message);
  Logs& logs() { return logs_; }

  size_t nodes() const { return nodes_.size(); }
  size_t messages() const { return messages_.size(); }
  size_t transitions() const { return transitions_.size(); }

 private:
  // 128 bits of SHA-256 stand for a fingerprint.
  using Key = std::pair<uint64_t, uint64_t>;

  Transition Find(NodeState state, Step step);
  NodeState IdOf(std::unique_ptr<Node> node, std::optional<uint32_t> facts, Origin origin);
  uint32_t FactsOf(const Node& node);
  uint32_t OutputOf(Reaction reaction);
  Key KeyOf(const Node& node, uint32_t facts) const;
  std::string CompareTwin(NodeState state, const Input& input, const Reaction& reaction,
                          const Node& after) const;

  const World& world_;
  bool check_twins_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<Origin> origins_;
  absl::flat_hash_map<NodeState, std::unique_ptr<Node>> twins_;
  std::vector<uint32_t> facts_of_;
  absl::flat_hash_map<Key, NodeState> ids_;
  std::map<Facts, uint32_t> facts_ids_;
  std::deque<Facts> facts_;
  std::deque<Output> outputs_;
  absl::flat_hash_map<std::string, uint32_t> output_ids_;
  std::deque<Message> messages_;
  absl::flat_hash_map<std::string, MessageId> message_ids_;
  absl::flat_hash_map<uint64_t, Transition> transitions_;
  Logs logs_;
};

}  // namespace symbolon::consensus::exploration
