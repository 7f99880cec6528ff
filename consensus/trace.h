#pragma once
// One line of text for each input to the core, from which an independent model can judge every step. The
// format is that of docs/trace-format.md.

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "consensus/log_view.h"
#include "consensus/options.h"
#include "consensus/raft.h"

namespace symbolon::consensus {

// The first line of a file of traces, for whoever opens it. `closed`: the file holds every node of its
// network, so that each message delivered was handed out in it before; and what a node finds at its start is
// what its last life wrote.
std::string TraceHeader(bool closed);

// Raft::Create for Options::trace: writes the line of the start, also of one that is refused.
absl::StatusOr<std::unique_ptr<Raft>> CreateTraced(Options options, HardState hard_state,
                                                   const LogView* view);

}  // namespace symbolon::consensus
