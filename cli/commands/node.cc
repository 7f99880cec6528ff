#include <fmt/format.h>

#include "base/status_macros.h"
#include "cli/commands/command.h"
#include "cli/profile.h"

namespace symbolon::cli {
namespace {

Json ToJson(const api::NodeState& s) {
  Json peers = Json::array();
  for (const api::PeerState& p : s.peers) {
    peers.push_back({{"name", p.name}, {"address", p.address}, {"reachable", p.reachable}, {"match_index", p.match_index},
                     {"kind", p.kind}, {"caught_up", p.caught_up}, {"number", p.number}, {"agency", p.agency}});
  }
  return {{"ok", true},
          {"node", s.node_name},
          {"kind", s.kind},
          {"role", s.role},
          {"term", s.term},
          {"leader", s.leader_name},
          {"last_index", s.last_index},
          {"commit_index", s.commit_index},
          {"applied_index", s.applied_index},
          {"attestations", s.attestation_count},
          {"checkpoint_size", s.checkpoint_size},
          {"voters", s.voters},
          {"voters_reachable", s.voters_reachable},
          {"failures_tolerable", s.failures_tolerable},
          {"registry_version", s.registry_version},
          {"change_under_way", s.change_under_way},
          {"waits_for", s.waits_for},
          {"version", s.version},
          {"last_error", s.last_error},
          {"standing", s.standing},
          {"peers", peers}};
}

absl::StatusOr<ExitCode> NodeStatus(const Console& console, const std::string& profile_file) {
  ASSIGN_OR_RETURN(ClientProfile profile, LoadProfile(profile_file));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  ASSIGN_OR_RETURN(api::NodeState s, client->State());
  console.Object(ToJson(s));
  console.Line(fmt::format("{} ({}, {}), version {}", s.node_name, s.kind, s.role, s.version));
  console.Line(fmt::format("  leader        {} in term {}", s.leader_name.empty() ? "none known" : s.leader_name, s.term));
  console.Line(fmt::format("  ledger        {} entries applied, {} committed, {} attestations", s.applied_index,
                           s.commit_index, s.attestation_count));
  console.Line(fmt::format("  voters        {} of {} reachable; {}", s.voters_reachable, s.voters,
                           s.failures_tolerable >= 0
                               ? fmt::format("{} more may fail", s.failures_tolerable)
                               : fmt::format("NO QUORUM: {} must come back", -s.failures_tolerable)));
  for (const api::PeerState& p : s.peers) {
    console.Line(fmt::format("  {:<13} {:<8} {} at {}{}{}", p.name, p.kind, p.reachable ? "reachable" : "NOT reachable",
                             p.address, p.match_index > 0 ? fmt::format(", holds {} entries", p.match_index) : "",
                             p.kind == "learner" && p.caught_up ? ", could vote" : ""));
  }
  if (!s.change_under_way.empty()) {
    console.Line(fmt::format("  under way     {}{}{}", s.change_under_way, s.waits_for.empty() ? "" : "; waits for ",
                             s.waits_for));
  }
  if (s.kind == "removed") console.Bad("removed: takes no more part, and can be stopped for good");
  if (s.kind == "joining") console.Line("  no member yet, as far as this node has read the ledger");
  if (s.standing == "recovering") {
    console.Bad("recovering: its disk lost entries that it had acknowledged; it votes with care, and stands for nothing, until it "
                "has them again");
  }
  if (s.standing == "observer") {
    console.Bad("observer: it cannot know what it has promised; it reads along, and neither its vote nor its signature counts. "
                "Replace it under a new identity");
  }
  if (!s.last_error.empty()) console.Bad("last error: " + s.last_error);
  return kOk;
}

}  // namespace

void AddNode(CLI::App& app, Context& context) {
  CLI::App* node = app.add_subcommand("node", "Look after one's own node");
  node->require_subcommand(1);
  auto profile = std::make_shared<std::string>("client.toml");
  CLI::App* status = node->add_subcommand("status", "Role, leader, progress, and how many failures the network can bear");
  status->add_option("--profile", *profile, "client.toml of an operator")->capture_default_str();
  OnRun(status, context, [=](const Console& console) { return NodeStatus(console, *profile); });
}

}  // namespace symbolon::cli
