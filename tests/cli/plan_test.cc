#include "cli/network/plan.h"

#include <gtest/gtest.h>

namespace symbolon::cli {
namespace {

std::string ErrorOf(const std::string& toml) {
  return std::string(ParseNetworkPlan(toml, "network.toml").status().message());
}

TEST(Plan, TrainingPlanHasTheFiveAgencies) {
  const NetworkPlan plan = *ParseNetworkPlan(TrainingPlan(), "plan");
  std::vector<std::string> ids;
  for (const AgencyPlan& agency : plan.agencies) ids.push_back(agency.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"THA-DOPA", "BGD-ORG", "PHL-PSA", "VNM-XNC", "UNHCR-REG"}));
}

TEST(Plan, ErrorsNameFileLineAndField) {
  EXPECT_EQ(ErrorOf("origin = \"o\"\ncolour = 1\n"), "network.toml, line 2, field colour: is not known here");
  EXPECT_EQ(ErrorOf("origin = \"o\"\n[[agency]]\nid = \"THA-DOPA\"\nname = \"n\"\nissues = [\"tax\"]\n"),
            "network.toml, line 5, field agency[1].issues: there is no record type \"tax\"");
  EXPECT_EQ(ErrorOf("origin = \"o\"\n[[agency]]\nid = \"THA-DOPA\"\nname = \"n\"\nclients = [\"king\"]\n"),
            "network.toml, line 5, field agency[1].clients: roles are registrar, verifier, auditor and operator");
}

TEST(Plan, AgencyNamedTwiceIsRefused) {
  const std::string agency = "[[agency]]\nid = \"THA-DOPA\"\nname = \"n\"\n";
  EXPECT_NE(ErrorOf("origin = \"o\"\n" + agency + agency).find("given to two agencies"), std::string::npos);
}

}  // namespace
}  // namespace symbolon::cli
