#pragma once
// X.509 for mutual TLS: reading certificates, and making the keys and certificates of a new network.
// All texts are PEM; private keys are PKCS #8. Keys are P-256, signatures ECDSA with SHA-256.
// Pure functions but for key generation (OpenSSL's generator); thread-safe.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace symbolon::api {

// Certificate and private key as a gRPC server or client takes them. PEM texts.
struct TlsIdentity {
  std::string certificate_chain;
  std::string private_key;
};

// H(SubjectPublicKeyInfo, DER) of the first certificate in a PEM text: the name of a key in the registry.
absl::StatusOr<Digest> SpkiDigest(const std::string& certificate_pem);

// The DER bytes of the first certificate in a PEM text, as the genesis carries a CA's, and the way back.
// Bytes behind the certificate are refused.
absl::StatusOr<Bytes> CertificateDer(const std::string& certificate_pem);
absl::StatusOr<std::string> CertificatePem(ByteView der);

// OK when the first certificate in the text may be used at `now_s` (seconds since 1970). FailedPrecondition,
// with the dates and what to do, when it is expired or not yet valid. `what` names the certificate in the
// message, e.g. its file.
absl::Status DescribeCertificateProblem(const std::string& certificate_pem, const std::string& what,
                                        int64_t now_s);

// The end of its validity, seconds since 1970: for warnings in time.
absl::StatusOr<int64_t> CertificateExpiry(const std::string& certificate_pem);

// InvalidArgument unless the private key belongs to the first certificate.
absl::Status CheckKeyBelongsTo(const TlsIdentity& identity);

// A certification authority of one agency. The key stays with the agency, off the node.
struct GeneratedAuthority {
  std::string certificate;  // self-signed, may issue end certificates only (path length 0)
  std::string private_key;
};

struct GeneratedCertificate {
  TlsIdentity identity;
  Digest spki_digest{};  // as it is registered
};

struct CertificateRequest {
  std::string common_name;             // 1..64 bytes
  std::vector<std::string> dns_names;  // subject alternative names; a server's must be ServerName(node name)
  bool server = false;                 // extended key usage
  bool client = false;                 // a node needs both
  int64_t now_s = 0;                   // valid from an hour before, for clocks that differ
  int days = 365;
};

absl::StatusOr<GeneratedAuthority> CreateAuthority(const std::string& agency_id, int64_t now_s, int days);

// A fresh key and its certificate. Never valid longer than the authority itself.
absl::StatusOr<GeneratedCertificate> IssueCertificate(const GeneratedAuthority& authority,
                                                      const CertificateRequest& request);

}  // namespace symbolon::api
