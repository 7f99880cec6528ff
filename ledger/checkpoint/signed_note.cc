#include "ledger/checkpoint/signed_note.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "base/utf8.h"
#include "ledger/checkpoint/text_lines.h"

namespace symbolon::ledger {
namespace {

constexpr std::string_view kDash = "\u2014 ";  // em dash and a space
constexpr size_t kKeyIdSize = 4;

absl::Status Refuse(const std::string& why) {
  return absl::InvalidArgumentError("note: " + why);
}

absl::Status CheckCharacters(ByteView bytes) {
  const auto is_control = [](char c) { return static_cast<uint8_t>(c) < ' ' && c != '\n'; };
  if (const auto bad = std::find_if(bytes.begin(), bytes.end(), is_control); bad != bytes.end()) {
    return Refuse(fmt::format("control character 0x{:02x} at byte {}", static_cast<uint8_t>(*bad),
                              bad - bytes.begin()));
  }
  return IsUtf8(bytes) ? absl::OkStatus() : Refuse("not valid UTF-8");
}

absl::StatusOr<NoteSignature> ParseSignatureLine(std::string_view line) {
  if (!line.starts_with(kDash))
    return absl::InvalidArgumentError("does not begin with an em dash and a space");
  line.remove_prefix(kDash.size());
  const size_t space = line.find(' ');
  if (space == std::string_view::npos) {
    return absl::InvalidArgumentError("has no space between the key name and the signature");
  }
  NoteSignature signature;
  signature.name = line.substr(0, space);
  if (!IsKeyName(signature.name)) return absl::InvalidArgumentError("has a bad key name");
  ASSIGN_OR_RETURN(const Bytes blob, FromBase64(line.substr(space + 1)));
  if (blob.size() <= kKeyIdSize)
    return absl::InvalidArgumentError("is too short for a key id and a signature");
  signature.key_id = Reader(blob, "signature").U32("key id");
  signature.signature = blob.substr(kKeyIdSize);
  return signature;
}

absl::Status CheckForFormat(const SignedNote& note) {
  if (note.text.empty() || note.text.back() != '\n') return Refuse("the text does not end in a line feed");
  if (note.signatures.empty()) return Refuse("no signature");
  if (note.signatures.size() > kMaxNoteSignatures) {
    return Refuse(
        fmt::format("{} signatures; at most {} are possible", note.signatures.size(), kMaxNoteSignatures));
  }
  for (size_t i = 0; i < note.signatures.size(); ++i) {
    if (!IsKeyName(note.signatures[i].name) || note.signatures[i].signature.empty()) {
      return Refuse(fmt::format("signature {} has a bad key name or is empty", i + 1));
    }
  }
  return CheckCharacters(note.text);
}

// The result of one signature against the known keys: nullopt when none of them is meant.
absl::StatusOr<std::optional<GoodSignature>> VerifyOne(const NoteSignature& signature, ByteView text,
                                                       std::span<const VerifierKey> keys) {
  absl::Status failure;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].id() != signature.key_id || keys[i].name() != signature.name) continue;
    const absl::StatusOr<uint64_t> time =
        VerifyNoteSignature(keys[i].type(), keys[i].key(), text, signature.signature);
    if (time.ok()) return GoodSignature{i, *time};
    failure = time.status();
  }
  if (failure.ok()) return std::nullopt;
  return absl::FailedPreconditionError(fmt::format("note: known key {}+{:08x}: {}", signature.name,
                                                   signature.key_id, std::string(failure.message())));
}

}  // namespace

absl::StatusOr<SignedNote> ParseNote(ByteView bytes) {
  if (bytes.size() > kMaxNoteSize) {
    return Refuse(fmt::format("{} bytes; at most {} are possible", bytes.size(), kMaxNoteSize));
  }
  RETURN_IF_ERROR(CheckCharacters(bytes));
  const size_t split = bytes.rfind("\n\n");
  if (split == ByteView::npos) return Refuse("no empty line between text and signatures");
  if (bytes.back() != '\n') return Refuse("the last line does not end in a line feed");
  SignedNote note;
  note.text = bytes.substr(0, split + 1);
  LineReader lines(bytes.substr(split + 2));
  while (const auto line = lines.Next()) {
    if (note.signatures.size() == kMaxNoteSignatures) {
      return Refuse(fmt::format("more than {} signatures", kMaxNoteSignatures));
    }
    absl::StatusOr<NoteSignature> signature = ParseSignatureLine(*line);
    if (!signature.ok()) {
      return Annotate(signature.status(), fmt::format("note: signature line {}", lines.line_number()));
    }
    note.signatures.push_back(*std::move(signature));
  }
  if (note.signatures.empty()) return Refuse("no signature");
  return note;
}

Bytes FormatSignatureLine(const NoteSignature& signature) {
  const Bytes blob = Writer().U32(signature.key_id).Raw(signature.signature).Take();
  return fmt::format("{}{} {}\n", kDash, signature.name, ToBase64(blob));
}

absl::StatusOr<Bytes> FormatNote(const SignedNote& note) {
  RETURN_IF_ERROR(CheckForFormat(note));
  Bytes out = note.text + '\n';
  for (const NoteSignature& signature : note.signatures) out += FormatSignatureLine(signature);
  if (out.size() > kMaxNoteSize) {
    return Refuse(fmt::format("{} bytes; at most {} are possible", out.size(), kMaxNoteSize));
  }
  return out;
}

absl::StatusOr<Bytes> AppendSignatures(ByteView note, std::span<const NoteSignature> signatures) {
  ASSIGN_OR_RETURN(SignedNote parsed, ParseNote(note));
  parsed.signatures.insert(parsed.signatures.end(), signatures.begin(), signatures.end());
  return FormatNote(parsed);
}

NoteSignature SignNote(ByteView text, std::string name, const SigningKey& key) {
  NoteSignature signature;
  signature.key_id = NoteKeyId(name, SignatureType::kEd25519, View(key.public_key()));
  signature.name = std::move(name);
  signature.signature = Bytes(View(key.Sign(text)));
  return signature;
}

absl::StatusOr<std::vector<GoodSignature>> VerifyNote(const SignedNote& note,
                                                      std::span<const VerifierKey> keys) {
  std::vector<GoodSignature> good;
  for (const NoteSignature& signature : note.signatures) {
    ASSIGN_OR_RETURN(const std::optional<GoodSignature> one, VerifyOne(signature, note.text, keys));
    if (!one) continue;
    const auto same =
        std::find_if(good.begin(), good.end(), [&](const auto& g) { return g.key == one->key; });
    if (same == good.end()) {
      good.push_back(*one);
    } else {
      same->time_s = std::max(same->time_s, one->time_s);
    }
  }
  if (good.empty()) return absl::NotFoundError("note: no signature by a known key");
  return good;
}

}  // namespace symbolon::ledger
