#include "cli/verify.h"

#include "base/status_macros.h"
#include "cli/commands/command.h"
#include "cli/files.h"
#include "cli/profile.h"

namespace symbolon::cli {
namespace {

constexpr uint64_t kMsPerSecond = 1000;

struct Options {
  std::string presentation;
  std::string profile = "client.toml";
  bool offline = false;
  std::string trust = "trust.json";
  bool linearizable = false;
  bool require_status = false;
  std::optional<uint64_t> max_age_seconds;
};

absl::StatusOr<identity::PresentationResult> Check(const Options& o, const identity::Presentation& presentation) {
  VerifyRules rules{o.linearizable, o.require_status, std::nullopt};
  if (o.max_age_seconds) rules.max_status_age_ms = *o.max_age_seconds * kMsPerSecond;
  if (o.offline) {
    ASSIGN_OR_RETURN(ledger::Trust trust, ReadTrustFile(o.trust));
    return VerifyOffline(presentation, trust, rules, NowMs());
  }
  ASSIGN_OR_RETURN(ClientProfile profile, LoadProfile(o.profile));
  ASSIGN_OR_RETURN(ledger::Trust trust, LoadTrust(profile));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  return VerifyOnline(presentation, trust, *client, rules, NowMs());
}

absl::StatusOr<ExitCode> Verify(const Console& console, const Options& o) {
  auto presentation = ReadPresentationFile(o.presentation);
  identity::PresentationResult result;
  if (presentation.ok()) {
    ASSIGN_OR_RETURN(result, Check(o, *presentation));
  } else if (presentation.status().code() == absl::StatusCode::kInvalidArgument) {
    // What was handed over is not a presentation: that is an answer, not a usage error.
    result.reason = identity::reason::kMalformed;
    result.sentence = std::string(presentation.status().message());
  } else {
    return presentation.status();
  }
  Print(console, result);
  console.Object(ToJson(result));
  return result.verified ? kOk : kNotVerified;
}

}  // namespace

void AddVerify(CLI::App& app, Context& context) {
  auto o = std::make_shared<Options>();
  CLI::App* verify = app.add_subcommand("verify", "Check a presentation");
  verify->add_option("PRESENTATION", o->presentation, "Presentation file")->required();
  auto* profile = verify->add_option("--profile", o->profile, "client.toml of a verifier")->capture_default_str();
  auto* offline = verify->add_flag("--offline", o->offline, "Without any network, with --trust");
  verify->add_option("--trust", o->trust, "Trust bundle, for --offline")->capture_default_str()->needs(offline);
  verify->add_flag("--linearizable", o->linearizable, "Wait for everything acknowledged anywhere until now")
      ->excludes(offline);
  verify->add_flag("--require-status", o->require_status, "Not verified when nothing proves the status");
  verify->add_option("--max-age", o->max_age_seconds, "Not verified when the status is older, in seconds");
  offline->excludes(profile);
  OnRun(verify, context, [=](const Console& console) { return Verify(console, *o); });
}

}  // namespace symbolon::cli
