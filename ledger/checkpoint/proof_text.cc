#include "ledger/checkpoint/proof_text.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <optional>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "ledger/checkpoint/signed_note.h"
#include "ledger/checkpoint/text_lines.h"

namespace symbolon::ledger {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

absl::Status Refuse(const std::string& why) {
  return absl::InvalidArgumentError("proof text: " + why);
}

absl::Status ReadExtra(LineReader& lines, ProofText& proof) {
  if (!lines.NextStartsWith(kExtra)) return absl::OkStatus();
  const auto line = lines.Next();
  const absl::StatusOr<Bytes> extra =
      line ? FromBase64(line->substr(kExtra.size())) : absl::InvalidArgumentError("does not end");
  if (!extra.ok()) return Annotate(extra.status(), "proof text: line 2: extra");
  if (extra->empty()) return Refuse("line 2: extra data is empty; the line must then be left out");
  proof.extra = *extra;
  return absl::OkStatus();
}

}  // namespace

Bytes FormatProofText(const ProofText& proof) {
  Bytes out = fmt::format("{}\n", kFirstLine);
  if (!proof.extra.empty()) out += fmt::format("{}{}\n", kExtra, ToBase64(proof.extra));
  out += fmt::format("{}{}\n", kIndex, proof.index);
  for (const Digest& hash : proof.path) out += ToBase64(View(hash)) + '\n';
  return out + '\n' + proof.checkpoint;
}

absl::StatusOr<ProofText> ParseProofText(ByteView text) {
  if (text.size() > kMaxProofTextSize) {
    return Refuse(fmt::format("{} bytes; at most {} are possible", text.size(), kMaxProofTextSize));
  }
  LineReader lines(text);
  if (lines.Next() != kFirstLine) return Refuse(fmt::format("line 1: expected {}", kFirstLine));
  ProofText proof;
  RETURN_IF_ERROR(ReadExtra(lines, proof));
  const auto line = lines.Next();
  const std::optional<uint64_t> index =
      line && line->starts_with(kIndex) ? ParseDecimal(line->substr(kIndex.size())) : std::nullopt;
  if (!index) {
    return Refuse(fmt::format("line {}: expected \"index\" and a decimal number without leading zeros",
                              proof.extra.empty() ? 2 : 3));
  }
  proof.index = *index;
  ASSIGN_OR_RETURN(proof.path, ReadHashLines(lines, kMaxProofHashes, "proof text"));
  const absl::StatusOr<SignedNote> note = ParseNote(lines.rest());
  if (!note.ok()) return Annotate(note.status(), "proof text: checkpoint");
  proof.checkpoint = lines.rest();
  return proof;
}

}  // namespace symbolon::ledger
