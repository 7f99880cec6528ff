#include "consensus/trace.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "consensus/trace_text.h"

namespace symbolon::consensus {
namespace {

using Sink = std::function<void(std::string_view)>;
using ConfigurationReader = std::function<absl::StatusOr<Configuration>(const EntryData&)>;

// What the configuration entries among `entries` say, as far as they can be read.
std::string ConfigurationsIn(const std::vector<Entry>& entries, const ConfigurationReader& read) {
  std::vector<std::string> items;
  for (const Entry& entry : entries) {
    if (entry.kind != EntryKind::kConfiguration || !read || !entry.data) continue;
    const absl::StatusOr<Configuration> configuration = read(*entry.data);
    if (configuration.ok()) items.push_back(fmt::format("[{},{}]", entry.index, TraceText(*configuration)));
  }
  return items.empty() ? "" : fmt::format(R"(,"configurations":[{}])", fmt::join(items, ","));
}

// A Raft whose inputs are written down, each with what became of it. It decides nothing.
class TracedRaft final : public Raft {
 public:
  TracedRaft(Raft&& raft, Sink sink, ConfigurationReader read)
      : Raft(std::move(raft)),
        sink_(std::move(sink)),
        read_configuration_(std::move(read)),
        terms_(log().terms()) {}

  void Tick() override {
    Raft::Tick();
    Write(R"("input":"tick")");
  }

  absl::Status Step(Message message) override {
    const std::string input = fmt::format(R"("input":"step","message":{})", TraceText(message));
    absl::Status status = Raft::Step(std::move(message));
    Write(input, status);
    return status;
  }

  absl::StatusOr<LogPosition> Propose(const EntryFactory& make) override {
    absl::StatusOr<LogPosition> position = Raft::Propose(make);
    WriteProposal(R"("input":"propose")", position);
    return position;
  }

  absl::StatusOr<LogPosition> ProposeConfiguration(const EntryFactory& make, const Configuration& next,
                                                   bool forced) override {
    absl::StatusOr<LogPosition> position = Raft::ProposeConfiguration(make, next, forced);
    WriteProposal(fmt::format(R"("input":"propose_configuration","configuration":{},"forced":{})",
                              TraceText(next), forced),
                  position);
    return position;
  }

  void SetDiskFull(bool full) override {
    Raft::SetDiskFull(full);
    Write(fmt::format(R"("input":"disk_full","full":{})", full));
  }

  absl::Status ReadIndex(ReadId id) override {
    absl::Status status = Raft::ReadIndex(id);
    Write(fmt::format(R"("input":"read_index","id":{})", id), status);
    return status;
  }

  absl::Status TransferLeadership(NodeId target) override {
    absl::Status status = Raft::TransferLeadership(target);
    Write(fmt::format(R"("input":"transfer_leadership","target":{})", target), status);
    return status;
  }

  absl::StatusOr<Effects> TakeEffects() override {
    absl::StatusOr<Effects> effects = Raft::TakeEffects();
    constexpr std::string_view kInput = R"("input":"take_effects")";
    if (effects.ok()) {
      Write(fmt::format("{},{}", kInput, TraceText(*effects)));
    } else {
      Write(kInput, effects.status());
    }
    return effects;
  }

  absl::Status Persisted(PersistToken token) override {
    absl::Status status = Raft::Persisted(token);
    Write(fmt::format(R"("input":"persisted","token":{})", token), status);
    return status;
  }

  absl::Status Applied(Index index) override {
    absl::Status status = Raft::Applied(index);
    Write(fmt::format(R"("input":"applied","index":{})", index), status);
    return status;
  }

 private:
  void WriteProposal(std::string_view input, const absl::StatusOr<LogPosition>& position) {
    if (!position.ok()) return Write(input, position.status());
    Write(fmt::format(R"({},"position":{})", input, TraceText(*position)));
  }

  void Write(std::string_view input, const absl::Status& status = absl::OkStatus()) {
    sink_(fmt::format(R"({{"node":{},{},"result":"{}"{},"state":{}}})", id(), input, TraceText(status),
                      LogChange(), TraceState(*this)));
  }

  // What the input did to the log: where it was cut, and what was appended. Found by comparing terms: on one
  // node, an entry is never replaced by another of its own term.
  std::string LogChange() {
    const TermMap& now = log().terms();
    const Index common = terms_.CommonEnd(now);
    std::string out;
    if (common < terms_.last().index) out += fmt::format(R"(,"cut":{})", Next(common));
    if (common < now.last().index) {
      std::vector<Entry> appended;
      for (Index i = Next(common); i <= now.last().index; i = Next(i)) appended.push_back(*log().InTail(i));
      out += fmt::format(R"(,"appended":{})", TraceText(appended));
      out += ConfigurationsIn(appended, read_configuration_);
    }
    if (!out.empty()) terms_ = now;
    return out;
  }

  Sink sink_;
  ConfigurationReader read_configuration_;
  TermMap terms_;  // of the log when the last line was written
};

// What the process found on its disk; nullopt if it cannot be read.
std::optional<std::vector<Entry>> StoredLog(const LogView& view) {
  const Index last = view.LastIndex();
  std::vector<Entry> entries;
  while (entries.size() < last.value()) {
    absl::StatusOr<std::vector<Entry>> read = view.Read(Index(entries.size() + 1), last, size_t{1} << 20);
    if (!read.ok() || read->empty()) return std::nullopt;
    entries.insert(entries.end(), read->begin(), read->end());
  }
  return entries;
}

}  // namespace

std::string TraceHeader(bool closed) {
  return fmt::format(R"({{"trace":"symbolon-consensus","version":1,"closed":{}}})", closed);
}

absl::StatusOr<std::unique_ptr<Raft>> CreateTraced(Options options, HardState hard_state,
                                                   const LogView* view) {
  const Sink sink = std::exchange(options.trace, nullptr);
  const ConfigurationReader read = options.read_configuration;
  const std::optional<std::vector<Entry>> log = StoredLog(*view);
  const std::string start = fmt::format(
      R"("node":{},"input":"start","options":{},"genesis":{},"hard_state":{},"applied":{},"log":{}{})",
      options.id, TraceText(options), TraceText(options.genesis), TraceText(hard_state), options.applied,
      log ? TraceText(*log) : "null", log ? ConfigurationsIn(*log, read) : "");
  absl::StatusOr<std::unique_ptr<Raft>> raft = Raft::Create(std::move(options), hard_state, view);
  if (!raft.ok()) {
    sink(fmt::format(R"({{{},"result":"{}"}})", start, TraceText(raft.status())));
    return raft;
  }
  sink(fmt::format(R"({{{},"result":"ok","state":{}}})", start, TraceState(**raft)));
  return std::make_unique<TracedRaft>(std::move(**raft), sink, read);
}

}  // namespace symbolon::consensus
