#pragma once
// What a scenario's expected output says of the nodes, freed from its wording.

#include <absl/status/status.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tests/conformance/etcd/datadriven.h"

namespace symbolon::conformance {

// By node and field. Terms and indexes are those of the scenario.
//
//   term, commit, leader, vote   a number; 0: none
//   role                         follower, candidate, leader
//   last                         term/index of the last entry
//   entry <index>                term/index kind, and what a proposal says
//   configuration                voters=(1 2 3), and learners=(4) if there are any
//   match of <node>              what a leader has counted as acknowledged
//
// and these, which speak of one command only:
//
//   answer                       ok or dropped, to a proposal
//   progress of <node>           state match= next=, and inactive
//   votes                        which this node asked for, gave and refused, a line each, sorted
//   refusals                     where refused appends have moved whose progress, a line each
using Facts = std::map<std::pair<uint64_t, std::string>, std::string>;

bool IsOfOneCommand(std::string_view field);

// What is known to be so after each command, as far as the text says.
class ExpectedFacts {
 public:
  // Takes over what the output of `directive` says. While the log level is none nothing is said, so nothing
  // is known. Lines of the log that say nothing of the fields above are passed over; any other line of
  // unknown form is an error.
  absl::Status Read(const Directive& directive);

  const Facts& facts() const { return facts_; }

 private:
  absl::Status ReadLine(const std::string& line);
  void ReadLog(const std::string& line);
  bool ReadReady(const std::string& line);
  bool ReadEntry(const std::string& line);
  bool ReadMessage(const std::string& line);
  bool ReadProgress(const std::string& line);
  void SetLast(uint64_t node, const std::string& term, const std::string& index);
  void ForgetMatches(uint64_t node);
  void Set(uint64_t node, const std::string& field, std::string value) {
    facts_[{node, field}] = std::move(value);
  }
  void Add(uint64_t node, const std::string& field, std::string line);

  Facts facts_;
  bool quiet_ = false;
  uint64_t node_ = 0;    // whom the lines concern
  std::string section_;  // of a Ready: Entries, CommittedEntries, Messages
  bool receiving_ = false;
};

// "a" joined with lines, sorted.
std::string WithLine(std::string lines, std::string line);

}  // namespace symbolon::conformance
