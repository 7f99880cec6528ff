#include "identity/presentation.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/labels.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "ledger/path.h"

namespace symbolon::identity {
namespace {

constexpr size_t kMaxName = 64;
constexpr size_t kMaxValue = 0xffff;
constexpr size_t kMaxPath = 0xff;
constexpr size_t kMaxPart = 0xffff;  // of a receipt or a verification proof
// Slot, salt, name of at least one byte, presence, empty value.
constexpr size_t kMinDisclosure = 1 + 32 + 2 + 1 + 2;

absl::Status Refuse(const std::string& why) {
  return absl::InvalidArgumentError("presentation: " + why);
}

absl::Status CheckFits(const Presentation& p) {
  if (p.disclosures.empty() || p.disclosures.size() > kMaxDisclosures) {
    return Refuse(fmt::format("{} disclosures; 1 to {} are possible", p.disclosures.size(), kMaxDisclosures));
  }
  for (size_t i = 0; i < p.disclosures.size(); ++i) {
    const Disclosure& d = p.disclosures[i];
    if (i > 0 && d.slot <= p.disclosures[i - 1].slot) {
      return Refuse(fmt::format("disclosure {}: slots must ascend without repetition", i));
    }
    if (d.name.empty() || d.name.size() > kMaxName) {
      return Refuse(fmt::format("disclosure {}: the name must have 1 to {} bytes", i, kMaxName));
    }
    if (d.value && d.value->size() > kMaxValue) {
      return Refuse(fmt::format("disclosure {}: the value is longer than {} bytes", i, kMaxValue));
    }
  }
  if (p.multiproof.size() > kMaxPath || p.commitment_path.size() > kMaxPath) {
    return Refuse("a path has more than 255 hashes");
  }
  if (p.receipt.size() > kMaxPart || (p.verification_proof && p.verification_proof->size() > kMaxPart)) {
    return Refuse("the receipt or the verification proof is longer than 65535 bytes");
  }
  return absl::OkStatus();
}

Disclosure ReadDisclosure(Reader& r) {
  Disclosure d;
  d.slot = r.U8("slot");
  d.salt = r.Fixed32("salt");
  d.name = std::string(r.Vec8("name", 1, kMaxName));
  const uint8_t presence = r.U8("presence");
  const ByteView value = r.Vec16("value");
  if (presence == 1) {
    d.value = Bytes(value);
  } else if (presence != 0) {
    r.Fail("presence", "must be 0 or 1");
  } else if (!value.empty()) {
    r.Fail("value", "must be empty where presence is 0");
  }
  return d;
}

std::vector<Disclosure> ReadDisclosures(Reader& r) {
  const uint8_t count = r.U8("disclosures");
  std::vector<Disclosure> all;
  if (count < 1 || count > kMaxDisclosures) r.Fail("disclosures", "must be 1 to 32");
  if (!r.CanHold(count, kMinDisclosure, "disclosures")) return all;
  all.reserve(count);
  for (size_t i = 0; i < count && r.ok(); ++i) {
    Disclosure d = ReadDisclosure(r);
    if (r.ok() && !all.empty() && d.slot <= all.back().slot) {
      r.Fail("slot", "must ascend without repetition");
    }
    all.push_back(std::move(d));
  }
  return all;
}

}  // namespace

absl::StatusOr<Bytes> EncodePresentation(const Presentation& p) {
  RETURN_IF_ERROR(CheckFits(p));
  Writer w;
  w.Label(labels::kPresentation).Fixed(p.network).U16(p.type.type).U8(p.type.version);
  w.U8(static_cast<uint8_t>(p.disclosures.size()));
  for (const Disclosure& d : p.disclosures) {
    w.U8(d.slot).Fixed(d.salt).Vec8(d.name).U8(d.value ? 1 : 0).Vec16(d.value ? ByteView(*d.value) : "");
  }
  ledger::WritePath(p.multiproof, w);
  w.Fixed(p.commitment).U32(p.position);
  ledger::WritePath(p.commitment_path, w);
  w.Vec16(p.receipt);
  w.U8(p.verification_proof ? 1 : 0);
  if (p.verification_proof) w.Vec16(*p.verification_proof);
  w.U8(0);  // the holder's signature, reserved
  return w.Take();
}

absl::StatusOr<Presentation> DecodePresentation(ByteView bytes) {
  Reader r(bytes, "presentation");
  Presentation p;
  r.Label(labels::kPresentation);
  p.network = r.Fixed32("network id");
  p.type.type = r.U16("record type");
  p.type.version = r.U8("record version");
  p.disclosures = ReadDisclosures(r);
  p.multiproof = ledger::ReadPath(r, "multiproof");
  p.commitment = r.Fixed32("commitment");
  p.position = r.U32("position");
  p.commitment_path = ledger::ReadPath(r, "commitment path");
  p.receipt = Bytes(r.Vec16("receipt"));
  const uint8_t has_proof = r.U8("verification proof marker");
  if (has_proof > 1) r.Fail("verification proof marker", "must be 0 or 1");
  if (r.ok() && has_proof == 1) p.verification_proof = Bytes(r.Vec16("verification proof"));
  if (r.U8("holder's signature marker") != 0) r.Fail("holder's signature marker", "must be 0");
  RETURN_IF_ERROR(r.ExpectEnd());
  return p;
}

absl::StatusOr<std::string> EncodePresentationText(const Presentation& presentation) {
  ASSIGN_OR_RETURN(Bytes bytes, EncodePresentation(presentation));
  return std::string(kPresentationArmour) + ToBase64Url(bytes);
}

absl::StatusOr<Presentation> DecodePresentationText(std::string_view text) {
  if (text.size() > kMaxPresentationText) return Refuse("the text is too long to be a presentation");
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (!text.starts_with(kPresentationArmour)) {
    return Refuse(fmt::format("the text does not begin with \"{}\"", kPresentationArmour));
  }
  const absl::StatusOr<Bytes> bytes = FromBase64Url(text.substr(kPresentationArmour.size()));
  if (!bytes.ok()) return Refuse("the text after the colon is not one line of unpadded base64url");
  return DecodePresentation(*bytes);
}

}  // namespace symbolon::identity
