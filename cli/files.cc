#include "cli/files.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "base/secret.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"
#include "cli/console.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr size_t kMaxTrustBytes = 8 << 20;

}  // namespace

absl::StatusOr<identity::Credential> ReadCredentialFile(const std::string& file) {
  ASSIGN_OR_RETURN(Bytes json, storage::ReadWholeFile(file, identity::kMaxCredentialText));
  WipeOnExit wipe(json);
  auto credential = identity::ReadCredential(json);
  if (!credential.ok()) return Annotate(credential.status(), file);
  return credential;
}

absl::StatusOr<identity::Presentation> ReadPresentationFile(const std::string& file) {
  ASSIGN_OR_RETURN(Bytes text, storage::ReadWholeFile(file, identity::kMaxPresentationText));
  auto presentation = identity::DecodePresentationText(text);
  if (!presentation.ok()) return Annotate(presentation.status(), file);
  return presentation;
}

absl::Status WritePresentationFile(const std::string& file, const identity::Presentation& presentation) {
  ASSIGN_OR_RETURN(std::string text, identity::EncodePresentationText(presentation));
  return storage::WriteFileAtomically(file, text + "\n", 0600);
}

absl::StatusOr<ledger::Trust> ReadTrustFile(const std::string& file) {
  ASSIGN_OR_RETURN(Bytes text, storage::ReadWholeFile(file, kMaxTrustBytes));
  const Json json = Json::parse(text, nullptr, false);
  const auto text_of = [&](const char* field) -> std::string {
    return json.is_object() && json.contains(field) && json[field].is_string() ? json[field].get<std::string>() : "";
  };
  if (text_of("format") != "symbolon-trust/v1") {
    return absl::InvalidArgumentError(fmt::format("{}: not a trust bundle (format symbolon-trust/v1)", file));
  }
  auto genesis = FromBase64(text_of("genesis"));
  if (!genesis.ok()) return absl::InvalidArgumentError(fmt::format("{}: field genesis is not base64", file));
  auto trust = ledger::Trust::FromGenesis(*genesis);
  if (!trust.ok()) return Annotate(trust.status(), file + ": field genesis");
  if (!json.contains("membership")) return trust;
  for (const Json& item : json["membership"]) {
    const auto header = item.is_string() ? FromBase64(item.get<std::string>()) : absl::StatusOr<Bytes>("");
    const absl::Status followed = header.ok() ? trust->Follow(*header) : header.status();
    if (!followed.ok()) return Annotate(followed, file + ": field membership");
  }
  return trust;
}

absl::Status WriteTrustFile(const std::string& file, ByteView genesis, const std::vector<Bytes>& membership) {
  Json json = {{"format", "symbolon-trust/v1"}, {"genesis", ToBase64(genesis)}};
  for (const Bytes& header : membership) json["membership"].push_back(ToBase64(header));
  return storage::WriteFileAtomically(file, json.dump(1) + "\n");
}

uint64_t NowMs() {
  return static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count());
}

std::string AgeText(uint64_t ms) {
  const uint64_t seconds = ms / 1000, minutes = seconds / 60, hours = minutes / 60;
  if (hours >= 48) return fmt::format("{} days", hours / 24);
  if (minutes >= 120) return fmt::format("{} h", hours);
  if (seconds >= 120) return fmt::format("{} min", minutes);
  return fmt::format("{} s", seconds);
}

std::string TimeText(uint64_t ms) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(ms / 1000)));
}

}  // namespace symbolon::cli
