#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"
#include "cli/commands/command.h"
#include "cli/files.h"
#include "cli/profile.h"
#include "cli/status_change.h"

namespace symbolon::cli {
namespace {

constexpr const char* kNames[] = {"valid", "revoked", "suspended", "void", "unknown"};

std::string NameOf(api::AttestationStatus status) { return kNames[static_cast<size_t>(status)]; }

struct GetOptions {
  std::vector<uint64_t> numbers;
  std::string profile = "client.toml";
  bool linearizable = false;
};

absl::StatusOr<ExitCode> Get(const Console& console, const GetOptions& o) {
  ASSIGN_OR_RETURN(ClientProfile profile, LoadProfile(o.profile));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  api::Freshness freshness;
  if (o.linearizable) freshness.mode = api::Freshness::Mode::kLinearizable;
  api::AsOf as_of;
  ASSIGN_OR_RETURN(std::vector<api::AttestationStatus> statuses, client->GetStatus(o.numbers, freshness, &as_of));
  Json list = Json::array();
  for (size_t i = 0; i < statuses.size(); ++i) {
    console.Line(fmt::format("{:>12}  {}", o.numbers[i], NameOf(statuses[i])));
    list.push_back({{"attestation_number", o.numbers[i]}, {"status", NameOf(statuses[i])}});
  }
  console.Line(fmt::format("as of entry {}, {}", as_of.applied_index, TimeText(as_of.applied_time_ms)));
  console.Object({{"ok", true},
                  {"statuses", list},
                  {"as_of_index", as_of.applied_index},
                  {"as_of", TimeText(as_of.applied_time_ms)}});
  return kOk;
}

struct SetOptions {
  std::vector<uint64_t> numbers;
  std::string status;
  std::string profile = "client.toml";
  std::optional<uint64_t> successor;
};

absl::StatusOr<ExitCode> Set(const Console& console, const SetOptions& o) {
  const std::map<std::string, ledger::Status> words = {{"valid", ledger::Status::kValid},
                                                       {"revoked", ledger::Status::kRevoked},
                                                       {"suspended", ledger::Status::kSuspended}};
  ASSIGN_OR_RETURN(ClientProfile profile, LoadProfile(o.profile));
  ASSIGN_OR_RETURN(ledger::Trust trust, LoadTrust(profile));
  ASSIGN_OR_RETURN(SigningKey key, LoadBatchKey(profile));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  std::vector<ledger::StatusChange> changes;
  for (uint64_t number : o.numbers) changes.push_back({number, words.at(o.status), o.successor});
  ASSIGN_OR_RETURN(api::Submitted submitted,
                   SubmitStatusChange(*client, trust, {profile.agency, profile.batch_key_id}, key, std::move(changes)));
  console.Good(fmt::format("{} {} in entry {}", o.numbers.size() == 1 ? "attestation is" : "attestations are", o.status,
                           submitted.entry_index));
  console.Object({{"ok", true},
                  {"attestation_numbers", o.numbers},
                  {"status", o.status},
                  {"entry_index", submitted.entry_index},
                  {"existing", submitted.existing}});
  return kOk;
}

}  // namespace

void AddStatus(CLI::App& app, Context& context) {
  CLI::App* status = app.add_subcommand("status", "Ask for or change the status of attestations");
  status->require_subcommand(1);

  auto get = std::make_shared<GetOptions>();
  CLI::App* get_command = status->add_subcommand("get", "Status of attestations");
  get_command->add_option("NUMBER", get->numbers, "Attestation numbers")->required();
  get_command->add_option("--profile", get->profile, "client.toml")->capture_default_str();
  get_command->add_flag("--linearizable", get->linearizable, "Wait for everything acknowledged anywhere until now");
  OnRun(get_command, context, [=](const Console& console) { return Get(console, *get); });

  auto set = std::make_shared<SetOptions>();
  CLI::App* set_command = status->add_subcommand("set", "Revoke, suspend, reinstate or supersede attestations of one's own");
  set_command->add_option("STATUS", set->status, "valid, revoked or suspended")
      ->required()
      ->check(CLI::IsMember({"valid", "revoked", "suspended"}));
  set_command->add_option("NUMBER", set->numbers, "Attestation numbers")->required();
  set_command->add_option("--profile", set->profile, "client.toml of a registrar")->capture_default_str();
  set_command->add_option("--successor", set->successor, "Number of the attestation that takes its place (with revoked)");
  OnRun(set_command, context, [=](const Console& console) { return Set(console, *set); });
}

}  // namespace symbolon::cli
