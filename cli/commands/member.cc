#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "cli/commands/command.h"
#include "cli/files.h"
#include "cli/member/proposal_file.h"
#include "cli/member/submit.h"
#include "cli/network/node_folder.h"
#include "cli/profile.h"

namespace symbolon::cli {
namespace {

// What the members are now, as the profile's node proves it.
struct Now {
  std::unique_ptr<api::Client> client;
  ledger::Trust trust;
  api::MembershipState state;
};

absl::StatusOr<Now> Ask(const std::string& profile_file) {
  ASSIGN_OR_RETURN(const ClientProfile profile, LoadProfile(profile_file));
  ASSIGN_OR_RETURN(ledger::Trust trust, LoadTrust(profile));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  ASSIGN_OR_RETURN(api::MembershipState state, FollowMembers(*client, trust));
  return Now{std::move(client), std::move(trust), std::move(state)};
}

// A node by its number or its name.
absl::StatusOr<ledger::Registry::NodeRef> FindNode(const ledger::Registry& registry, const std::string& which) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(which.data(), which.data() + which.size(), number);
  const bool is_number = error == std::errc() && end == which.data() + which.size();
  const auto found = is_number ? registry.FindNode(number) : registry.FindNodeByName(which);
  if (!found) return absl::NotFoundError(fmt::format("no node has the number or name {}", which));
  return *found;
}

struct ProposeOptions {
  std::string profile = "client.toml";
  std::string out;
  std::string request;         // add-node
  std::string kind = "voter";  // add-node
  std::string node;            // all others but withdraw
  std::string address;         // address
};

using MakeAction = std::function<absl::StatusOr<ledger::Action>(const ProposeOptions&, const ledger::Registry&)>;

absl::StatusOr<ExitCode> Propose(const Console& console, const ProposeOptions& o, const MakeAction& make) {
  ASSIGN_OR_RETURN(Now now, Ask(o.profile));
  const ledger::Membership& members = now.trust.membership();
  ASSIGN_OR_RETURN(ledger::Action action, make(o, *members.registry));
  const std::string says = ledger::DescribeAction(action);
  const ProposalFile file{ledger::EncodeProposal({members.network, members.version, std::move(action)}), {}};
  RETURN_IF_ERROR(WriteProposalFile(o.out, file));
  const int threshold = members.registry->steward_threshold;
  console.Good(fmt::format("proposal in {}: {}", o.out, says));
  console.Line(fmt::format("  for version {} of the registry; {} stewards must sign: symbolon member sign {} --steward "
                           "steward.toml",
                           members.version, threshold, o.out));
  if (!members.IsCarriedOut() && says != ledger::DescribeAction(ledger::WithdrawChange{})) {
    console.Note("another change is under way: until it is carried out this one will be rejected");
  }
  console.Object({{"ok", true},
                  {"proposal", o.out},
                  {"says", says},
                  {"registry_version", members.version},
                  {"stewards_needed", threshold}});
  return kOk;
}

absl::StatusOr<ExitCode> Sign(const Console& console, const std::string& file, const std::string& steward_file) {
  ASSIGN_OR_RETURN(ProposalFile proposal, ReadProposalFile(file));
  ASSIGN_OR_RETURN(const StewardFile steward, ReadStewardFile(steward_file));
  ASSIGN_OR_RETURN(const ledger::Proposal decoded, proposal.Decode());
  if (decoded.network != steward.network) {
    return absl::InvalidArgumentError(fmt::format("{}: the proposal is another network's", file));
  }
  std::erase_if(proposal.signatures, [&](const ledger::StewardSignature& s) {
    return s.agency == steward.steward.agency && s.key_id == steward.steward.key_id;
  });
  proposal.signatures.push_back(ledger::SignProposal(proposal.proposal, steward.steward, steward.key));
  RETURN_IF_ERROR(WriteProposalFile(file, proposal));
  const std::string says = ledger::DescribeAction(decoded.action);
  console.Good(fmt::format("signed by the steward of {}: {}", steward.steward.agency, says));
  console.Line(fmt::format("  in version {} of the registry; {} of {} signatures", decoded.registry_version,
                           proposal.signatures.size(), static_cast<int>(steward.threshold)));
  console.Object({{"ok", true},
                  {"says", says},
                  {"registry_version", decoded.registry_version},
                  {"signatures", proposal.signatures.size()},
                  {"stewards_needed", steward.threshold}});
  return kOk;
}

struct SubmitOptions {
  std::string file;
  std::string profile = "client.toml";
  int timeout_s = 120;
};

absl::StatusOr<ExitCode> Submit(const Console& console, const SubmitOptions& o) {
  ASSIGN_OR_RETURN(const ProposalFile proposal, ReadProposalFile(o.file));
  ASSIGN_OR_RETURN(const ledger::Proposal decoded, proposal.Decode());
  ASSIGN_OR_RETURN(Now now, Ask(o.profile));
  const Bytes decision = ledger::EncodeDecision(proposal.proposal, proposal.signatures);
  ASSIGN_OR_RETURN(const DecisionResult result,
                   SubmitDecision(*now.client, now.trust, decision, o.timeout_s * 1000,
                                  [&](const std::string& what) { console.Note("waits for " + what); }));
  const std::string says = ledger::DescribeAction(decoded.action);
  console.Good(fmt::format("decided in entry {}{}: {}", result.entry_index, result.existing ? " (before)" : "", says));
  if (result.carried_out) {
    console.Good("carried out");
  } else {
    console.Bad(fmt::format("not carried out after {} s{}{}", o.timeout_s,
                            result.waits_for.empty() ? "" : "; the leader waits for ", result.waits_for));
    console.Line("  it goes on by itself; to give it up: symbolon member propose withdraw");
  }
  console.Object({{"ok", result.carried_out},
                  {"says", says},
                  {"entry_index", result.entry_index},
                  {"existing", result.existing},
                  {"registry_version", result.registry_version},
                  {"carried_out", result.carried_out},
                  {"waits_for", result.waits_for}});
  return result.carried_out ? kOk : kNotVerified;
}

std::string_view KindInForce(const ledger::Membership& members, uint64_t number) {
  for (const ledger::Member& member : members.in_force.members) {
    if (member.number == number) return ledger::NodeKindName(member.kind);
  }
  return "none";
}

absl::StatusOr<ExitCode> List(const Console& console, const std::string& profile) {
  ASSIGN_OR_RETURN(const Now now, Ask(profile));
  const ledger::Membership& members = now.trust.membership();
  const ledger::Registry& registry = *members.registry;
  console.Line(fmt::format("version {} of the registry, decided in entry {}, configuration in force since entry {}",
                           members.version, members.decided_at, members.in_force_at));
  Json nodes = Json::array(), stewards = Json::array();
  for (const auto& ref : registry.nodes()) {
    const ledger::Node& node = *ref.node;
    const std::string_view decided = ledger::NodeKindName(node.kind), in_force = KindInForce(members, node.number);
    const bool same = decided == in_force || (decided == "removed" && in_force == "none");
    console.Line(fmt::format("  {:>4} {:<16} {:<10} {}{}", node.number, node.name, decided, node.address,
                             same ? "" : fmt::format("  (in force: {})", in_force)));
    nodes.push_back({{"number", node.number},
                     {"name", node.name},
                     {"agency", ref.agency->id},
                     {"address", node.address},
                     {"decided", decided},
                     {"in_force", in_force}});
  }
  for (const ledger::Steward& steward : registry.stewards) {
    stewards.push_back({{"agency", steward.agency}, {"key_id", steward.key_id}});
  }
  console.Line(fmt::format("{} of {} stewards decide", static_cast<int>(registry.steward_threshold),
                           registry.stewards.size()));
  if (!members.IsCarriedOut()) {
    console.Bad(fmt::format("a change is under way{}{}", now.state.waits_for.empty() ? "" : "; the leader waits for ",
                            now.state.waits_for));
  }
  console.Object({{"ok", true},
                  {"registry_version", members.version},
                  {"registry_digest", ToHex(members.digest)},
                  {"decided_at", members.decided_at},
                  {"in_force_at", members.in_force_at},
                  {"carried_out", members.IsCarriedOut()},
                  {"waits_for", now.state.waits_for},
                  {"nodes", nodes},
                  {"steward_threshold", registry.steward_threshold},
                  {"stewards", stewards}});
  return kOk;
}

absl::StatusOr<ExitCode> Trust(const Console& console, const std::string& profile_file, const std::string& out) {
  ASSIGN_OR_RETURN(const Now now, Ask(profile_file));
  ASSIGN_OR_RETURN(const Bytes genesis, ledger::EncodeGenesis(now.trust.genesis()));
  RETURN_IF_ERROR(WriteTrustFile(out, genesis, now.state.headers));
  console.Good(fmt::format("trust bundle in {}: version {} of the registry", out, now.trust.membership().version));
  console.Object({{"ok", true}, {"trust", out}, {"registry_version", now.trust.membership().version}});
  return kOk;
}

absl::StatusOr<ledger::Action> MakeAddNode(const ProposeOptions& o, const ledger::Registry&) {
  ASSIGN_OR_RETURN(ledger::AddNode add, ReadNodeRequest(o.request));
  add.node.kind = o.kind == "voter" ? ledger::NodeKind::kVoter : ledger::NodeKind::kLearner;
  return add;
}

template <ledger::NodeKind kKind>
absl::StatusOr<ledger::Action> MakeChangeKind(const ProposeOptions& o, const ledger::Registry& registry) {
  ASSIGN_OR_RETURN(const auto ref, FindNode(registry, o.node));
  return ledger::ChangeKind{ref.node->number, kKind};
}

absl::StatusOr<ledger::Action> MakeRemove(const ProposeOptions& o, const ledger::Registry& registry) {
  ASSIGN_OR_RETURN(const auto ref, FindNode(registry, o.node));
  return ledger::RemoveNode{ref.node->number};
}

absl::StatusOr<ledger::Action> MakeAddress(const ProposeOptions& o, const ledger::Registry& registry) {
  ASSIGN_OR_RETURN(const auto ref, FindNode(registry, o.node));
  if (!ledger::IsHostPort(o.address)) return absl::InvalidArgumentError("address: must be host:port");
  return ledger::ChangeAddress{ref.node->number, o.address};
}

absl::StatusOr<ledger::Action> MakeWithdraw(const ProposeOptions&, const ledger::Registry&) {
  return ledger::WithdrawChange{};
}

// One way of proposing; what it takes beside profile and file is added by the caller.
CLI::App* AddProposal(CLI::App* propose, Context& context, const char* name, const char* help,
                      const std::shared_ptr<ProposeOptions>& o, MakeAction make) {
  CLI::App* command = propose->add_subcommand(name, help);
  command->add_option("--profile", o->profile, "client.toml of anybody: what is proposed depends on the members now")
      ->capture_default_str();
  command->add_option("--out", o->out, "File to write the proposal to")->required();
  OnRun(command, context,
        [o, make = std::move(make)](const Console& console) { return Propose(console, *o, make); });
  return command;
}

void AddPropose(CLI::App* member, Context& context) {
  CLI::App* propose = member->add_subcommand("propose", "Write a proposal for the stewards to sign");
  propose->require_subcommand(1);
  auto o = std::make_shared<ProposeOptions>();
  CLI::App* add = AddProposal(propose, context, "add-node", "Admit a new node", o, MakeAddNode);
  add->add_option("--request", o->request, "request.json of the node (symbolon network add-node)")->required();
  add->add_option("--kind", o->kind, "voter (takes over its agency's vote) or learner")
      ->check(CLI::IsMember({"voter", "learner"}))
      ->capture_default_str();
  const auto of_a_node = [&](const char* name, const char* help, MakeAction make) {
    CLI::App* command = AddProposal(propose, context, name, help, o, std::move(make));
    command->add_option("NODE", o->node, "Its number or name")->required();
    return command;
  };
  of_a_node("promote", "A learner becomes its agency's voter", MakeChangeKind<ledger::NodeKind::kVoter>);
  of_a_node("demote", "A voter becomes a learner", MakeChangeKind<ledger::NodeKind::kLearner>);
  of_a_node("remove", "A node goes for ever", MakeRemove);
  of_a_node("address", "A node moves to another address", MakeAddress)
      ->add_option("ADDRESS", o->address, "host:port")
      ->required();
  AddProposal(propose, context, "withdraw", "Give up what is not carried out yet of the last decision", o, MakeWithdraw);
}

}  // namespace

void AddMember(CLI::App& app, Context& context) {
  CLI::App* member = app.add_subcommand("member", "Who the nodes are: propose, sign, submit and list changes");
  member->require_subcommand(1);
  AddPropose(member, context);

  auto file = std::make_shared<std::string>();
  auto steward = std::make_shared<std::string>("steward.toml");
  CLI::App* sign = member->add_subcommand("sign", "Sign a proposal as steward");
  sign->add_option("FILE", *file, "The proposal; the signature is added to it")->required();
  sign->add_option("--steward", *steward, "steward.toml: agency, key_id, key and genesis")->capture_default_str();
  OnRun(sign, context, [=](const Console& console) { return Sign(console, *file, *steward); });

  auto options = std::make_shared<SubmitOptions>();
  CLI::App* submit = member->add_subcommand("submit", "Hand a signed proposal in and wait until it is carried out");
  submit->add_option("FILE", options->file, "The proposal with its signatures")->required();
  submit->add_option("--profile", options->profile, "client.toml of an operator")->capture_default_str();
  submit->add_option("--timeout", options->timeout_s, "Seconds to wait")->capture_default_str();
  OnRun(submit, context, [=](const Console& console) { return Submit(console, *options); });

  auto profile = std::make_shared<std::string>("client.toml");
  CLI::App* list = member->add_subcommand("list", "Members now, as the genesis and the stewards' decisions prove");
  list->add_option("--profile", *profile, "client.toml of anybody")->capture_default_str();
  OnRun(list, context, [=](const Console& console) { return List(console, *profile); });

  auto out = std::make_shared<std::string>();
  CLI::App* trust = member->add_subcommand("trust", "Write a trust bundle for offline verifiers, with the members now");
  trust->add_option("--profile", *profile, "client.toml of anybody")->capture_default_str();
  trust->add_option("--out", *out, "File to write, trust.json")->required();
  OnRun(trust, context, [=](const Console& console) { return Trust(console, *profile, *out); });
}

}  // namespace symbolon::cli
