#pragma once
// A client profile, client.toml: who I am, which node is mine, and what I trust.

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "api/client.h"
#include "base/ed25519.h"
#include "ledger/trust.h"

namespace symbolon::cli {

// Paths in a profile are relative to its folder; here they are resolved.
struct ClientProfile {
  std::string agency;
  std::string role;
  std::string node_address;
  std::string node_name;
  std::string genesis_file;
  std::string authority_file;    // the CA of the node's agency
  std::string certificate_file;
  std::string private_key_file;
  uint32_t batch_key_id = 0;     // registrars only; 0: none
  std::string batch_key_file;
};

// Errors name file, line and field.
absl::StatusOr<ClientProfile> LoadProfile(const std::string& file);

// What the profile pins, from its genesis file.
absl::StatusOr<ledger::Trust> LoadTrust(const ClientProfile& profile);
// The same, and who the nodes are since, as the node proves by the stewards' decisions.
absl::StatusOr<ledger::Trust> LoadTrust(const ClientProfile& profile, api::Client& client);
// Follows the members' decisions that `trust` does not know yet; the node's last answer, with all headers that
// were followed now.
absl::StatusOr<api::MembershipState> FollowMembers(api::Client& client, ledger::Trust& trust);

// A connection to the profile's node; it is made at the first call.
absl::StatusOr<std::unique_ptr<api::Client>> Connect(const ClientProfile& profile, int timeout_ms = 30000);

// The issuer's signing key; refuses a key file that others may read.
absl::StatusOr<SigningKey> LoadBatchKey(const ClientProfile& profile);

}  // namespace symbolon::cli
