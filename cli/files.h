#pragma once
// Reading and writing the files that people hand to commands, with sizes capped.

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "cli/network/layout.h"
#include "identity/credential.h"
#include "identity/presentation.h"
#include "ledger/trust.h"

namespace symbolon::cli {

absl::StatusOr<identity::Credential> ReadCredentialFile(const std::string& file);
absl::StatusOr<identity::Presentation> ReadPresentationFile(const std::string& file);
absl::Status WritePresentationFile(const std::string& file, const identity::Presentation& presentation);

// A trust bundle (trust.json): what an offline verifier pins.
absl::StatusOr<ledger::Trust> ReadTrustFile(const std::string& file);
// `membership`: headers of all accepted decisions and configurations since the genesis (ledger::Follow).
absl::Status WriteTrustFile(const std::string& file, ByteView genesis, const std::vector<Bytes>& membership);

uint64_t NowMs();  // milliseconds since 1970, by this machine's clock

// "3 min", "9 h", "12 days": for ages.
std::string AgeText(uint64_t ms);
// "2026-11-24 02:28:45 UTC".
std::string TimeText(uint64_t ms);

}  // namespace symbolon::cli
