#pragma once
// Traces of the tests' own nodes: written when the environment variable SYMBOLON_TRACE_DIR names a folder.

#include <functional>
#include <string>
#include <string_view>

namespace symbolon::consensus {

// Opens <folder>/<name>.jsonl and writes its first line. Empty, and nothing is written, without the variable.
// The process ends if the file cannot be written.
std::function<void(std::string_view)> OpenTrace(std::string name, bool closed);

}  // namespace symbolon::consensus
