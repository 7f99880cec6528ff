#include "consensus/message_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

namespace symbolon::consensus {
namespace {

// Far beyond any life of a network, far from where counting on would wrap.
constexpr uint64_t kLargest = uint64_t{1} << 62;
// One broken message must not take everybody to the largest term, from which no election leads on. Any term
// up to half of it is believed, of whoever is far behind or new; beyond, what a node can have missed: an
// election in each second for a century.
constexpr uint64_t kLargestLeap = kLargest / 2;
constexpr uint64_t kMostElections = uint64_t{1} << 32;

absl::Status Refuse(const Message& message, const std::string& why) {
  return absl::InvalidArgumentError(fmt::format("refused a message ({}): {}", why, Describe(message)));
}

bool Sane(Index index) {
  return index.value() <= kLargest;
}

// A position is (0, 0) or has both parts, in a term no later than `latest`.
bool Sane(LogPosition p, Term latest) {
  return Sane(p.index) && p.term <= latest && (p.index == Index(0)) == (p.term == Term(0));
}

const char* WhyBad(const Message& message, const AppendRequest& request) {
  if (!Sane(request.prev, message.term) || !Sane(request.commit) || !Sane(request.match))
    return "impossible position";
  LogPosition last = request.prev;
  for (const Entry& entry : request.entries) {
    if (entry.index != Next(last.index)) return "entries do not follow each other";
    if (entry.term == Term(0) || entry.term < last.term || entry.term > message.term)
      return "entry terms out of order";
    if (entry.data == nullptr) return "entry without data";
    if (entry.kind > EntryKind::kConfiguration) return "entry kind not known";
    last = entry.position();
  }
  return nullptr;
}

const char* WhyBad(const Message& message, const PreVoteRequest& m) {
  return Sane(m.last, message.term) ? nullptr : "impossible position";
}
const char* WhyBad(const Message& message, const VoteRequest& m) {
  return Sane(m.last, message.term) ? nullptr : "impossible position";
}
const char* WhyBad(const Message&, const AppendReply& m) {
  return Sane(m.last) && Sane(m.prev) && Sane(m.hint.index) ? nullptr : "impossible position";
}
const char* WhyBad(const Message&, const Heartbeat& m) {
  return Sane(m.commit) && Sane(m.match) ? nullptr : "impossible position";
}
const char* WhyBad(const Message&, const ReadReply& m) {
  return Sane(m.index) ? nullptr : "impossible position";
}
const char* WhyBad(const Message&, const Removed& m) {
  return m.position.index != Index(0) && Sane(m.position, m.position.term) ? nullptr : "impossible position";
}
template <typename Body>
bool Acts(const Body&) {
  return std::is_same_v<Body, PreVoteRequest> || std::is_same_v<Body, VoteRequest> ||
         std::is_same_v<Body, AppendRequest> || std::is_same_v<Body, Heartbeat> ||
         std::is_same_v<Body, TimeoutNow>;
}

template <typename Body>
const char* WhyBad(const Message&, const Body&) {
  return nullptr;
}

}  // namespace

absl::Status CheckMessage(const Message& message, Term own) {
  if (message.from == NodeId(0) || message.from == message.to) return Refuse(message, "impossible sender");
  // Who leads or stands for election has a term; a new node that only answers has none yet.
  const bool acts = std::visit([](const auto& body) { return Acts(body); }, message.body);
  if (message.term.value() > kLargest || (acts && message.term == Term(0))) {
    return Refuse(message, "impossible term");
  }
  if (message.term.value() > std::max(own.value(), kLargestLeap) + kMostElections) {
    return Refuse(message, fmt::format("a term impossibly far above the own, {}", own));
  }
  const char* why = std::visit([&](const auto& body) { return WhyBad(message, body); }, message.body);
  return why == nullptr ? absl::OkStatus() : Refuse(message, why);
}

}  // namespace symbolon::consensus
