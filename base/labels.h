#pragma once
// Every leaf tag and every label of the project, in one place: two things that are hashed or signed can be
// mistaken for one another only if they share one. docs/formats.md carries the same table.

#include <string_view>

namespace symbolon::labels {

// Merkle leaves begin with one of these, zero-padded to 16 bytes.
inline constexpr std::string_view kRecordLeaf = "symbolon/rec/v1";      // attribute of a record
inline constexpr std::string_view kCommitmentLeaf = "symbolon/com/v1";  // commitment in a batch
inline constexpr std::string_view kTagLeaf = "symbolon/tag/v1";         // look-up tags in a batch
inline constexpr std::string_view kEntryLeaf = "symbolon/ent/v1";       // entry header: leaf of the ledger
inline constexpr std::string_view kStatusLeaf = "symbolon/sta/v1";      // chunk of the status register
inline constexpr std::string_view kJournalLeaf = "symbolon/jou/v1";     // access journal (later)

// Other hashes and all signed messages begin with one of these and a NUL.
inline constexpr std::string_view kGenesis = "symbolon/genesis/v1";
inline constexpr std::string_view kRegistry = "symbolon/registry/v1";
inline constexpr std::string_view kBatch = "symbolon/batch/v1";
inline constexpr std::string_view kStatus = "symbolon/status/v1";
inline constexpr std::string_view kSeal = "symbolon/seal/v1";
inline constexpr std::string_view kConfiguration = "symbolon/configuration/v1";
inline constexpr std::string_view kProposal = "symbolon/proposal/v1";
inline constexpr std::string_view kSalt = "symbolon/salt/v1";
inline constexpr std::string_view kLookupTag = "symbolon/lookuptag/v1";
inline constexpr std::string_view kPresentation = "symbolon/presentation/v1";
inline constexpr std::string_view kReceipt = "symbolon/receipt/v1";
inline constexpr std::string_view kVerificationProof = "symbolon/proof/v1";

}  // namespace symbolon::labels
