#pragma once

#include <cstdint>
#include <string>

namespace symbolon::history {

// Of `symbolon-history-client run`.
struct Options {
  std::string network;
  std::string history;
  uint64_t seed = 1;
  int registrars = 2;            // for each agency: they share its key, and so fight for sequence numbers
  int readers = 3;               // in all
  double writes_per_second = 3;  // of each registrar, at most
  double reads_per_second = 5;   // of each reader, at most
  int status_percent = 50;       // of a registrar's operations that change a status
  int call_timeout_ms = 2000;
  int give_up_ms = 8000;  // then the outcome of an operation is unknown
};

}  // namespace symbolon::history
