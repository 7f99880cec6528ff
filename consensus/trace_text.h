#pragma once
// The parts of a line of trace, as JSON (docs/trace-format.md).

#include <absl/status/status.h>

#include <string>
#include <vector>

#include "consensus/configuration.h"
#include "consensus/effects.h"
#include "consensus/entry.h"
#include "consensus/message.h"
#include "consensus/options.h"
#include "consensus/raft.h"

namespace symbolon::consensus {

std::string TraceText(LogPosition position);                // [index,term]
std::string TraceText(const Entry& entry);                  // [index,term,kind,digest]
std::string TraceText(const std::vector<Entry>& entries);   // [entry,...]
std::string TraceText(const Configuration& configuration);  // {"voters":[...],"learners":[...]}
std::string TraceText(const HardState& hard_state);         // {"term":..,"vote":..}
std::string TraceText(const Message& message);              // {"type":..,"from":..,"to":..,"term":..,...}
std::string TraceText(const Options& options);              // {"election_ticks":..,...}
std::string TraceText(const absl::Status& status);          // "ok", or the name of its code
std::string TraceText(const Effects& effects);              // what was handed out, as fields without braces
std::string TraceState(const Raft& raft);                   // {"term":..,...}

}  // namespace symbolon::consensus
