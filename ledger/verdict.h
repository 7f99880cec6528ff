#pragma once
// Every reason for which an entry is accepted or rejected, in one place. Numbers and names are stable: they
// are stored, exported, shown by metrics and clients, and compared by audits. docs/verdicts.md has the same
// table, in the order in which the rules are judged.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace symbolon::ledger {

enum class Verdict : uint16_t {
  kAccepted = 0,

  // The header and the leader who made it.
  kMalformedHeader = 1,
  kWrongIndex = 2,
  kTermDecreased = 3,
  kTimeDecreased = 4,
  kWrongFirstAttestationNumber = 5,
  kUnknownKind = 6,
  kGovernanceNotSupported = 7,
  kMalformedPayload = 8,

  // A signed transaction: batch or status.
  kWrongNetwork = 20,
  kUnknownIssuer = 21,
  kUnknownKey = 22,
  kKeyNotValid = 23,
  kBadSignature = 24,
  kOutOfSequence = 25,

  // A batch.
  kCountMismatch = 40,
  kUnknownRecordType = 41,
  kRecordTypeNotAllowed = 42,
  kIssueTimeNotOnGrid = 43,
  kIssueTimeInFuture = 44,
  // A body. Given before an entry exists (precheck, append); never recorded: see docs/verdicts.md.
  kUnexpectedBody = 45,
  kMalformedBody = 46,
  kCommitmentRootMismatch = 47,
  kTagRootMismatch = 48,

  // A status transaction.
  kUnknownAttestation = 60,
  kAttestationVoid = 61,
  kNotIssuersAttestation = 62,
  kRevokedIsFinal = 63,
  kNoChange = 64,
  kSuccessorNotAllowed = 65,
  kUnknownSuccessor = 66,
  kSuccessorNotUsable = 67,
  kNotIssuersSuccessor = 68,

  // A seal.
  kSealNotAfterPrevious = 80,
  kSealStatusDiffers = 81,
  kSealRegistryDiffers = 82,
  kSealUnknownRoot = 83,
  kSealRepeated = 84,

  // A decision of the stewards.
  kOtherRegistryVersion = 100,
  kTooFewStewards = 101,
  kUnknownSteward = 102,
  kBadStewardSignature = 103,
  kChangeUnderWay = 104,
  kNoChangeUnderWay = 105,
  kTooLateToWithdraw = 106,
  kUnknownAgency = 107,
  kNodeNotWellFormed = 108,
  kNodeNumberUsed = 109,
  kNodeNameUsed = 110,
  kKeyUsed = 111,
  kTooManyNodes = 112,
  kUnknownNode = 113,
  kNodeIsRemoved = 114,
  kNothingToChange = 115,
  kLastVoter = 116,

  // A configuration.
  kMalformedConfiguration = 120,
  kConfigurationNotDecided = 121,
  kConfigurationNoStep = 122,
};

struct VerdictInfo {
  Verdict verdict;
  std::string_view name;      // snake_case, stable
  std::string_view sentence;  // what is wrong, for a person
};

// All of them, ascending by number.
std::span<const VerdictInfo> AllVerdicts();

std::string_view VerdictName(Verdict verdict);      // "unknown_verdict" for a number that is none
std::string_view VerdictSentence(Verdict verdict);  // likewise a sentence
std::optional<Verdict> VerdictFromNumber(uint16_t number);

// Whether only the entry's leader can have caused it: evidence against a node, not against an issuer.
bool IsLeadersFault(Verdict verdict);
// Whether the entry says something false that a proof could be built upon: a place among the attestation
// numbers or a root that are not the ledger's. A node does not cosign a checkpoint that covers such an entry;
// so whoever asks for a final checkpoint need not know verdicts.
bool ForbidsCosigning(Verdict verdict);
// Whether the bytes of the body are what is wrong. Such an entry is refused before it is stored.
bool IsBodyFault(Verdict verdict);

}  // namespace symbolon::ledger
