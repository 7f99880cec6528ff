#pragma once
// What tests of membership on one node say often.

#include <string>
#include <utility>
#include <vector>

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {

inline Configuration Members(std::vector<uint64_t> voters, std::vector<uint64_t> learners = {}) {
  std::vector<NodeId> v, l;
  for (uint64_t n : voters) v.push_back(N(n));
  for (uint64_t n : learners) l.push_back(N(n));
  return Configuration(v, l);
}

inline Message AppendFrom(uint64_t from, uint64_t term, LogPosition prev, std::vector<Entry> entries,
                          uint64_t commit = 0) {
  return Msg(from, 1, term, AppendRequest{prev, std::move(entries), I(commit), 0, I(0)});
}

// A leader of three whose own term is committed.
inline TestNode SettledLeader(Configuration configuration = Voters(3)) {
  TestNode node({.configuration = std::move(configuration)});
  node.Lead();
  node.Settle();
  return node;
}

// Node `from` answers what it was sent, everything of it.
inline void CatchUpWith(TestNode& leader, uint64_t from) {
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(leader.Acknowledge(from, leader.raft().last().index).ok());
}

inline std::string Refusal(const absl::StatusOr<LogPosition>& position) {
  EXPECT_FALSE(position.ok());
  return std::string(position.status().message());
}

}  // namespace symbolon::consensus
