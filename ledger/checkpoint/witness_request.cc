#include "ledger/checkpoint/witness_request.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <utility>

#include "base/status_macros.h"
#include "ledger/checkpoint/text_lines.h"

namespace symbolon::ledger {
namespace {

constexpr std::string_view kOld = "old ";

WitnessDecision Answer(int http_status, std::string reason) {
  WitnessDecision decision;
  decision.http_status = http_status;
  decision.reason = std::move(reason);
  return decision;
}

WitnessDecision Answer(int http_status, const absl::Status& why) {
  return Answer(http_status, std::string(why.message()));
}

WitnessDecision Conflict(const WitnessedLog& log, std::string reason) {
  WitnessDecision decision = Answer(409, std::move(reason));
  decision.content_type = "text/x.tlog.size";
  decision.body = fmt::format("{}\n", log.latest_size);
  return decision;
}

}  // namespace

absl::StatusOr<AddCheckpointRequest> ParseAddCheckpoint(ByteView body) {
  if (body.size() > kMaxAddCheckpointSize) {
    return absl::InvalidArgumentError(
        fmt::format("add-checkpoint: {} bytes; at most {} are possible", body.size(), kMaxAddCheckpointSize));
  }
  LineReader lines(body);
  const auto first = lines.Next();
  const std::optional<uint64_t> old_size =
      first && first->starts_with(kOld) ? ParseDecimal(first->substr(kOld.size())) : std::nullopt;
  if (!old_size) {
    return absl::InvalidArgumentError(
        "add-checkpoint: line 1: expected \"old\" and a decimal number without leading zeros");
  }
  AddCheckpointRequest request;
  request.old_size = *old_size;
  ASSIGN_OR_RETURN(request.consistency, ReadHashLines(lines, kMaxConsistencyLines, "add-checkpoint"));
  ASSIGN_OR_RETURN(request.note, ParseNote(lines.rest()));
  ASSIGN_OR_RETURN(request.checkpoint, ParseCheckpoint(request.note.text));
  return request;
}

WitnessDecision DecideAddCheckpoint(ByteView body, const FindLog& find_log) {
  const absl::StatusOr<AddCheckpointRequest> request = ParseAddCheckpoint(body);
  if (!request.ok()) return Answer(400, request.status());
  const Checkpoint& checkpoint = request->checkpoint;
  const WitnessedLog* log = find_log(checkpoint.origin);
  if (log == nullptr) return Answer(404, "the origin is not known here");
  if (const auto good = VerifyNote(request->note, log->keys); !good.ok()) return Answer(403, good.status());
  if (request->old_size > checkpoint.size) {
    return Answer(400, fmt::format("old size {} is above the checkpoint's size {}", request->old_size,
                                   checkpoint.size));
  }
  if (request->old_size != log->latest_size) {
    return Conflict(*log, fmt::format("old size {} is not the size last cosigned, {}", request->old_size,
                                      log->latest_size));
  }
  if (checkpoint.size == log->latest_size && checkpoint.root != log->latest_root) {
    return Conflict(*log, fmt::format("another root of {} leaves was cosigned before", checkpoint.size));
  }
  const absl::Status consistent = VerifyConsistency(request->old_size, checkpoint.size, log->latest_root,
                                                    checkpoint.root, request->consistency);
  if (!consistent.ok()) return Answer(422, consistent);
  WitnessDecision decision = Answer(200, "");
  decision.accepted = checkpoint;
  return decision;
}

}  // namespace symbolon::ledger
