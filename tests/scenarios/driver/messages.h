#pragma once
// Messages as a scenario names them: KIND FROM->TO FIELD=VALUE...

#include <absl/status/statusor.h>

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "consensus/message.h"

namespace symbolon::consensus {

// append 1->2 entries=0 commit=3; any *->2
struct MessagePattern {
  std::string kind;            // "any": of every kind
  std::optional<NodeId> from;  // nullopt: any
  std::optional<NodeId> to;
  std::vector<std::pair<std::string, std::string>> fields;

  bool Matches(const Message& message) const;
  std::string ToString() const;
};

// InvalidArgument when a kind or one of its fields is not known.
absl::StatusOr<MessagePattern> ParsePattern(std::span<const std::string> words);

// The message that the words describe, all of its kind's fields not named at their defaults.
absl::StatusOr<Message> ParseMessage(std::span<const std::string> words);

}  // namespace symbolon::consensus
