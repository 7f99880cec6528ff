#pragma once
// A new node for an agency of a network that exists: to add one, or to replace one whose disk is lost.

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "cli/network/layout.h"

namespace symbolon::cli {

struct NewNode {
  std::string agency;
  uint64_t number = 0;                  // 0: the next that this folder has not seen
  std::string name;                     // empty: the agency's id and its next number
  std::string address = "127.0.0.1:0";  // port 0: a free one
  int days = 825;                       // of validity of its certificate
};

struct NewNodeFolder {
  uint64_t number = 0;
  std::string name;
  std::string address;
  Path folder;   // node.toml, keys, an empty store
  Path request;  // for the stewards
};

// Makes DIR/<agency>/node-<number>, and profiles by which the agency's clients reach it
// (DIR/<agency>/<role>/client-<name>.toml). The agency's authority key must be in the folder. The node is
// nobody's before stewards have admitted it: symbolon member propose add-node.
absl::StatusOr<NewNodeFolder> AddNodeFolder(const Path& network, const NewNode& wanted, int64_t now_s);

}  // namespace symbolon::cli
