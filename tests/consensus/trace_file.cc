#include "tests/consensus/trace_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include "consensus/trace.h"

namespace symbolon::consensus {

std::function<void(std::string_view)> OpenTrace(std::string name, bool closed) {
  const char* folder = std::getenv("SYMBOLON_TRACE_DIR");
  if (folder == nullptr) return nullptr;
  std::replace(name.begin(), name.end(), '/', '-');  // names of parameterised tests
  const std::string path = fmt::format("{}/{}.jsonl", folder, name);
  auto file = std::make_shared<std::ofstream>(path);
  auto write = [file, path](std::string_view line) {
    if (*file << line << '\n') return;
    fmt::print(stderr, "cannot write the trace {}: does the folder named by SYMBOLON_TRACE_DIR exist?\n",
               path);
    std::exit(2);
  };
  write(TraceHeader(closed));
  return write;
}

}  // namespace symbolon::consensus
