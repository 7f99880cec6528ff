#include "tests/exploration/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace symbolon::consensus::exploration {
namespace {

// I-03, and I-07 for what nobody has reported before.
std::string RecordCommit(Logs& logs, const std::vector<const Facts*>& nodes, size_t n, History& history) {
  const Facts& node = *nodes[n];
  const LogItems& log = logs[node.log];
  for (size_t i = 0; i < node.commit; ++i) {
    if (i >= log.size())
      return fmt::format("I-03: node {} committed entry {}, which it does not hold", n + 1, i + 1);
    if (i < history.committed.size()) {
      if (history.committed[i].item == log[i]) continue;
      return fmt::format("I-03: entry {} was committed with term {}, node {} commits another, of term {}",
                         i + 1, history.committed[i].item.term, n + 1, log[i].term);
    }
    // By the newest configuration in the log of who reports it.
    int durable = 0;
    for (size_t other = 0; other < nodes.size(); ++other) {
      const LogItems& disk = logs[nodes[other]->disk];
      const bool votes = (node.voters >> other & 1) != 0;
      durable += votes && i < disk.size() && disk[i] == log[i] ? 1 : 0;
    }
    const int voters = std::popcount(node.voters);
    if (durable <= voters / 2) {
      return fmt::format("I-07: node {} committed entry {} of term {}, which is durable on {} of {} voters",
                         n + 1, i + 1, log[i].term, durable, voters);
    }
    history.committed.push_back({log[i], node.term});
  }
  return "";
}

// I-01.
std::string RecordLeader(const Facts& node, size_t n, History& history) {
  if (node.role != Role::kLeader) return "";
  uint8_t& leader = history.leader.at(node.term);
  if (leader != 0 && leader != n + 1) {
    return fmt::format("I-01: nodes {} and {} both lead term {}", leader, n + 1, node.term);
  }
  leader = static_cast<uint8_t>(n + 1);
  return "";
}

// I-04, of all leaders: what was committed in a smaller term may have been reported only now.
std::string CheckLeaders(Logs& logs, const std::vector<const Facts*>& nodes, const History& history) {
  for (size_t n = 0; n < nodes.size(); ++n) {
    if (nodes[n]->role != Role::kLeader) continue;
    const LogItems& log = logs[nodes[n]->log];
    for (size_t i = 0; i < history.committed.size(); ++i) {
      const History::Committed& committed = history.committed[i];
      if (committed.reporter_term < nodes[n]->term && (i >= log.size() || log[i] != committed.item)) {
        return fmt::format("I-04: node {} leads term {} without the committed entry {}", n + 1,
                           nodes[n]->term, i + 1);
      }
    }
  }
  return "";
}

// I-08, of one leader and one follower.
std::string CheckMatch(Logs& logs, const std::vector<const Facts*>& nodes, size_t leader, size_t follower) {
  const Facts& l = *nodes[leader];
  const Facts& f = *nodes[follower];
  if (l.role != Role::kLeader || l.match[follower] == 0 || f.disk_term > l.term) return "";
  // Who has acknowledged something to a leader has its term on disk.
  const uint8_t shared = f.disk_term == l.term ? logs.Common(l.log, f.disk) : 0;
  if (l.match[follower] <= shared) return "";
  return fmt::format(
      "I-08: leader {} of term {} believes that node {} holds its log up to {}; durable there is {}",
      leader + 1, l.term, follower + 1, l.match[follower], shared);
}

std::string CheckPairs(Logs& logs, const std::vector<const Facts*>& nodes, size_t n) {
  for (size_t other = 0; other < nodes.size(); ++other) {
    const Facts& a = *nodes[n];
    const Facts& b = *nodes[other];
    if (!logs.Match(a.log, b.log) || !logs.Match(a.log, b.disk) || !logs.Match(a.disk, b.log) ||
        !logs.Match(a.disk, b.disk)) {
      return fmt::format("I-02: the logs of nodes {} and {} have one term at an index where they differ",
                         n + 1, other + 1);
    }
    if (other == n) continue;
    if (std::string broken = CheckMatch(logs, nodes, n, other); !broken.empty()) return broken;
    if (std::string broken = CheckMatch(logs, nodes, other, n); !broken.empty()) return broken;
  }
  return "";
}

// I-10.
std::string RecordReads(const Output& output, History& history) {
  for (const ReadState& read : output.reads) {
    auto it =
        std::find_if(history.reads.begin(), history.reads.end(),
                     [&](const History::PendingRead& pending) { return pending.read == read.id.value(); });
    if (it == history.reads.end())
      return fmt::format("I-13: read {} is answered twice, or was never begun", read.id);
    if (read.confirmed && read.index.value() < it->floor) {
      return fmt::format(
          "I-10: read {} returns what was so at entry {}; when it began, {} entries were committed", read.id,
          read.index, it->floor);
    }
    history.reads.erase(it);
  }
  return "";
}

// I-13: an answer is true.
std::string CheckAnswers(const std::vector<ProposalOutcome>& proposals, const History& history) {
  for (const ProposalOutcome& p : proposals) {
    const size_t i = p.position.index.value() - 1;
    const bool known = i < history.committed.size();
    const bool committed = known && history.committed[i].item.term == p.position.term.value();
    // Nothing of its term can follow a committed entry of a later one.
    const bool impossible =
        (known && !committed) ||
        (!history.committed.empty() && history.committed.back().item.term > p.position.term.value());
    if (p.outcome == Outcome::kCommitted && !committed) {
      return fmt::format("I-13: entry {} of term {} is reported committed; it is not", p.position.index,
                         p.position.term);
    }
    if (p.outcome == Outcome::kDropped && !impossible) {
      return fmt::format("I-13: entry {} of term {} is reported dropped; it may still commit",
                         p.position.index, p.position.term);
    }
  }
  return "";
}

}  // namespace

std::string Record(Logs& logs, const std::vector<const Facts*>& nodes, size_t n, Step step,
                   const Output& output, History& history) {
  switch (step.kind) {
    case Kind::kCrash: {
      ++history.crashes;
      // Reads asked of a process end with it.
      std::erase_if(history.reads, [n](const History::PendingRead& read) { return read.node == n; });
      break;
    }
    case Kind::kFill:
      ++history.fills;
      break;
    case Kind::kRead:
      ++history.begun_reads;
      history.reads.push_back(
          {history.begun_reads, static_cast<uint8_t>(n), static_cast<uint8_t>(history.committed.size())});
      break;
    case Kind::kTransfer:
      ++history.transfers;
      break;
    case Kind::kChange:
      ++history.changes;
      break;
    default:
      break;
  }
  if (std::string broken = RecordLeader(*nodes[n], n, history); !broken.empty()) return broken;
  if (std::string broken = CheckPairs(logs, nodes, n); !broken.empty()) return broken;
  if (std::string broken = RecordCommit(logs, nodes, n, history); !broken.empty()) return broken;
  if (std::string broken = CheckLeaders(logs, nodes, history); !broken.empty()) return broken;
  if (std::string broken = RecordReads(output, history); !broken.empty()) return broken;
  return CheckAnswers(output.proposals, history);
}

}  // namespace symbolon::consensus::exploration
