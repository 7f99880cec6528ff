#pragma once
// The folder in which `publish` leaves one credential file a record: OUT/<type>-<import key>.json.

#include <absl/status/status.h>

#include <string>
#include <vector>

#include "cli/network/layout.h"
#include "identity/credential.h"

namespace symbolon::cli {

// Made of the record's type and import key, whose canonical form has only A-Z and 0-9.
std::string CredentialFileName(const identity::Record& record);

// Writes all and makes them durable together (one sync for a batch, not one a file). Replaces existing files.
absl::Status WriteCredentials(const Path& folder, const std::vector<identity::Credential>& credentials);

}  // namespace symbolon::cli
