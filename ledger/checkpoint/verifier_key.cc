#include "ledger/checkpoint/verifier_key.h"

#include <absl/status/status.h>
#include <fmt/format.h>

#include <utility>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "base/utf8.h"

namespace symbolon::ledger {
namespace {

// The white space of Unicode (property White_Space) past ASCII, in UTF-8.
constexpr std::string_view kSpaces[] = {
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000",
};

absl::Status BadVkey(const std::string& why) {
  return absl::InvalidArgumentError("vkey: " + why);
}

}  // namespace

bool IsKeyName(std::string_view name) {
  if (name.empty() || !IsUtf8(name)) return false;
  for (const char c : name) {
    if (static_cast<uint8_t>(c) <= ' ' || c == '+') return false;
  }
  for (const std::string_view space : kSpaces) {
    if (name.find(space) != std::string_view::npos) return false;
  }
  return true;
}

uint32_t NoteKeyId(std::string_view name, SignatureType type, ByteView public_key) {
  const char separator[] = {'\n', static_cast<char>(type)};
  const Digest d = Sha256({name, ByteView(separator, sizeof separator), public_key});
  return uint32_t{d[0]} << 24 | uint32_t{d[1]} << 16 | uint32_t{d[2]} << 8 | d[3];
}

absl::StatusOr<VerifierKey> VerifierKey::Make(std::string name, SignatureType type, const PublicKey& key) {
  if (!IsKeyName(name)) {
    return absl::InvalidArgumentError("key name: must be UTF-8, not empty, without spaces and '+'");
  }
  if (!IsSupported(type)) {
    return absl::InvalidArgumentError(
        fmt::format("key {}: signature type 0x{:02x} is not supported", name, static_cast<uint8_t>(type)));
  }
  if (!IsRegistrable(key)) {
    return absl::InvalidArgumentError(
        fmt::format("key {}: not a canonical Ed25519 public key of the prime-order group", name));
  }
  VerifierKey v;
  v.id_ = NoteKeyId(name, type, View(key));
  v.name_ = std::move(name);
  v.type_ = type;
  v.key_ = key;
  return v;
}

absl::StatusOr<VerifierKey> VerifierKey::Parse(std::string_view vkey) {
  // The first two '+' separate; base64 may hold more of them.
  const size_t first = vkey.find('+');
  const size_t second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) return BadVkey("expected <name>+<key id>+<key>");
  const std::string_view id = vkey.substr(first + 1, second - first - 1);
  const absl::StatusOr<Bytes> id_bytes = FromHex(id);
  if (id.size() != 8 || !id_bytes.ok()) return BadVkey("the key id must be 8 lower-case hexadecimal digits");
  const absl::StatusOr<Bytes> typed_key = FromBase64(vkey.substr(second + 1));
  if (!typed_key.ok() || typed_key->empty()) return BadVkey("the key is not base64 of a type and a key");
  const auto type = static_cast<SignatureType>((*typed_key)[0]);
  const absl::StatusOr<PublicKey> key = PublicKeyFromBytes(ByteView(*typed_key).substr(1));
  if (!IsSupported(type)) {
    return BadVkey(fmt::format("signature type 0x{:02x} is not supported", static_cast<uint8_t>(type)));
  }
  if (!key.ok()) return Annotate(key.status(), "vkey");
  ASSIGN_OR_RETURN(VerifierKey v, Make(std::string(vkey.substr(0, first)), type, *key));
  if (fmt::format("{:08x}", v.id_) != id) {
    return BadVkey(fmt::format("the key id of this key is {:08x}, not {}", v.id_, id));
  }
  return v;
}

std::string VerifierKey::ToString() const {
  const char type = static_cast<char>(type_);
  return fmt::format("{}+{:08x}+{}", name_, id_, ToBase64(std::string(1, type).append(View(key_))));
}

}  // namespace symbolon::ledger
