#pragma once
// The words of a line after its verb, read from left to right.

#include <absl/status/status.h>

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/types.h"

namespace symbolon::consensus {

// Whatever is wrong is remembered, and told by Done(); until then defaults are returned.
class Args {
 public:
  // `nodes`: the ids that exist, and what `all` means.
  Args(std::span<const std::string> words, std::vector<NodeId> nodes)
      : words_(words), nodes_(std::move(nodes)) {}

  bool empty() const { return at_ == words_.size(); }
  std::string Word(const char* what);
  uint64_t Number(const char* what);
  NodeId Node();
  // At least one number; or `all`.
  std::vector<NodeId> Nodes();
  // The next word if it is a number.
  std::optional<uint64_t> NumberIfAny();
  // The next word if it is this one.
  bool Skip(std::string_view word);
  // NAME=VALUE, wherever it stands among the rest.
  std::optional<uint64_t> Option(std::string_view name);
  // All that is left.
  std::span<const std::string> Rest();

  // InvalidArgument when something was missing, wrong, or is left over.
  absl::Status Done();

 private:
  void Fail(std::string what);
  NodeId ParseNode(const std::string& word);

  std::span<const std::string> words_;
  std::vector<NodeId> nodes_;
  size_t at_ = 0;
  std::set<size_t> used_;  // options read out of order
  absl::Status status_;
};

}  // namespace symbolon::consensus
