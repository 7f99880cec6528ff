#pragma once
// The plan of a network: what network.toml says, or the training network of five agencies.

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace symbolon::cli {

struct AgencyPlan {
  std::string id;
  std::string name;
  std::vector<std::string> issues;   // record types by name
  std::string address;               // of its node; port 0: a free one is chosen when the network is made
  std::vector<std::string> clients;  // roles
};

struct NetworkPlan {
  std::string origin;
  uint32_t issue_time_granularity = 3600;  // seconds
  int certificate_days = 825;
  int steward_threshold = 0;  // how many of the agencies' stewards decide on members; never 0 when parsed
  std::vector<AgencyPlan> agencies;
};

// Refuses unknown fields, agencies named twice, unknown record types and roles; errors name file, line and field.
absl::StatusOr<NetworkPlan> ParseNetworkPlan(const std::string& toml, const std::string& file_name);

// THA-DOPA and BGD-ORG (births), PHL-PSA (identity documents), VNM-XNC (travel documents), UNHCR-REG
// (protection status), every one with all four roles, on free ports of 127.0.0.1. As text, so that it can be
// written out, read and changed.
std::string TrainingPlan();

}  // namespace symbolon::cli
