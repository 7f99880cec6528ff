#pragma once
// Free ports of the loopback interface, for `address = "127.0.0.1:0"`.

#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace symbolon::cli {

// Holds each port until all of a network are chosen, so that no two nodes get the same.
class FreePorts {
 public:
  FreePorts() = default;
  ~FreePorts();
  FreePorts(const FreePorts&) = delete;
  FreePorts& operator=(const FreePorts&) = delete;

  absl::StatusOr<int> Next();
  // The address, with a free port where it says 0. InvalidArgument unless it is host:port.
  absl::StatusOr<std::string> Resolve(const std::string& address);

 private:
  std::vector<int> held_;
};

}  // namespace symbolon::cli
