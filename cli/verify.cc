#include "cli/verify.h"

#include <fmt/format.h>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "cli/files.h"
#include "cli/profile.h"

namespace symbolon::cli {
namespace {

using identity::PresentationResult;

identity::VerifyOptions OptionsFor(const VerifyRules& rules, uint64_t now_ms) {
  identity::VerifyOptions options;
  options.now_ms = now_ms;
  options.require_status = rules.require_status;
  options.max_status_age_ms = rules.max_status_age_ms;
  return options;
}

// The node has applied a change that no seal states yet: its word is newer than the proof.
void TakeNodesWord(PresentationResult& result, api::AttestationStatus status) {
  const auto refuse = [&](std::string_view reason, const char* sentence) {
    result.verified = false;
    result.reason = reason;
    result.sentence = sentence;
  };
  switch (status) {
    case api::AttestationStatus::kRevoked:
      return refuse(identity::reason::kRevoked, "The issuer has revoked this attestation.");
    case api::AttestationStatus::kSuspended:
      return refuse(identity::reason::kSuspended, "The issuer has suspended this attestation.");
    case api::AttestationStatus::kVoid:
      return refuse("attestation_void", "The ledger rejected this attestation.");
    case api::AttestationStatus::kUnknown:
      return refuse(identity::reason::kStatusUnknown, "The node does not know this attestation yet.");
    case api::AttestationStatus::kValid:
      return;
  }
}

// A value as a terminal may show it: it is the issuer's text, and control characters are nobody's name.
std::string Shown(const identity::DisclosedAttribute& attribute) {
  if (!attribute.value) return "(none in the record)";
  if (attribute.type == identity::ValueType::kBytes) return ToHex(*attribute.value);
  std::string out;
  for (char c : *attribute.value) {
    if (c == '\n') {
      out += " / ";
    } else if (static_cast<uint8_t>(c) < 0x20 || c == 0x7f) {
      out += '?';
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

PresentationResult VerifyOffline(const identity::Presentation& presentation, const ledger::Trust& trust,
                                 const VerifyRules& rules, uint64_t now_ms) {
  return identity::VerifyPresentation(presentation, trust, OptionsFor(rules, now_ms));
}

absl::StatusOr<PresentationResult> VerifyOnline(const identity::Presentation& presentation, ledger::Trust trust,
                                                api::Client& client, const VerifyRules& rules, uint64_t now_ms) {
  identity::VerifyOptions options;
  options.now_ms = now_ms;
  PresentationResult local = identity::VerifyPresentation(presentation, trust, options);
  const bool unknown_node = local.reason == ledger::ProofFailureName(ledger::ProofFailure::kUnknownNode);
  if (!local.facts && !unknown_node) return local;  // not even the record is proved: nothing to ask a node about
  // Who has signed may have become a member since the genesis that is pinned.
  RETURN_IF_ERROR(FollowMembers(client, trust).status());
  if (unknown_node) {
    local = identity::VerifyPresentation(presentation, trust, options);
    if (!local.facts) return local;
  }

  api::Freshness freshness;
  if (rules.linearizable) freshness.mode = api::Freshness::Mode::kLinearizable;
  ASSIGN_OR_RETURN(api::Verified answer, client.Verify(local.facts->attestation_number, freshness));
  if (!answer.proof.empty()) {
    options = OptionsFor(rules, now_ms);
    options.verification_proof = answer.proof;
    local = identity::VerifyPresentation(presentation, trust, options);
  }
  if (local.verified) TakeNodesWord(local, answer.status);
  return local;
}

Json ToJson(const PresentationResult& result) {
  Json json = {{"ok", result.verified}, {"verified", result.verified}, {"reason", result.reason},
               {"sentence", result.sentence}};
  if (!result.facts) return json;
  const identity::PresentationFacts& f = *result.facts;
  Json attributes = Json::object();
  for (const auto& a : f.attributes) {
    const bool binary = a.type == identity::ValueType::kBytes;
    attributes[a.name] = !a.value ? Json(nullptr) : Json(binary ? ToHex(*a.value) : *a.value);
  }
  json["record_type"] = f.record_type->name;
  json["attributes"] = attributes;
  json["issuer"] = f.issuer;
  json["issuer_name"] = f.issuer_name;
  json["attestation_number"] = f.attestation_number;
  json["attested_at"] = TimeText(f.attested_at_ms);
  json["checkpoint_size"] = f.checkpoint.size;
  if (f.status) {
    json["status"] = {{"value", ledger::StatusName(f.status->status)},
                      {"as_of_index", f.status->as_of_index},
                      {"as_of", TimeText(f.status->as_of_ms)},
                      {"age_seconds", f.status->age_ms / 1000},
                      {"checkpoint_size", f.status->checkpoint.size}};
  } else {
    json["status"] = nullptr;
  }
  return json;
}

void Print(const Console& console, const PresentationResult& result) {
  if (result.verified) {
    console.Good("VERIFIED");
  } else {
    console.Bad(fmt::format("NOT VERIFIED: {} ({})", result.sentence, result.reason));
  }
  if (!result.facts) return;
  const identity::PresentationFacts& f = *result.facts;
  for (const auto& a : f.attributes) console.Line(fmt::format("  {:<24} {}", a.name, Shown(a)));
  console.Line(fmt::format("  {:<24} {} ({})", "issuer", f.issuer, f.issuer_name));
  console.Line(fmt::format("  {:<24} {}, number {}, taken into the ledger {}", "attestation", f.record_type->name,
                           f.attestation_number, TimeText(f.attested_at_ms)));
  if (f.status) {
    console.Line(fmt::format("  {:<24} {}; this knowledge is {} old (checkpoint of {} entries)", "status",
                             ledger::StatusName(f.status->status), AgeText(f.status->age_ms),
                             f.status->checkpoint.size));
  } else {
    console.Line(fmt::format("  {:<24} {}", "status", "not known here: no proof of it was presented"));
  }
}

}  // namespace symbolon::cli
