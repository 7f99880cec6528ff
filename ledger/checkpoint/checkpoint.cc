#include "ledger/checkpoint/checkpoint.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <optional>

#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "ledger/checkpoint/text_lines.h"
#include "ledger/merkle/hash.h"

namespace symbolon::ledger {
namespace {

absl::Status Refuse(const std::string& why) {
  return absl::InvalidArgumentError("checkpoint: " + why);
}

}  // namespace

Bytes FormatCheckpoint(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size, ToBase64(View(checkpoint.root)));
}

absl::StatusOr<Checkpoint> ParseCheckpoint(ByteView text) {
  LineReader lines(text);
  const auto origin = lines.Next(), size = lines.Next(), root = lines.Next();
  if (!root) return Refuse("has fewer than three lines; origin, size and root are needed");
  if (!IsKeyName(*origin)) return Refuse("line 1: the origin is not a key name");
  const std::optional<uint64_t> size_value = ParseDecimal(*size);
  if (!size_value) return Refuse("line 2: the size is not a decimal number without leading zeros below 2^64");
  const absl::StatusOr<Digest> root_hash = ParseHash(*root);
  if (!root_hash.ok()) return Annotate(root_hash.status(), "checkpoint: line 3: root");
  if (!lines.rest().empty()) {
    return Refuse("line 4: extension lines are refused; not every kind of cosignature covers them");
  }
  if ((*size_value == 0) != (*root_hash == EmptyRoot())) {
    return Refuse(*size_value == 0 ? "the root of 0 leaves must be that of the empty tree"
                                   : "the root of the empty tree does not go with a size above 0");
  }
  return Checkpoint{std::string(*origin), *size_value, *root_hash};
}

absl::StatusOr<Bytes> SignCheckpoint(const Checkpoint& checkpoint, const SigningKey& log_key,
                                     std::span<const NoteSignature> cosignatures) {
  SignedNote note;
  note.text = FormatCheckpoint(checkpoint);
  RETURN_IF_ERROR(ParseCheckpoint(note.text).status());
  note.signatures.push_back(SignNote(note.text, checkpoint.origin, log_key));
  note.signatures.insert(note.signatures.end(), cosignatures.begin(), cosignatures.end());
  return FormatNote(note);
}

}  // namespace symbolon::ledger
