// Set-up, dispatch and checks. The other verbs: verbs.cc.

#include "tests/scenarios/driver/run.h"

#include <absl/strings/match.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/status_macros.h"
#include "tests/scenarios/driver/expectation.h"
#include "tests/scenarios/driver/words.h"

namespace symbolon::consensus {
namespace {

constexpr size_t kMostNodes = 7;  // so that no two have the same election timeout

// Numbers of Options that a scenario may set.
size_t* SizeOption(Options& o, const std::string& name) {
  if (name == "max_append_bytes") return &o.max_append_bytes;
  if (name == "max_inflight_bytes") return &o.max_inflight_bytes;
  if (name == "max_inflight_messages") return &o.max_inflight_messages;
  if (name == "max_uncommitted_bytes") return &o.max_uncommitted_bytes;
  if (name == "max_unpersisted_bytes") return &o.max_unpersisted_bytes;
  if (name == "tail_cache_bytes") return &o.tail_cache_bytes;
  if (name == "max_pending_reads") return &o.max_pending_reads;
  return nullptr;
}

uint64_t* TickOption(Options& o, const std::string& name) {
  if (name == "heartbeat_ticks") return &o.heartbeat_ticks;
  if (name == "election_delay_ticks") return &o.election_delay_ticks;
  if (name == "read_timeout_ticks") return &o.read_timeout_ticks;
  if (name == "proposal_timeout_ticks") return &o.proposal_timeout_ticks;
  return nullptr;
}

// What a line says about how its verb ends: VERB ... -> refused "text", or -> stops "text".
struct Ending {
  std::string kind;  // empty: it succeeds and nobody stops
  std::string text;
};

absl::StatusOr<Ending> SplitEnding(std::vector<std::string>& words) {
  const auto arrow = std::find(words.begin(), words.end(), "->");
  if (arrow == words.end()) return Ending{};
  const std::vector<std::string> rest(arrow + 1, words.end());
  words.erase(arrow, words.end());
  if (rest.size() != 2 || (rest[0] != "refused" && rest[0] != "stops"))
    return absl::InvalidArgumentError("after -> write: refused \"text\", or: stops \"text\"");
  return Ending{rest[0], rest[1]};
}

bool OneContains(const std::vector<std::string>& all, const std::string& text) {
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& s) { return absl::StrContains(s, text); });
}

}  // namespace

const std::map<std::string_view, Run::Verb>& Run::SetupVerbs() {
  static const auto* verbs = new std::map<std::string_view, Verb>{
      {"voters", &Run::Voters}, {"learners", &Run::Learners}, {"others", &Run::Others},
      {"node", &Run::Node},     {"option", &Run::Option},
  };
  return *verbs;
}

const std::map<std::string_view, Run::Verb>& Run::Verbs() {
  static const auto* verbs = new std::map<std::string_view, Verb>{
      {"tick", &Run::Tick},           {"timeout", &Run::Timeout},
      {"run", &Run::RunOn},           {"elect", &Run::Elect},
      {"propose", &Run::Propose},     {"read", &Run::Read},
      {"transfer", &Run::Transfer},   {"change", &Run::Change},
      {"deliver", &Run::Deliver},     {"drop", &Run::Drop},
      {"hold", &Run::Hold},           {"copy", &Run::Copy},
      {"release", &Run::Release},     {"inject", &Run::Inject},
      {"settle", &Run::Settle},       {"cut", &Run::Cut},
      {"partition", &Run::Partition}, {"isolate", &Run::Isolate},
      {"heal", &Run::Heal},           {"disk", &Run::Disk},
      {"persist", &Run::Persist},     {"write", &Run::Write},
      {"complete", &Run::Complete},   {"fail-write", &Run::FailWrite},
      {"lose", &Run::Lose},           {"unreadable", &Run::Unreadable},
      {"backup", &Run::Backup},       {"restore", &Run::Restore},
      {"applying", &Run::Applying},   {"apply", &Run::Apply},
      {"crash", &Run::Crash},         {"power-loss", &Run::PowerLoss},
      {"restart", &Run::Restart},     {"pause", &Run::Pause},
      {"resume", &Run::Resume},       {"expect", &Run::Expect},
      {"never", &Run::Never},
  };
  return *verbs;
}

absl::Status Run::Execute(const Line& line) {
  absl::Status status = Do(line);
  // A broken invariant tells more than what follows from it.
  if (world_) watched_.Update(world_->Invariant());
  return watched_.ok() ? status : watched_;
}

absl::Status Run::Do(const Line& line) {
  std::vector<std::string> words = line.words;
  ASSIGN_OR_RETURN(const Ending ending, SplitEnding(words));
  const std::span<const std::string> rest = std::span(words).subspan(1);
  if (const auto setup = SetupVerbs().find(words[0]); setup != SetupVerbs().end()) {
    if (world_) return absl::InvalidArgumentError("the set-up stands before all that happens");
    std::vector<NodeId> any;
    for (size_t i = 1; i <= kMostNodes; ++i) any.push_back(NodeId(i));
    Args args(rest, any);
    return (this->*setup->second)(args);
  }
  const auto verb = Verbs().find(words[0]);
  if (verb == Verbs().end())
    return absl::InvalidArgumentError(fmt::format("there is no verb \"{}\"", words[0]));
  if (!world_) RETURN_IF_ERROR(BeginWorld());
  if (words[0] == "never") {
    never_.push_back(line);
    never_.back().words.assign(rest.begin(), rest.end());
  }
  Args args(rest, world_->nodes());
  const absl::Status status = (this->*verb->second)(args);
  const std::vector<std::string> stops = world_->TakeStops();
  if (ending.kind == "refused") {
    if (status.ok()) return absl::FailedPreconditionError("it was not refused");
    return absl::StrContains(status.message(), ending.text) ? absl::OkStatus() : status;
  }
  RETURN_IF_ERROR(status);
  if (ending.kind == "stops") {
    if (OneContains(stops, ending.text)) return absl::OkStatus();
    return absl::FailedPreconditionError(stops.empty() ? "no node stopped" : stops.front());
  }
  return stops.empty() ? absl::OkStatus() : absl::FailedPreconditionError(stops.front());
}

void Run::Watch() {
  if (!watched_.ok()) return;
  watched_ = world_->Invariant();
  for (const Line& line : never_) {
    if (watched_.ok() && Check(*world_, line.words).ok())
      watched_ = absl::FailedPreconditionError(
          fmt::format("line {} says: {}; now it is so", line.number, line.text));
  }
}

// --- set-up ---

absl::Status Run::ReadIds(Args& args, std::vector<NodeId>& into) {
  for (NodeId node : args.Nodes()) into.push_back(node);
  return args.Done();
}

absl::Status Run::Voters(Args& args) {
  return ReadIds(args, voters_);
}
absl::Status Run::Learners(Args& args) {
  return ReadIds(args, learners_);
}
absl::Status Run::Others(Args& args) {
  return ReadIds(args, others_);
}

// node ID term N vote N applied N log [TERMS]: what it finds on its disk.
absl::Status Run::Node(Args& args) {
  symbolon::consensus::Disk& disk = setup_.found[args.Node()];
  while (!args.empty()) {
    if (args.Skip("term")) {
      disk.hard_state.term = Term(args.Number("a term"));
    } else if (args.Skip("vote")) {
      disk.hard_state.vote = args.Node();
    } else if (args.Skip("applied")) {
      disk.applied = Index(args.Number("an index"));
    } else if (args.Skip("log")) {
      ASSIGN_OR_RETURN(const std::vector<uint64_t> terms, ParseList(args.Word("a list of terms")));
      disk.log = MemoryLog(terms);
    } else {
      break;
    }
  }
  return args.Done();
}

absl::Status Run::Option(Args& args) {
  const std::string name = args.Word("the name of an option");
  const uint64_t value = args.Number("its value");
  const std::vector<NodeId> nodes = args.empty() ? std::vector<NodeId>() : args.Nodes();
  RETURN_IF_ERROR(args.Done());
  Options options;
  if (!SizeOption(options, name) && !TickOption(options, name))
    return absl::InvalidArgumentError(fmt::format("there is no option \"{}\"", name));
  setup_.tune.push_back([=](Options& o) {
    if (!nodes.empty() && std::find(nodes.begin(), nodes.end(), o.id) == nodes.end()) return;
    if (size_t* size = SizeOption(o, name)) *size = value;
    if (uint64_t* ticks = TickOption(o, name)) *ticks = value;
  });
  return absl::OkStatus();
}

absl::Status Run::BeginWorld() {
  std::vector<NodeId> all = voters_;
  all.insert(all.end(), learners_.begin(), learners_.end());
  all.insert(all.end(), others_.begin(), others_.end());
  std::sort(all.begin(), all.end());
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i] != NodeId(i + 1))
      return absl::InvalidArgumentError("number the nodes from 1, without gaps, each once");
  }
  setup_.genesis = Configuration(voters_, learners_);
  setup_.nodes = all.size();
  RETURN_IF_ERROR(setup_.genesis.Validate());
  world_.emplace(setup_, trace_);
  for (NodeId node : all) RETURN_IF_ERROR(world_->Start(node));
  world_->on_step = [this] { Watch(); };
  return absl::OkStatus();
}

// --- checks ---

absl::Status Run::Expect(Args& args) {
  return Check(*world_, args.Rest());
}

absl::Status Run::Never(Args& args) {
  const absl::Status status = Check(*world_, args.Rest());
  if (status.ok()) return absl::FailedPreconditionError("it is so already");
  return absl::IsInvalidArgument(status) ? status : absl::OkStatus();
}

}  // namespace symbolon::consensus
