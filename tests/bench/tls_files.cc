#include "tests/bench/tls_files.h"

#include <ctime>

#include "base/status_macros.h"
#include "storage/atomic_file.h"

namespace symbolon::bench {
namespace {

constexpr int kDays = 7;
constexpr size_t kMaxPemBytes = 64 << 10;

TlsFiles Names(const std::string& folder) {
  TlsFiles files;
  files.authority_file = folder + "/ca.crt";
  files.certificate_file = folder + "/tls.crt";
  files.key_file = folder + "/tls.key";
  return files;
}

}  // namespace

absl::StatusOr<TlsFiles> MakeTlsFiles(const std::string& folder) {
  const auto now = static_cast<int64_t>(std::time(nullptr));
  TlsFiles files = Names(folder);
  ASSIGN_OR_RETURN(const api::GeneratedAuthority authority, api::CreateAuthority("BENCH-CA", now, kDays));
  ASSIGN_OR_RETURN(const api::GeneratedCertificate certificate,
                   api::IssueCertificate(authority, {.common_name = kServerName,
                                                     .dns_names = {kServerName},
                                                     .server = true,
                                                     .client = true,
                                                     .now_s = now,
                                                     .days = kDays}));
  RETURN_IF_ERROR(storage::CreateDirectories(folder));
  RETURN_IF_ERROR(storage::WriteFileAtomically(files.authority_file, authority.certificate));
  RETURN_IF_ERROR(
      storage::WriteFileAtomically(files.certificate_file, certificate.identity.certificate_chain));
  RETURN_IF_ERROR(storage::WriteFileAtomically(files.key_file, certificate.identity.private_key, 0600));
  return ReadTlsFiles(folder);
}

absl::StatusOr<TlsFiles> ReadTlsFiles(const std::string& folder) {
  TlsFiles files = Names(folder);
  ASSIGN_OR_RETURN(files.authority, storage::ReadWholeFile(files.authority_file, kMaxPemBytes));
  ASSIGN_OR_RETURN(files.identity.certificate_chain,
                   storage::ReadWholeFile(files.certificate_file, kMaxPemBytes));
  ASSIGN_OR_RETURN(files.identity.private_key, storage::ReadWholeFile(files.key_file, kMaxPemBytes));
  return files;
}

}  // namespace symbolon::bench
