#include "tests/exploration/coverage.h"

namespace symbolon::consensus::exploration {

std::string_view Name(Rule rule) {
  constexpr std::array<std::string_view, kRules> kNames = {
      "elected",
      "vote granted",
      "vote refused",
      "pre-vote granted",
      "pre-vote refused",
      "candidate gave up",
      "leader deposed",
      "leader left by itself",
      "term learned",
      "old term answered",
      "append accepted",
      "append known",
      "append refused",
      "no room",
      "entries cut",
      "durable entries cut",
      "late write",
      "unsynced lost",
      "commit by leader",
      "commit of older term",
      "commit by follower",
      "message ignored",
      "read confirmed",
      "read failed",
      "proposal committed",
      "proposal dropped",
      "proposal unknown",
      "transfer done",
      "transfer given up",
      "change committed",
      "change cut",
      "removed told",
  };
  return kNames[static_cast<size_t>(rule)];
}

}  // namespace symbolon::consensus::exploration
