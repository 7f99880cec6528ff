// symbolon-scenario FILE... [--trace]: runs scenario files by hand. Ends with 1 when one does not hold.

#include <cstdio>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/scenarios/driver/scenario.h"

int main(int argc, char** argv) {
  std::vector<std::string> files;
  bool trace = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--trace") {
      trace = true;
    } else {
      files.emplace_back(argv[i]);
    }
  }
  if (files.empty()) {
    std::cerr << "usage: symbolon-scenario FILE... [--trace]\n";
    return 2;
  }
  int failed = 0;
  for (const std::string& file : files) {
    const absl::Status status = symbolon::consensus::RunScenario(file, trace ? &std::cout : nullptr);
    if (!status.ok()) {
      ++failed;
      std::cout << status.message() << "\n";
    } else if (!trace) {
      std::cout << "holds  " << file << "\n";
    }
  }
  return failed == 0 ? 0 : 1;
}
