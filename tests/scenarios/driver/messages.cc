#include "tests/scenarios/driver/messages.h"

#include <absl/strings/str_split.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/status_macros.h"
#include "tests/consensus/memory_log.h"
#include "tests/scenarios/driver/words.h"

namespace symbolon::consensus {
namespace {

using Field = std::pair<std::string, std::string>;

// What a body consists of, told once for reading and for writing.
template <typename V>
void Visit(V& v, PreVoteRequest& m) {
  v("last", m.last);
}
template <typename V>
void Visit(V& v, PreVoteReply& m) {
  v("granted", m.granted);
}
template <typename V>
void Visit(V& v, VoteRequest& m) {
  v("last", m.last);
  v("transfer", m.transfer);
}
template <typename V>
void Visit(V& v, VoteReply& m) {
  v("granted", m.granted);
}
template <typename V>
void Visit(V& v, AppendRequest& m) {
  v("prev", m.prev);
  v("entries", m.entries);
  v("commit", m.commit);
  v("round", m.round);
  v("match", m.match);
}
template <typename V>
void Visit(V& v, AppendReply& m) {
  v("accepted", m.accepted);
  v("last", m.last);
  v("partial", m.partial);
  v("prev", m.prev);
  v("hint", m.hint);
  v("round", m.round);
  v("recovering", m.recovering);
  v("full", m.full);
}
template <typename V>
void Visit(V& v, Heartbeat& m) {
  v("commit", m.commit);
  v("round", m.round);
  v("match", m.match);
}
template <typename V>
void Visit(V& v, HeartbeatReply& m) {
  v("round", m.round);
}
template <typename V>
void Visit(V& v, ReadRequest& m) {
  v("id", m.id);
}
template <typename V>
void Visit(V& v, ReadReply& m) {
  v("id", m.id);
  v("confirmed", m.confirmed);
  v("index", m.index);
}
template <typename V>
void Visit(V&, TimeoutNow&) {}
template <typename V>
void Visit(V& v, Removed& m) {
  v("position", m.position);
}
// Of every kind.
template <typename V>
void VisitEnvelope(V& v, Message& m) {
  v("term", m.term);
  v("incarnation", m.incarnation);
  v("observer", m.observer);
}

const std::array<std::pair<const char*, MessageBody>, 12>& Kinds() {
  static const auto* kinds = new std::array<std::pair<const char*, MessageBody>, 12>{{
      {"pre-vote", PreVoteRequest{}},
      {"pre-vote-reply", PreVoteReply{}},
      {"vote", VoteRequest{}},
      {"vote-reply", VoteReply{}},
      {"append", AppendRequest{}},
      {"append-reply", AppendReply{}},
      {"heartbeat", Heartbeat{}},
      {"heartbeat-reply", HeartbeatReply{}},
      {"read-request", ReadRequest{}},
      {"read-reply", ReadReply{}},
      {"timeout-now", TimeoutNow{}},
      {"removed", Removed{}},
  }};
  return *kinds;
}

std::string KindOf(const Message& message) {
  return Kinds().at(message.body.index()).first;
}

// Reads the fields into words. Entries count by number.
class Printer {
 public:
  std::vector<Field> fields;

  void operator()(const char* name, LogPosition p) { Add(name, fmt::format("{}:{}", p.index, p.term)); }
  void operator()(const char* name, bool b) { Add(name, b ? "yes" : "no"); }
  void operator()(const char* name, uint64_t n) { Add(name, fmt::format("{}", n)); }
  template <typename Tag>
  void operator()(const char* name, Number<Tag> n) {
    Add(name, fmt::format("{}", n));
  }
  void operator()(const char* name, const std::vector<Entry>& entries) {
    Add(name, fmt::format("{}", entries.size()));
  }

 private:
  void Add(const char* name, std::string value) { fields.emplace_back(name, std::move(value)); }
};

std::vector<Field> FieldsOf(Message message) {
  Printer printer;
  VisitEnvelope(printer, message);
  std::visit([&](auto& body) { Visit(printer, body); }, message.body);
  return printer.fields;
}

// Writes fields from words; what is taken is taken off the list.
class Filler {
 public:
  explicit Filler(std::vector<Field> fields) : fields_(std::move(fields)) {}

  absl::Status status;
  const std::vector<Field>& left() const { return fields_; }
  std::optional<std::string> Take(std::string_view name) {
    for (auto it = fields_.begin(); it != fields_.end(); ++it) {
      if (it->first != name) continue;
      std::string value = std::move(it->second);
      fields_.erase(it);
      return value;
    }
    return std::nullopt;
  }

  void operator()(const char* name, LogPosition& p) {
    Set(p, Take(name), ParsePosition);
    position_ = p;
  }
  void operator()(const char* name, uint64_t& n) { Set(n, Take(name), ParseNumber); }
  template <typename Tag>
  void operator()(const char* name, Number<Tag>& n) {
    uint64_t value = n.value();
    Set(value, Take(name), ParseNumber);
    n = Number<Tag>(value);
  }
  void operator()(const char* name, bool& b) {
    if (const auto word = Take(name)) b = *word == "yes";
  }
  // The terms of entries that follow prev. bytes=TEXT: their bytes, instead of those that an entry at this
  // place of a log given in the set-up has.
  void operator()(const char* name, std::vector<Entry>& entries) {
    std::vector<uint64_t> terms;
    Set(terms, Take(name), ParseList);
    const std::string bytes = Take("bytes").value_or("");
    for (uint64_t term : terms)
      entries.push_back(MakeEntry(position_.index.value() + entries.size() + 1, term, bytes));
  }

 private:
  template <typename T, typename F>
  void Set(T& value, const std::optional<std::string>& word, F parse) {
    if (!word) return;
    auto parsed = parse(*word);
    if (parsed.ok()) {
      value = *std::move(parsed);
    } else {
      status.Update(parsed.status());
    }
  }
  std::vector<Field> fields_;
  LogPosition position_;  // the latest one read
};

absl::StatusOr<std::optional<NodeId>> ParseEnd(const std::string& word) {
  if (word == "*") return std::nullopt;
  ASSIGN_OR_RETURN(const uint64_t node, ParseNumber(word));
  return NodeId(node);
}

absl::StatusOr<MessagePattern> Split(std::span<const std::string> words) {
  if (words.size() < 2) return absl::InvalidArgumentError("write: KIND FROM->TO FIELD=VALUE...");
  MessagePattern pattern{words[0], {}, {}, {}};
  const std::vector<std::string> ends = absl::StrSplit(words[1], "->");
  if (ends.size() != 2)
    return absl::InvalidArgumentError(fmt::format("FROM->TO is expected, not \"{}\"", words[1]));
  ASSIGN_OR_RETURN(pattern.from, ParseEnd(ends[0]));
  ASSIGN_OR_RETURN(pattern.to, ParseEnd(ends[1]));
  for (const std::string& word : words.subspan(2)) {
    const size_t equals = word.find('=');
    if (equals == word.npos)
      return absl::InvalidArgumentError(fmt::format("FIELD=VALUE is expected, not \"{}\"", word));
    pattern.fields.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return pattern;
}

const MessageBody* DefaultBody(const std::string& kind) {
  for (const auto& [name, body] : Kinds()) {
    if (kind == name) return &body;
  }
  return nullptr;
}

bool Has(const std::vector<Field>& fields, const std::string& name) {
  for (const Field& field : fields) {
    if (field.first == name) return true;
  }
  return false;
}

}  // namespace

bool MessagePattern::Matches(const Message& message) const {
  if (kind != "any" && kind != KindOf(message)) return false;
  if ((from && *from != message.from) || (to && *to != message.to)) return false;
  const std::vector<Field> all = FieldsOf(message);
  return std::all_of(fields.begin(), fields.end(), [&](const Field& wanted) {
    const bool negated = wanted.first.back() == '!';  // FIELD!=VALUE
    const Field field{wanted.first.substr(0, wanted.first.size() - (negated ? 1 : 0)), wanted.second};
    return negated != (std::find(all.begin(), all.end(), field) != all.end());
  });
}

std::string MessagePattern::ToString() const {
  auto end = [](const std::optional<NodeId>& node) { return node ? fmt::format("{}", *node) : "*"; };
  std::string out = fmt::format("{} {}->{}", kind, end(from), end(to));
  for (const auto& [name, value] : fields) out += fmt::format(" {}={}", name, value);
  return out;
}

absl::StatusOr<MessagePattern> ParsePattern(std::span<const std::string> words) {
  ASSIGN_OR_RETURN(MessagePattern pattern, Split(words));
  if (pattern.kind == "any") return pattern;
  const MessageBody* body = DefaultBody(pattern.kind);
  if (body == nullptr)
    return absl::InvalidArgumentError(fmt::format("there is no message of kind \"{}\"", pattern.kind));
  const std::vector<Field> known = FieldsOf({{}, {}, {}, *body, 0, false});
  for (const auto& [name, value] : pattern.fields) {
    if (!Has(known, name.substr(0, name.find('!'))))
      return absl::InvalidArgumentError(fmt::format("{} has no field \"{}\"", pattern.kind, name));
  }
  return pattern;
}

absl::StatusOr<Message> ParseMessage(std::span<const std::string> words) {
  ASSIGN_OR_RETURN(const MessagePattern pattern, Split(words));
  const MessageBody* body = DefaultBody(pattern.kind);
  if (body == nullptr || !pattern.from || !pattern.to)
    return absl::InvalidArgumentError("one kind, one sender and one receiver are needed");
  Message message{*pattern.from, *pattern.to, Term(), *body, 0, false};
  Filler filler(pattern.fields);
  VisitEnvelope(filler, message);
  std::visit([&](auto& b) { Visit(filler, b); }, message.body);
  RETURN_IF_ERROR(filler.status);
  if (!filler.left().empty())
    return absl::InvalidArgumentError(
        fmt::format("{} has no field \"{}\"", pattern.kind, filler.left()[0].first));
  return message;
}

}  // namespace symbolon::consensus
