// Chapter: four registries and a refugee agency publish their files, and publish them again.

#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/demo/stage.h"

namespace symbolon::cli {
namespace {

struct Source {
  const char* agency;
  const char* file;
};

constexpr Source kSources[] = {{"THA-DOPA", "births_tha"},
                               {"BGD-ORG", "births_bgd"},
                               {"PHL-PSA", "identity_documents_phl"},
                               {"VNM-XNC", "travel_documents_vnm"},
                               {"UNHCR-REG", "protection_status_unhcr"}};

absl::StatusOr<PublishSummary> PublishSample(const Stage& stage, const Source& source) {
  ASSIGN_OR_RETURN(ClientProfile profile, stage.ProfileOf(source.agency, "registrar"));
  PublishOptions options;
  options.file = (stage.samples / (std::string(source.file) + ".csv")).string();
  options.mapping_file = (stage.samples / (std::string(source.file) + ".mapping.toml")).string();
  options.out = stage.Credentials(source.agency).string();
  return Publish(profile, options);
}

}  // namespace

absl::Status TellPublishing(Stage& stage) {
  stage.tell.Chapter("They publish: hashed attestations go to the ledger, credentials stay with the registrar");
  for (const Source& source : kSources) {
    ASSIGN_OR_RETURN(PublishSummary s, PublishSample(stage, source));
    stage.tell.Step("publish", s.refused == 0 && s.attested == s.rows,
                    fmt::format("{:<10} {} records of {}.csv attested", source.agency, s.attested, source.file),
                    {{"agency", source.agency}, {"file", source.file}, {"attested", s.attested}});
  }
  ASSIGN_OR_RETURN(PublishSummary again, PublishSample(stage, kSources[0]));
  stage.tell.Step("publish_again", again.attested == 0 && again.unchanged == again.rows,
                  fmt::format("{:<10} the same file again: {} attested, {} were there", kSources[0].agency, again.attested,
                              again.unchanged),
                  {{"attested", again.attested}, {"unchanged", again.unchanged}});
  return absl::OkStatus();
}

}  // namespace symbolon::cli
