#pragma once
// What the chapters of the demo share.

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

#include "cli/demo/teller.h"
#include "cli/network/layout.h"
#include "cli/profile.h"
#include "cli/publish/publisher.h"

namespace symbolon::cli {

struct Stage {
  const Console& console;
  Teller& tell;
  Path network;   // folder of the network
  Path work;      // credentials, presentations, exports
  Path samples;   // the sample registry files
  std::vector<std::string> agencies;

  Path Credentials(const std::string& agency) const { return work / "credentials" / agency; }
  absl::StatusOr<ClientProfile> ProfileOf(const std::string& agency, const std::string& role) const {
    return LoadProfile(Profile(network, agency, role).string());
  }
  absl::StatusOr<std::unique_ptr<api::Client>> ClientOf(const std::string& agency, const std::string& role) const {
    auto profile = ProfileOf(agency, role);
    if (!profile.ok()) return profile.status();
    return Connect(*profile);
  }
};

// The chapters. OK also when a step did not hold (the teller knows); an error when the demo cannot go on.
absl::Status TellSetUp(Stage& stage);
absl::Status TellPublishing(Stage& stage);
absl::Status TellVerification(Stage& stage);
absl::Status TellTampering(Stage& stage);
absl::Status TellRevocation(Stage& stage);
absl::Status TellFailover(Stage& stage, uint64_t records);
absl::Status TellAudit(Stage& stage);
absl::Status TellDamage(Stage& stage);

// Where samples/ lies: beside the program, in its share folder, or in a folder above it (a source tree).
absl::StatusOr<Path> FindSamples();

}  // namespace symbolon::cli
