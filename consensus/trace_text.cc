#include "consensus/trace_text.h"

#include <absl/functional/function_ref.h>
#include <absl/strings/str_join.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <array>
#include <string_view>

#include "base/sha256.h"
#include "base/text_encoding.h"

namespace symbolon::consensus {
namespace {

template <typename Range, typename F>
std::string List(const Range& range, F text) {
  return "[" + absl::StrJoin(range, ",", [&](std::string* out, const auto& item) { *out += text(item); }) +
         "]";
}

std::string Text(NodeId node) {
  return fmt::format("{}", node);
}
std::string Text(std::optional<NodeId> node) {
  return node ? Text(*node) : "null";
}

std::string_view Name(EntryKind kind) {
  switch (kind) {
    case EntryKind::kNoOp:
      return "no_op";
    case EntryKind::kNormal:
      return "normal";
    case EntryKind::kConfiguration:
      return "configuration";
  }
  return "unknown";
}

std::string_view Name(Role role) {
  constexpr std::array<std::string_view, 4> kNames = {"follower", "pre_candidate", "candidate", "leader"};
  return kNames[static_cast<size_t>(role)];
}

// Tells entries apart. The length keeps header and body from running into each other.
std::string DigestOf(const EntryData* data) {
  if (data == nullptr) return "";  // of a message that will be refused
  const std::string length = fmt::format("{}:", data->header.size());
  return ToHex(Sha256({length, data->header, data->body})).substr(0, 16);
}

std::string StandingText(Standing standing) {
  return standing == Standing::kMember ? "" : fmt::format(R"(,"standing":"{}")", fmt::streamed(standing));
}

// A field that is there only when it is true.
std::string Flag(std::string_view name, bool value) {
  return value ? fmt::format(R"(,"{}":true)", name) : "";
}
// A field that is there only when it is not 0.
std::string NonZero(std::string_view name, uint64_t value) {
  return value != 0 ? fmt::format(R"(,"{}":{})", name, value) : "";
}

std::string Body(const PreVoteRequest& m) {
  return fmt::format(R"("type":"pre_vote_request","last":{})", TraceText(m.last));
}
std::string Body(const PreVoteReply& m) {
  return fmt::format(R"("type":"pre_vote_reply","granted":{})", m.granted);
}
std::string Body(const VoteRequest& m) {
  return fmt::format(R"("type":"vote_request","last":{},"transfer":{})", TraceText(m.last), m.transfer);
}
std::string Body(const VoteReply& m) {
  return fmt::format(R"("type":"vote_reply","granted":{})", m.granted);
}
std::string Body(const AppendRequest& m) {
  return fmt::format(R"("type":"append_request","prev":{},"entries":{},"commit":{},"round":{},"match":{})",
                     TraceText(m.prev), TraceText(m.entries), m.commit, m.round, m.match);
}
std::string Body(const AppendReply& m) {
  if (m.accepted) {
    return fmt::format(R"("type":"append_reply","accepted":true,"last":{},"partial":{},"round":{}{})", m.last,
                       m.partial, m.round, Flag("full", m.full));
  }
  return fmt::format(R"("type":"append_reply","accepted":false,"prev":{},"hint":{},"round":{}{})", m.prev,
                     TraceText(m.hint), m.round, Flag("recovering", m.recovering));
}
std::string Body(const Heartbeat& m) {
  return fmt::format(R"("type":"heartbeat","commit":{},"round":{},"match":{})", m.commit, m.round, m.match);
}
std::string Body(const HeartbeatReply& m) {
  return fmt::format(R"("type":"heartbeat_reply","round":{})", m.round);
}
std::string Body(const ReadRequest& m) {
  return fmt::format(R"("type":"read_request","id":{})", m.id);
}
std::string Body(const ReadReply& m) {
  return fmt::format(R"("type":"read_reply","id":{},"confirmed":{},"index":{})", m.id, m.confirmed, m.index);
}
std::string Body(const TimeoutNow&) {
  return R"("type":"timeout_now")";
}

std::string Body(const Removed& m) {
  return fmt::format(R"("type":"removed","position":{})", TraceText(m.position));
}

std::string Text(const std::vector<Message>& messages) {
  return List(messages, [](const Message& m) { return TraceText(m); });
}
std::string Text(const ReadState& read) {
  return fmt::format(R"({{"id":{},"confirmed":{},"index":{}}})", read.id, read.confirmed, read.index);
}
std::string Text(const ProposalOutcome& proposal) {
  return fmt::format(R"({{"position":{},"outcome":"{}"}})", TraceText(proposal.position),
                     fmt::streamed(proposal.outcome));
}
std::string Text(const TransferOutcome& transfer) {
  return fmt::format(R"({{"target":{},"done":{}}})", transfer.target, transfer.done);
}
std::string Text(const RoleChange& change) {
  return fmt::format(R"({{"role":"{}","term":{},"leader":{}}})", Name(change.role), change.term,
                     Text(change.leader));
}
std::string Text(const Raft::PeerProgress& peer) {
  return fmt::format(R"({{"node":{},"match":{},"next":{},"state":"{}","active":{}{}}})", peer.node,
                     peer.match, peer.next, peer.state == Progress::State::kProbe ? "probe" : "replicate",
                     peer.active, Flag("observer", peer.observer));
}

}  // namespace

std::string TraceText(LogPosition position) {
  return fmt::format("[{},{}]", position.index, position.term);
}

std::string TraceText(const Entry& entry) {
  return fmt::format(R"([{},{},"{}","{}"])", entry.index, entry.term, Name(entry.kind),
                     DigestOf(entry.data.get()));
}

std::string TraceText(const std::vector<Entry>& entries) {
  return List(entries, [](const Entry& entry) { return TraceText(entry); });
}

std::string TraceText(const Configuration& configuration) {
  auto ids = [](const std::vector<NodeId>& nodes) {
    return List(nodes, [](NodeId node) { return Text(node); });
  };
  return fmt::format(R"({{"voters":{},"learners":{}}})", ids(configuration.voters()),
                     ids(configuration.learners()));
}

std::string TraceText(const HardState& hard_state) {
  return fmt::format(R"({{"term":{},"vote":{}}})", hard_state.term, Text(hard_state.vote));
}

std::string TraceText(const Message& message) {
  return fmt::format(R"({{"from":{},"to":{},"term":{},{}{}{}}})", message.from, message.to, message.term,
                     std::visit([](const auto& body) { return Body(body); }, message.body),
                     NonZero("incarnation", message.incarnation), Flag("observer", message.observer));
}

std::string TraceText(const Options& options) {
  std::string out = fmt::format(
      R"({{"election_ticks":{},"heartbeat_ticks":{},"read_timeout_ticks":{},"proposal_timeout_ticks":{})",
      options.election_ticks, options.heartbeat_ticks, options.read_timeout_ticks,
      options.proposal_timeout_ticks);
  out += NonZero("election_delay_ticks", options.election_delay_ticks);
  out += NonZero("incarnation", options.incarnation);
  out += StandingText(options.standing);
  if (options.standing == Standing::kRecovering)
    out += fmt::format(R"(,"promised":{})", TraceText(options.promised));
  return out + "}";
}

std::string TraceText(const absl::Status& status) {
  return status.ok() ? "ok" : absl::StatusCodeToString(status.code());
}

std::string TraceText(const Effects& effects) {
  std::string out;
  if (effects.hard_state) out += fmt::format(R"("hard_state":{},)", TraceText(*effects.hard_state));
  out += fmt::format(R"("append":{},"token":{},"messages_now":{},"messages_after_persist":{},)",
                     TraceText(effects.append), effects.token, Text(effects.messages_now),
                     Text(effects.messages_after_persist));
  out += fmt::format(R"("commit":{},"applicable":{})", effects.commit, effects.applicable);
  auto add = [&](std::string_view name, const auto& items) {
    if (!items.empty())
      out += fmt::format(R"(,"{}":{})", name, List(items, [](const auto& item) { return Text(item); }));
  };
  add("reads", effects.reads);
  add("proposals", effects.proposals);
  add("transfers", effects.transfers);
  if (effects.role_change) out += fmt::format(R"(,"role_change":{})", Text(*effects.role_change));
  if (effects.removed) out += fmt::format(R"(,"removed":{})", TraceText(*effects.removed));
  return out;
}

std::string TraceState(const Raft& raft) {
  std::string out = fmt::format(
      R"({{"term":{},"vote":{},"role":"{}","leader":{},"last":{},"durable":{},"commit":{},"applied":{})",
      raft.term(), Text(raft.hard_state().vote), Name(raft.role()), Text(raft.leader()),
      TraceText(raft.last()), raft.durable(), raft.commit(), raft.applied());
  out += fmt::format(R"(,"configuration":{})", TraceText(raft.configuration()));
  out += StandingText(raft.standing());
  if (raft.standing() == Standing::kRecovering)
    out += fmt::format(R"(,"promised":{})", TraceText(raft.promised()));
  if (raft.removed()) out += fmt::format(R"(,"removed":{})", TraceText(*raft.removed()));
  if (raft.role() != Role::kLeader) {
    out += fmt::format(R"(,"timer":{})", raft.election_elapsed());
  } else {
    out += fmt::format(R"(,"peers":{})", List(raft.Peers(), [](const auto& peer) { return Text(peer); }));
  }
  if (!raft.failure().ok()) out += fmt::format(R"(,"failed":"{}")", TraceText(raft.failure()));
  return out + "}";
}

}  // namespace symbolon::consensus
