#include "api/internal/consensus_conversion.h"

#include <fmt/format.h>

#include <limits>

#include "base/status_macros.h"

namespace symbolon::api::internal {
namespace {

using consensus::Index;
using consensus::NodeId;
using consensus::Term;

void Set(v1::LogPosition* out, const consensus::LogPosition& p) {
  out->set_index(p.index.value());
  out->set_term(p.term.value());
}

void Set(v1::ConsensusEntry* out, const consensus::Entry& entry) {
  out->set_term(entry.term.value());
  out->set_kind(static_cast<uint32_t>(entry.kind));
  out->set_header(entry.data->header);
  out->set_body(entry.data->body);
}

consensus::LogPosition Position(const v1::LogPosition& p) {
  return {Index(p.index()), Term(p.term())};
}

// One overload per kind of body, each naming all of its members: neither a new kind nor a new member compiles
// until it has its place here.
struct BodyWriter {
  v1::ConsensusMessage& out;

  void operator()(const consensus::PreVoteRequest& b) const {
    const auto& [last] = b;
    Set(out.mutable_pre_vote_request()->mutable_last(), last);
  }
  void operator()(const consensus::PreVoteReply& b) const {
    const auto& [granted] = b;
    out.mutable_pre_vote_reply()->set_granted(granted);
  }
  void operator()(const consensus::VoteRequest& b) const {
    const auto& [last, transfer] = b;
    Set(out.mutable_vote_request()->mutable_last(), last);
    out.mutable_vote_request()->set_transfer(transfer);
  }
  void operator()(const consensus::VoteReply& b) const {
    const auto& [granted] = b;
    out.mutable_vote_reply()->set_granted(granted);
  }
  void operator()(const consensus::AppendRequest& b) const {
    const auto& [prev, entries, commit, round, match] = b;
    v1::AppendRequest* append = out.mutable_append_request();
    Set(append->mutable_prev(), prev);
    append->mutable_entries()->Reserve(static_cast<int>(entries.size()));
    for (const consensus::Entry& entry : entries) Set(append->add_entries(), entry);
    append->set_commit(commit.value());
    append->set_round(round);
    append->set_match(match.value());
  }
  void operator()(const consensus::AppendReply& b) const {
    const auto& [accepted, last, partial, prev, hint, round, recovering, full] = b;
    v1::AppendReply* reply = out.mutable_append_reply();
    reply->set_accepted(accepted);
    reply->set_last(last.value());
    reply->set_partial(partial);
    reply->set_prev(prev.value());
    Set(reply->mutable_hint(), hint);
    reply->set_round(round);
    reply->set_recovering(recovering);
    reply->set_full(full);
  }
  void operator()(const consensus::Heartbeat& b) const {
    const auto& [commit, round, match] = b;
    v1::Heartbeat* heartbeat = out.mutable_heartbeat();
    heartbeat->set_commit(commit.value());
    heartbeat->set_round(round);
    heartbeat->set_match(match.value());
  }
  void operator()(const consensus::HeartbeatReply& b) const {
    const auto& [round] = b;
    out.mutable_heartbeat_reply()->set_round(round);
  }
  void operator()(const consensus::ReadRequest& b) const {
    const auto& [id] = b;
    out.mutable_read_request()->set_id(id);
  }
  void operator()(const consensus::ReadReply& b) const {
    const auto& [id, confirmed, index] = b;
    v1::ReadReply* reply = out.mutable_read_reply();
    reply->set_id(id);
    reply->set_confirmed(confirmed);
    reply->set_index(index.value());
  }
  void operator()(const consensus::TimeoutNow&) const { out.mutable_timeout_now(); }
  void operator()(const consensus::Removed& b) const {
    const auto& [position] = b;
    Set(out.mutable_removed()->mutable_position(), position);
  }
};

absl::Status Bad(const std::string& what) {
  return absl::InvalidArgumentError("consensus message: " + what);
}

absl::StatusOr<consensus::Entry> ReadEntry(v1::ConsensusEntry& in, Index index) {
  if (in.kind() > static_cast<uint32_t>(consensus::EntryKind::kConfiguration))
    return Bad("entry of an unknown kind");
  if (in.term() == 0) return Bad("entry without a term");
  if (in.header().empty() || in.header().size() > kMaxEntryHeaderBytes) {
    return Bad(fmt::format("an entry's header has 1 to {} bytes", kMaxEntryHeaderBytes));
  }
  if (in.body().size() > kMaxEntryBodyBytes) {
    return Bad(fmt::format("an entry's body has at most {} bytes", kMaxEntryBodyBytes));
  }
  consensus::Entry entry;
  entry.index = index;
  entry.term = Term(in.term());
  entry.kind = static_cast<consensus::EntryKind>(in.kind());
  entry.data = std::make_shared<const consensus::EntryData>(
      consensus::EntryData{std::move(*in.mutable_header()), std::move(*in.mutable_body())});
  return entry;
}

absl::StatusOr<consensus::MessageBody> ReadAppend(v1::AppendRequest& in, Term term) {
  if (in.entries_size() > kMaxEntriesPerMessage) {
    return Bad(fmt::format("at most {} entries in one message", kMaxEntriesPerMessage));
  }
  if (in.prev().index() > std::numeric_limits<uint64_t>::max() - kMaxEntriesPerMessage) {
    return Bad("prev.index past the end of numbers");
  }
  consensus::AppendRequest append;
  append.prev = Position(in.prev());
  append.entries.reserve(static_cast<size_t>(in.entries_size()));
  Term at = append.prev.term;
  for (v1::ConsensusEntry& e : *in.mutable_entries()) {
    // Terms never fall along a log, and a leader has no entry of a term past its own (Raft paper 5.3).
    if (Term(e.term()) < at || Term(e.term()) > term) return Bad("entry's term out of order");
    at = Term(e.term());
    ASSIGN_OR_RETURN(consensus::Entry entry, ReadEntry(e, append.prev.index + append.entries.size() + 1));
    append.entries.push_back(std::move(entry));
  }
  append.commit = Index(in.commit());
  append.round = in.round();
  append.match = Index(in.match());
  return append;
}

absl::StatusOr<consensus::MessageBody> ReadBody(v1::ConsensusMessage& in) {
  switch (in.body_case()) {
    case v1::ConsensusMessage::kPreVoteRequest:
      return consensus::PreVoteRequest{Position(in.pre_vote_request().last())};
    case v1::ConsensusMessage::kPreVoteReply:
      return consensus::PreVoteReply{in.pre_vote_reply().granted()};
    case v1::ConsensusMessage::kVoteRequest:
      return consensus::VoteRequest{Position(in.vote_request().last()), in.vote_request().transfer()};
    case v1::ConsensusMessage::kVoteReply:
      return consensus::VoteReply{in.vote_reply().granted()};
    case v1::ConsensusMessage::kAppendRequest:
      return ReadAppend(*in.mutable_append_request(), Term(in.term()));
    case v1::ConsensusMessage::kAppendReply: {
      const v1::AppendReply& r = in.append_reply();
      return consensus::AppendReply{.accepted = r.accepted(),
                                    .last = Index(r.last()),
                                    .partial = r.partial(),
                                    .prev = Index(r.prev()),
                                    .hint = Position(r.hint()),
                                    .round = r.round(),
                                    .recovering = r.recovering(),
                                    .full = r.full()};
    }
    case v1::ConsensusMessage::kHeartbeat:
      return consensus::Heartbeat{Index(in.heartbeat().commit()), in.heartbeat().round(),
                                  Index(in.heartbeat().match())};
    case v1::ConsensusMessage::kHeartbeatReply:
      return consensus::HeartbeatReply{in.heartbeat_reply().round()};
    case v1::ConsensusMessage::kReadRequest:
      return consensus::ReadRequest{in.read_request().id()};
    case v1::ConsensusMessage::kReadReply:
      return consensus::ReadReply{in.read_reply().id(), in.read_reply().confirmed(),
                                  Index(in.read_reply().index())};
    case v1::ConsensusMessage::kTimeoutNow:
      return consensus::TimeoutNow{};
    case v1::ConsensusMessage::kRemoved:
      return consensus::Removed{Position(in.removed().position())};
    case v1::ConsensusMessage::BODY_NOT_SET:
      break;
  }
  return Bad("no body, or one of an unknown kind");
}

}  // namespace

v1::ConsensusMessage ToProto(const consensus::Message& message, const Digest& network) {
  const auto& [from, to, term, body, incarnation, observer] = message;
  v1::ConsensusMessage out;
  out.set_network(Bytes(View(network)));
  out.set_from(from.value());
  out.set_to(to.value());
  out.set_term(term.value());
  out.set_incarnation(incarnation);
  out.set_observer(observer);
  std::visit(BodyWriter{out}, body);
  return out;
}

absl::StatusOr<consensus::Message> FromProto(v1::ConsensusMessage&& message, const Link& link) {
  if (message.network() != View(link.network)) return Bad("of another network");
  if (message.from() != link.from) return Bad("sender is not the node of the certificate");
  if (message.to() != link.to) return Bad("addressed to another node");
  consensus::Message read;
  read.from = NodeId(message.from());
  read.to = NodeId(message.to());
  read.term = Term(message.term());
  read.incarnation = message.incarnation();
  read.observer = message.observer();
  ASSIGN_OR_RETURN(read.body, ReadBody(message));
  return read;
}

}  // namespace symbolon::api::internal
