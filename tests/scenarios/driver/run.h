#pragma once
// One case being run, line by line.

#include <absl/status/status.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "consensus/raft.h"
#include "tests/scenarios/driver/args.h"
#include "tests/scenarios/driver/messages.h"
#include "tests/scenarios/driver/script.h"
#include "tests/scenarios/driver/world.h"

namespace symbolon::consensus {

class Run {
 public:
  // `trace` gets each event in words; `record`, which may be empty, every input to a core
  // (docs/trace-format.md).
  Run(std::function<void(std::string)> trace, std::function<void(std::string_view)> record)
      : trace_(std::move(trace)) {
    setup_.record = std::move(record);
  }

  absl::Status Execute(const Line& line);

 private:
  using Verb = absl::Status (Run::*)(Args&);
  static const std::map<std::string_view, Verb>& Verbs();
  static const std::map<std::string_view, Verb>& SetupVerbs();

  absl::Status Do(const Line& line);
  absl::Status BeginWorld();
  // The lines `never`, and the invariants; asked after every input to a core.
  void Watch();

  // Set-up.
  absl::Status Voters(Args& args);
  absl::Status Learners(Args& args);
  absl::Status Others(Args& args);
  absl::Status Node(Args& args);
  absl::Status Option(Args& args);
  absl::Status ReadIds(Args& args, std::vector<NodeId>& into);

  // Time.
  absl::Status Tick(Args& args);
  absl::Status Timeout(Args& args);
  absl::Status RunOn(Args& args);
  absl::Status Elect(Args& args);

  // Clients.
  absl::Status Propose(Args& args);
  absl::Status Read(Args& args);
  absl::Status Transfer(Args& args);
  absl::Status Change(Args& args);

  // Messages and links.
  absl::Status Deliver(Args& args);
  absl::Status Drop(Args& args);
  absl::Status Hold(Args& args);
  absl::Status Copy(Args& args);
  absl::Status Release(Args& args);
  absl::Status Inject(Args& args);
  absl::Status Settle(Args& args);
  absl::Status Cut(Args& args);
  absl::Status Partition(Args& args);
  absl::Status Isolate(Args& args);
  absl::Status Heal(Args& args);

  // Disks and processes.
  absl::Status Disk(Args& args);
  absl::Status Persist(Args& args);
  absl::Status Write(Args& args);
  absl::Status Complete(Args& args);
  absl::Status FailWrite(Args& args);
  absl::Status Lose(Args& args);
  absl::Status Unreadable(Args& args);
  absl::Status Backup(Args& args);
  absl::Status Restore(Args& args);
  absl::Status Applying(Args& args);
  absl::Status Apply(Args& args);
  absl::Status Crash(Args& args);
  absl::Status PowerLoss(Args& args);
  absl::Status Restart(Args& args);
  absl::Status Pause(Args& args);
  absl::Status Resume(Args& args);

  // Checks.
  absl::Status Expect(Args& args);
  absl::Status Never(Args& args);

  absl::Status NeedUp(NodeId node) const;
  absl::Status NeedDown(NodeId node) const;
  std::vector<NodeId> Awake() const;  // up and not paused
  absl::Status LetTimeOut(NodeId node);
  absl::Status SettleAll(bool only_votes = false);
  // Where the first message that fits is; `all`: where all are. The error: there is none.
  absl::StatusOr<std::vector<size_t>> Find(const MessagePattern& pattern, bool all,
                                           bool may_be_none = false) const;
  absl::Status ForEach(Args& args, absl::Status (Run::*need)(NodeId) const,
                       const std::function<void(NodeId)>& what);

  std::function<void(std::string)> trace_;
  std::vector<NodeId> voters_, learners_, others_;
  WorldSetup setup_;
  std::optional<World> world_;
  std::map<std::string, Message> held_;
  std::map<NodeId, symbolon::consensus::Disk> backups_;
  std::vector<Line> never_;
  absl::Status watched_;  // the first violation found by Watch
};

}  // namespace symbolon::consensus
