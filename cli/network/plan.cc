#include "cli/network/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "api/roles.h"
#include "base/status_macros.h"
#include "base/toml_table.h"
#include "identity/catalogue/catalogue.h"

namespace symbolon::cli {
namespace {

constexpr const char* kRoles[] = {"registrar", "verifier", "auditor", "operator"};

absl::StatusOr<AgencyPlan> ParseAgency(const TomlTable& table) {
  AgencyPlan agency;
  RETURN_IF_ERROR(table.OnlyThese({"id", "name", "issues", "address", "clients"}));
  ASSIGN_OR_RETURN(agency.id, table.String("id"));
  ASSIGN_OR_RETURN(agency.name, table.String("name"));
  ASSIGN_OR_RETURN(agency.address, table.StringOr("address", "127.0.0.1:0"));
  ASSIGN_OR_RETURN(agency.issues, table.Strings("issues"));
  ASSIGN_OR_RETURN(agency.clients, table.Strings("clients"));
  for (const std::string& type : agency.issues) {
    if (identity::FindRecordType(type) == nullptr) {
      return table.Error("issues", fmt::format("there is no record type \"{}\"", type));
    }
  }
  for (const std::string& role : agency.clients) {
    if (std::find(std::begin(kRoles), std::end(kRoles), role) == std::end(kRoles)) {
      return table.Error("clients", "roles are registrar, verifier, auditor and operator");
    }
  }
  if (agency.address.rfind(':') == std::string::npos) return table.Error("address", "must be host:port");
  return agency;
}

}  // namespace

absl::StatusOr<NetworkPlan> ParseNetworkPlan(const std::string& toml, const std::string& file_name) {
  ASSIGN_OR_RETURN(TomlTable table, TomlTable::Parse(toml, file_name));
  RETURN_IF_ERROR(table.OnlyThese({"origin", "issue_time_granularity_seconds", "certificate_days", "steward_threshold", "agency"}));
  NetworkPlan plan;
  ASSIGN_OR_RETURN(plan.origin, table.String("origin"));
  ASSIGN_OR_RETURN(int64_t granularity, table.IntegerOr("issue_time_granularity_seconds", 1, 86400, 3600));
  plan.issue_time_granularity = static_cast<uint32_t>(granularity);
  ASSIGN_OR_RETURN(int64_t days, table.IntegerOr("certificate_days", 1, 3650, 825));
  plan.certificate_days = static_cast<int>(days);
  ASSIGN_OR_RETURN(std::vector<TomlTable> agencies, table.Tables("agency"));
  if (agencies.empty()) return table.Error("agency", "a network needs at least one [[agency]]");
  std::set<std::string> ids;
  for (const TomlTable& t : agencies) {
    ASSIGN_OR_RETURN(AgencyPlan agency, ParseAgency(t));
    if (!ids.insert(agency.id).second) return t.Error("id", "is given to two agencies");
    plan.agencies.push_back(std::move(agency));
  }
  const auto stewards = static_cast<int64_t>(plan.agencies.size());
  if (stewards > 255) return table.Error("agency", "at most 255: each has a steward");
  ASSIGN_OR_RETURN(int64_t threshold, table.IntegerOr("steward_threshold", 1, stewards, stewards / 2 + 1));
  plan.steward_threshold = static_cast<int>(threshold);
  return plan;
}

std::string TrainingPlan() {
  struct {
    const char *id, *name, *issues;
  } const agencies[] = {
      {"THA-DOPA", "Department of Provincial Administration", "\"birth\", \"death\", \"marriage\""},
      {"BGD-ORG", "Office of the Registrar General, Birth and Death Registration", "\"birth\", \"death\""},
      {"PHL-PSA", "Philippine Statistics Authority", "\"birth\", \"death\", \"marriage\", \"identity_document\""},
      {"VNM-XNC", "Immigration Department", "\"travel_document\""},
      {"UNHCR-REG", "UNHCR Registration", "\"protection_status\""},
  };
  std::string out =
      "# A network for training and tests: every node on this machine.\n"
      "origin = \"training.symbolon.example\"\n"
      "issue_time_granularity_seconds = 3600\n";
  for (const auto& a : agencies) {
    out += fmt::format(
        "\n[[agency]]\nid = \"{}\"\nname = \"{}\"\nissues = [{}]\naddress = \"127.0.0.1:0\"\n"
        "clients = [\"registrar\", \"verifier\", \"auditor\", \"operator\"]\n",
        a.id, a.name, a.issues);
  }
  return out;
}

}  // namespace symbolon::cli
