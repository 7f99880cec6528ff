#include "ledger/verdict.h"

#include <algorithm>
#include <array>

namespace symbolon::ledger {
namespace {

constexpr std::array kVerdicts = std::to_array<VerdictInfo>({
    {Verdict::kAccepted, "accepted", "Every rule is kept."},
    {Verdict::kMalformedHeader, "malformed_header", "The bytes are not an entry header."},
    {Verdict::kWrongIndex, "wrong_index", "The header names another index than the entry has."},
    {Verdict::kTermDecreased, "term_decreased", "The term is smaller than that of an earlier entry."},
    {Verdict::kTimeDecreased, "time_decreased", "The leader's time is before that of an earlier entry."},
    {Verdict::kWrongFirstAttestationNumber, "wrong_first_attestation_number",
     "The first attestation number is not the number of attestations before this entry."},
    {Verdict::kUnknownKind, "unknown_kind", "No such kind of entry is known."},
    {Verdict::kGovernanceNotSupported, "governance_not_supported",
     "The decision asks for something that is reserved and that this version does not know."},
    {Verdict::kMalformedPayload, "malformed_payload", "The payload is not one of the entry's kind."},
    {Verdict::kWrongNetwork, "wrong_network", "It was made for another network."},
    {Verdict::kUnknownIssuer, "unknown_issuer", "No agency with this id is registered."},
    {Verdict::kUnknownKey, "unknown_key", "The issuer has no batch key with this id."},
    {Verdict::kKeyNotValid, "key_not_valid", "The issuer's key is not valid at this index."},
    {Verdict::kBadSignature, "bad_signature", "The issuer's signature does not verify."},
    {Verdict::kOutOfSequence, "out_of_sequence", "The sequence is not the next one of the issuer's key."},
    {Verdict::kCountMismatch, "count_mismatch",
     "The entry header and the signed batch differ in the number of attestations."},
    {Verdict::kUnknownRecordType, "unknown_record_type", "No record type has this number and version."},
    {Verdict::kRecordTypeNotAllowed, "record_type_not_allowed",
     "The issuer may not issue records of this type."},
    {Verdict::kIssueTimeNotOnGrid, "issue_time_not_on_grid",
     "The issue time is not a multiple of the network's granularity."},
    {Verdict::kIssueTimeInFuture, "issue_time_in_future", "The issue time is after the time of the entry."},
    {Verdict::kUnexpectedBody, "unexpected_body", "There is a body where there must be none."},
    {Verdict::kMalformedBody, "malformed_body", "The body is not one of the batch's size."},
    {Verdict::kCommitmentRootMismatch, "commitment_root_mismatch",
     "The commitments do not lead to the commitment root that was signed."},
    {Verdict::kTagRootMismatch, "tag_root_mismatch",
     "The look-up tags do not lead to the tag root that was signed."},
    {Verdict::kUnknownAttestation, "unknown_attestation", "No attestation has this number yet."},
    {Verdict::kAttestationVoid, "attestation_void", "The number was consumed by a rejected batch."},
    {Verdict::kNotIssuersAttestation, "not_issuers_attestation", "The attestation is another issuer's."},
    {Verdict::kRevokedIsFinal, "revoked_is_final", "The attestation is revoked, and that cannot be changed."},
    {Verdict::kNoChange, "no_change", "The attestation has this status already."},
    {Verdict::kSuccessorNotAllowed, "successor_not_allowed",
     "A successor goes with revocation only, and is another attestation."},
    {Verdict::kUnknownSuccessor, "unknown_successor", "No attestation has the successor's number yet."},
    {Verdict::kSuccessorNotUsable, "successor_not_usable", "The successor is revoked or void."},
    {Verdict::kNotIssuersSuccessor, "not_issuers_successor",
     "The successor is another issuer's attestation."},
    {Verdict::kSealNotAfterPrevious, "seal_not_after_previous",
     "The seal does not name the last accepted seal as the previous one."},
    {Verdict::kSealStatusDiffers, "seal_status_differs",
     "The seal states another status register than the ledger leads to."},
    {Verdict::kSealRegistryDiffers, "seal_registry_differs",
     "The seal states another registry than the ledger leads to."},
    {Verdict::kSealUnknownRoot, "seal_unknown_root", "The seal states a root that is not known."},
    {Verdict::kSealRepeated, "seal_repeated", "The seal says again what the last accepted one said."},
    {Verdict::kOtherRegistryVersion, "other_registry_version",
     "The proposal was made for another version of the registry."},
    {Verdict::kTooFewStewards, "too_few_stewards", "Fewer stewards have signed than the registry asks for."},
    {Verdict::kUnknownSteward, "unknown_steward", "A signature names a steward who is not registered."},
    {Verdict::kBadStewardSignature, "bad_steward_signature", "A steward's signature does not verify."},
    {Verdict::kChangeUnderWay, "change_under_way", "The last decision on the nodes is not carried out yet."},
    {Verdict::kNoChangeUnderWay, "no_change_under_way", "There is nothing to withdraw: all is carried out."},
    {Verdict::kTooLateToWithdraw, "too_late_to_withdraw",
     "An agency's vote is just passing from one node to the other: what is left needs nobody who could "
     "fail."},
    {Verdict::kUnknownAgency, "unknown_agency", "No agency with this id is registered."},
    {Verdict::kNodeNotWellFormed, "node_not_well_formed",
     "The node's name, address or one of its keys is not one that can be registered."},
    {Verdict::kNodeNumberUsed, "node_number_used", "The number is, or was, another node's."},
    {Verdict::kNodeNameUsed, "node_name_used", "The name is, or was, another node's."},
    {Verdict::kKeyUsed, "key_used", "One of the node's keys is, or was, in use elsewhere."},
    {Verdict::kTooManyNodes, "too_many_nodes", "The agency or the network has as many nodes as it may have."},
    {Verdict::kUnknownNode, "unknown_node", "No node has this number."},
    {Verdict::kNodeIsRemoved, "node_is_removed", "The node is removed, and that cannot be changed."},
    {Verdict::kNothingToChange, "nothing_to_change", "The node is so already."},
    {Verdict::kLastVoter, "last_voter", "It would leave the network without a voter."},
    {Verdict::kMalformedConfiguration, "malformed_configuration", "The payload is not a configuration."},
    {Verdict::kConfigurationNotDecided, "configuration_not_decided",
     "The configuration does not name the last accepted decision."},
    {Verdict::kConfigurationNoStep, "configuration_no_step",
     "The configuration is not a step from the one in force to what was decided."},
});

const VerdictInfo* Find(Verdict verdict) {
  const auto* it = std::find_if(kVerdicts.begin(), kVerdicts.end(),
                                [&](const VerdictInfo& info) { return info.verdict == verdict; });
  return it == kVerdicts.end() ? nullptr : it;
}

}  // namespace

std::span<const VerdictInfo> AllVerdicts() {
  return kVerdicts;
}

std::string_view VerdictName(Verdict verdict) {
  const VerdictInfo* info = Find(verdict);
  return info == nullptr ? "unknown_verdict" : info->name;
}

std::string_view VerdictSentence(Verdict verdict) {
  const VerdictInfo* info = Find(verdict);
  return info == nullptr ? "No such verdict is known to this version." : info->sentence;
}

std::optional<Verdict> VerdictFromNumber(uint16_t number) {
  const VerdictInfo* info = Find(static_cast<Verdict>(number));
  if (info == nullptr) return std::nullopt;
  return info->verdict;
}

bool IsLeadersFault(Verdict verdict) {
  switch (verdict) {
    case Verdict::kMalformedHeader:
    case Verdict::kWrongIndex:
    case Verdict::kTermDecreased:
    case Verdict::kTimeDecreased:
    case Verdict::kWrongFirstAttestationNumber:
    case Verdict::kUnknownKind:
    case Verdict::kGovernanceNotSupported:
    case Verdict::kCountMismatch:
    case Verdict::kSealNotAfterPrevious:
    case Verdict::kSealStatusDiffers:
    case Verdict::kSealRegistryDiffers:
    case Verdict::kSealUnknownRoot:
    case Verdict::kSealRepeated:
    case Verdict::kMalformedConfiguration:
    case Verdict::kConfigurationNotDecided:
    case Verdict::kConfigurationNoStep:
      return true;
    default:
      return false;
  }
}

bool ForbidsCosigning(Verdict verdict) {
  switch (verdict) {
    case Verdict::kWrongFirstAttestationNumber:
    case Verdict::kCountMismatch:
    case Verdict::kSealNotAfterPrevious:
    case Verdict::kSealStatusDiffers:
    case Verdict::kSealRegistryDiffers:
    case Verdict::kSealUnknownRoot:
    case Verdict::kMalformedConfiguration:
    case Verdict::kConfigurationNotDecided:
    case Verdict::kConfigurationNoStep:
      return true;
    default:
      return false;
  }
}

bool IsBodyFault(Verdict verdict) {
  return verdict == Verdict::kUnexpectedBody || verdict == Verdict::kMalformedBody ||
         verdict == Verdict::kCommitmentRootMismatch || verdict == Verdict::kTagRootMismatch;
}

}  // namespace symbolon::ledger
