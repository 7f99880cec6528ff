#include "tests/scenarios/driver/args.h"

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <fmt/format.h>

#include <algorithm>

#include "tests/scenarios/driver/words.h"

namespace symbolon::consensus {

void Args::Fail(std::string what) {
  status_.Update(absl::InvalidArgumentError(std::move(what)));
}

std::string Args::Word(const char* what) {
  while (used_.contains(at_)) ++at_;
  if (empty()) return Fail(fmt::format("{} is missing", what)), "";
  return words_[at_++];
}

uint64_t Args::Number(const char* what) {
  const std::string word = Word(what);
  const auto number = ParseNumber(word);
  if (!number.ok()) Fail(fmt::format("{} is expected, not \"{}\"", what, word));
  return number.value_or(0);
}

NodeId Args::ParseNode(const std::string& word) {
  const NodeId node(ParseNumber(word).value_or(0));
  if (std::find(nodes_.begin(), nodes_.end(), node) != nodes_.end()) return node;
  Fail(fmt::format("there is no node \"{}\"", word));
  return nodes_.front();
}

NodeId Args::Node() {
  return ParseNode(Word("a node"));
}

std::vector<NodeId> Args::Nodes() {
  if (Skip("all")) return nodes_;
  std::vector<NodeId> out = {Node()};
  while (const auto number = NumberIfAny()) out.push_back(ParseNode(fmt::format("{}", *number)));
  return out;
}

std::optional<uint64_t> Args::NumberIfAny() {
  while (used_.contains(at_)) ++at_;
  if (empty()) return std::nullopt;
  const auto number = ParseNumber(words_[at_]);
  if (!number.ok()) return std::nullopt;
  ++at_;
  return *number;
}

bool Args::Skip(std::string_view word) {
  while (used_.contains(at_)) ++at_;
  if (empty() || words_[at_] != word) return false;
  ++at_;
  return true;
}

std::optional<uint64_t> Args::Option(std::string_view name) {
  for (size_t i = at_; i < words_.size(); ++i) {
    if (!absl::StartsWith(words_[i], fmt::format("{}=", name))) continue;
    used_.insert(i);
    const auto number = ParseNumber(words_[i].substr(name.size() + 1));
    if (!number.ok()) Fail(fmt::format("{}: {}", name, std::string(number.status().message())));
    return number.value_or(0);
  }
  return std::nullopt;
}

std::span<const std::string> Args::Rest() {
  return words_.subspan(std::exchange(at_, words_.size()));
}

absl::Status Args::Done() {
  while (used_.contains(at_)) ++at_;
  if (status_.ok() && !empty()) Fail(fmt::format("\"{}\" is not understood here", words_[at_]));
  return status_;
}

}  // namespace symbolon::consensus
