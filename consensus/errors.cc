#include "consensus/errors.h"

#include <absl/strings/cord.h>
#include <fmt/format.h>

#include <charconv>
#include <string>

namespace symbolon::consensus {
namespace {

constexpr char kNotLeaderUrl[] = "symbolon/consensus/not-leader";
constexpr char kTransferringUrl[] = "symbolon/consensus/transferring";
constexpr char kNoSpaceUrl[] = "symbolon/consensus/no-space";
constexpr char kBusyUrl[] = "symbolon/consensus/busy";

std::optional<NodeId> ParseNode(const absl::Status& status, const char* url) {
  auto payload = status.GetPayload(url);
  if (!payload) return std::nullopt;
  const std::string text(*payload);
  uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0) return std::nullopt;
  return NodeId(value);
}

absl::Status WithPayload(absl::Status status, const char* url, const std::string& payload) {
  status.SetPayload(url, absl::Cord(payload));
  return status;
}

}  // namespace

absl::Status NotLeaderError(std::optional<NodeId> leader) {
  if (!leader) {
    return WithPayload(
        absl::FailedPreconditionError("this node does not lead and knows no leader; try again"),
        kNotLeaderUrl, "");
  }
  return WithPayload(
      absl::FailedPreconditionError(fmt::format("this node does not lead; node {} does", *leader)),
      kNotLeaderUrl, fmt::format("{}", *leader));
}

bool IsNotLeader(const absl::Status& status) {
  return status.GetPayload(kNotLeaderUrl).has_value();
}

absl::Status TransferringError(NodeId target) {
  return WithPayload(
      absl::UnavailableError(fmt::format("leadership is moving to node {}; try again there", target)),
      kTransferringUrl, fmt::format("{}", target));
}

bool IsTransferring(const absl::Status& status) {
  return status.GetPayload(kTransferringUrl).has_value();
}

absl::Status BusyError(size_t waiting, size_t limit) {
  return WithPayload(absl::ResourceExhaustedError(fmt::format(
                         "{} of at most {} are waiting already; try again after a pause", waiting, limit)),
                     kBusyUrl, "");
}

bool IsBusy(const absl::Status& status) {
  return status.GetPayload(kBusyUrl).has_value();
}

absl::Status NoSpaceError() {
  return WithPayload(
      absl::ResourceExhaustedError(
          "the leader's disk is full: it takes no proposals until space is freed there, or until "
          "another node leads"),
      kNoSpaceUrl, "");
}

bool IsNoSpace(const absl::Status& status) {
  return status.GetPayload(kNoSpaceUrl).has_value();
}

std::optional<NodeId> RetryAt(const absl::Status& status) {
  if (auto leader = ParseNode(status, kNotLeaderUrl)) return leader;
  return ParseNode(status, kTransferringUrl);
}

}  // namespace symbolon::consensus
