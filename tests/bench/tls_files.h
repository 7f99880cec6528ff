#pragma once
// One authority and one certificate for everything on this machine: for etcd and the echo, whose TLS should
// cost what ours does (P-256 keys, ECDSA).

#include <absl/status/statusor.h>

#include <string>

#include "api/tls.h"

namespace symbolon::bench {

inline constexpr char kServerName[] = "localhost";

struct TlsFiles {
  std::string authority_file, certificate_file, key_file;
  std::string authority;  // PEM
  api::TlsIdentity identity;
};

// Makes them in a folder.
absl::StatusOr<TlsFiles> MakeTlsFiles(const std::string& folder);
absl::StatusOr<TlsFiles> ReadTlsFiles(const std::string& folder);

}  // namespace symbolon::bench
