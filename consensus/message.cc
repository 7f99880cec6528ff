#include "consensus/message.h"

#include <fmt/format.h>

namespace symbolon::consensus {
namespace {

std::string Text(LogPosition p) {
  return fmt::format("({}, term {})", p.index, p.term);
}
const char* Text(bool granted) {
  return granted ? "granted" : "refused";
}

std::string Text(const PreVoteRequest& m) {
  return fmt::format("pre-vote request, last {}", Text(m.last));
}
std::string Text(const PreVoteReply& m) {
  return fmt::format("pre-vote {}", Text(m.granted));
}
std::string Text(const VoteRequest& m) {
  return fmt::format("vote request, last {}{}", Text(m.last), m.transfer ? ", transfer" : "");
}
std::string Text(const VoteReply& m) {
  return fmt::format("vote {}", Text(m.granted));
}
std::string Text(const AppendRequest& m) {
  return fmt::format("append {} entries after {}, commit {}, round {}, match {}", m.entries.size(),
                     Text(m.prev), m.commit, m.round, m.match);
}
std::string Text(const AppendReply& m) {
  if (m.accepted)
    return fmt::format("append accepted to {}{}{}, round {}", m.last, m.partial ? ", no room for more" : "",
                       m.full ? ", disk full" : "", m.round);
  return fmt::format("append refused after {}, hint {}, round {}{}", m.prev, Text(m.hint), m.round,
                     m.recovering ? ", recovering" : "");
}
std::string Text(const Heartbeat& m) {
  return fmt::format("heartbeat, commit {}, round {}, match {}", m.commit, m.round, m.match);
}
std::string Text(const HeartbeatReply& m) {
  return fmt::format("heartbeat reply, round {}", m.round);
}
std::string Text(const ReadRequest& m) {
  return fmt::format("read request {}", m.id);
}
std::string Text(const ReadReply& m) {
  return fmt::format("read reply {}, {}, index {}", m.id, m.confirmed ? "confirmed" : "failed", m.index);
}
std::string Text(const TimeoutNow&) {
  return "timeout now";
}
std::string Text(const Removed& m) {
  return fmt::format("removed by {}", Text(m.position));
}

}  // namespace

bool IsAnswer(const MessageBody& body) {
  return std::holds_alternative<PreVoteReply>(body) || std::holds_alternative<VoteReply>(body) ||
         std::holds_alternative<AppendReply>(body) || std::holds_alternative<HeartbeatReply>(body) ||
         std::holds_alternative<ReadReply>(body);
}

bool IsOfLeader(const MessageBody& body) {
  return std::holds_alternative<AppendRequest>(body) || std::holds_alternative<Heartbeat>(body) ||
         std::holds_alternative<Removed>(body);
}

size_t MemoryBytes(const Message& message) {
  size_t bytes = sizeof(message);
  if (const auto* append = std::get_if<AppendRequest>(&message.body)) {
    for (const Entry& entry : append->entries) bytes += entry.bytes() + sizeof(entry);
  }
  return bytes;
}

std::string Describe(const Message& message) {
  return fmt::format("{}{} -> {}, term {}: {}", message.from, message.observer ? " (observer)" : "",
                     message.to, message.term,
                     std::visit([](const auto& body) { return Text(body); }, message.body));
}

std::ostream& operator<<(std::ostream& out, const Message& message) {
  return out << Describe(message);
}

}  // namespace symbolon::consensus
