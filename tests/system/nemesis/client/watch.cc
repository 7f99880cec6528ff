#include "tests/system/nemesis/client/watch.h"

#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "ledger/entries/status_change.h"
#include "ledger/entry_header.h"
#include "ledger/verdict.h"
#include "tests/system/nemesis/client/history.h"

namespace symbolon::history {
namespace {

constexpr int kStateTimeoutMs = 1000;
constexpr int kDumpTimeoutMs = 20000;

void WatchNode(const Network& network, const std::string& agency, int64_t interval_ms, std::mutex& output) {
  Connections connections(&network, agency, "operator", kStateTimeoutMs);
  for (; !stopping; Pause(interval_ms)) {
    const auto client = connections.To(agency);
    const auto state = client.ok() ? (*client)->State() : client.status();
    connections.Note(agency, state.status());
    Json line = {{"time", NowNs()}, {"agency", agency}, {"ok", state.ok()}};
    if (state.ok()) {
      line["role"] = state->role;
      line["term"] = state->term;
      line["leader"] = state->leader_name;
      line["last"] = state->last_index;
      line["commit"] = state->commit_index;
      line["applied"] = state->applied_index;
      line["checkpoint"] = state->checkpoint_size;
      line["standing"] = state->standing;
      line["error"] = state->last_error;
    } else {
      line["error"] = ErrorText(state.status());
    }
    const std::lock_guard lock(output);
    std::puts(line.dump().c_str());
    std::fflush(stdout);
  }
}

Json EntryJson(const api::LedgerEntry& entry) {
  Json line = {{"header", ToBase64(entry.header)},
               {"verdict", ledger::VerdictName(static_cast<ledger::Verdict>(entry.verdict))}};
  const auto header = ledger::DecodeEntryHeader(entry.header);
  if (!header.ok()) return line;
  line["index"] = header->index;
  line["term"] = header->term;
  line["kind"] = ledger::KindName(header->kind);
  line["first"] = header->first_attestation_number;
  line["count"] = header->attestation_count;
  line["digest"] = ToHex(Sha256(header->payload));
  if (header->kind != ledger::Kind::kStatus) return line;
  const auto status = ledger::DecodeSignedStatusTransaction(header->payload);
  if (!status.ok()) return line;
  for (const ledger::StatusChange& change : status->transaction.changes) {
    line["changes"].push_back({change.attestation_number, ledger::StatusName(change.status)});
  }
  return line;
}

}  // namespace

absl::Status WatchNodes(const Network& network, int64_t interval_ms) {
  std::mutex output;
  std::vector<std::thread> threads;
  for (const std::string& agency : network.agencies()) {
    threads.emplace_back([&] { WatchNode(network, agency, interval_ms, output); });
  }
  for (std::thread& thread : threads) thread.join();
  return absl::OkStatus();
}

absl::Status DumpLedger(const Network& network, const std::string& agency, const std::string& file) {
  ASSIGN_OR_RETURN(const auto client, network.Connect(agency, "auditor", agency, kDumpTimeoutMs));
  ASSIGN_OR_RETURN(const Bytes note, client->Checkpoint());
  const auto checkpoint = network.trust().VerifyCheckpoint(note);
  if (!checkpoint.ok()) return absl::DataLossError("the node's checkpoint: " + checkpoint.message());
  ASSIGN_OR_RETURN(const auto out, HistoryFile::Open(file));
  RETURN_IF_ERROR(client->ReadEntries(1, checkpoint->size, [&](const api::LedgerEntry& entry) {
    out->Add(EntryJson(entry));
    return absl::OkStatus();
  }));
  out->Add({{"checkpoint", CheckpointJson(*checkpoint)}});
  return absl::OkStatus();
}

}  // namespace symbolon::history
