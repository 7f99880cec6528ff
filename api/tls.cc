#include "api/tls.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/err.h>

#include "api/internal/openssl.h"
#include "base/status_macros.h"

namespace symbolon::api {
namespace {

constexpr size_t kMaxCertificateBytes = 65535;  // as the genesis can carry

std::string Date(int64_t seconds) {
  // fmt's gmtime throws on years past what it can print.
  if (seconds < 0 || seconds > 253402300799) return "a date outside 1970..9999";
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

}  // namespace

absl::StatusOr<Digest> SpkiDigest(const std::string& certificate_pem) {
  ASSIGN_OR_RETURN(const auto certificate, internal::ReadCertificate(certificate_pem));
  return internal::SpkiDigestOf(certificate.get());
}

absl::StatusOr<Bytes> CertificateDer(const std::string& certificate_pem) {
  ASSIGN_OR_RETURN(const auto certificate, internal::ReadCertificate(certificate_pem));
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  if (size <= 0) return internal::OpenSslError("encoding a certificate");
  Bytes bytes(reinterpret_cast<const char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  if (bytes.size() > kMaxCertificateBytes) {
    return absl::InvalidArgumentError(
        fmt::format("the certificate has {} bytes; at most {} fit", bytes.size(), kMaxCertificateBytes));
  }
  return bytes;
}

absl::StatusOr<std::string> CertificatePem(ByteView der) {
  if (der.size() > kMaxCertificateBytes) return absl::InvalidArgumentError("the certificate is too long");
  const unsigned char* at = Data(der);
  const internal::X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (!certificate) return absl::InvalidArgumentError("not an X.509 certificate in DER form");
  if (at != Data(der) + der.size())
    return absl::InvalidArgumentError("bytes behind the end of the certificate");
  return internal::WriteCertificate(certificate.get());
}

absl::Status DescribeCertificateProblem(const std::string& certificate_pem, const std::string& what,
                                        int64_t now_s) {
  auto certificate = internal::ReadCertificate(certificate_pem);
  if (!certificate.ok()) return Annotate(certificate.status(), what);
  ASSIGN_OR_RETURN(const int64_t from, internal::ReadTime(X509_get0_notBefore(certificate->get())));
  ASSIGN_OR_RETURN(const int64_t until, internal::ReadTime(X509_get0_notAfter(certificate->get())));
  if (now_s < from) {
    return absl::FailedPreconditionError(fmt::format(
        "{}: the certificate is valid only from {}, and this machine's clock says {}: set the clock, or "
        "issue the certificate anew",
        what, Date(from), Date(now_s)));
  }
  if (now_s > until) {
    return absl::FailedPreconditionError(fmt::format(
        "{}: the certificate expired on {} (this machine's clock says {}): issue a new one for the same "
        "key with the agency's CA, put it in place and start again",
        what, Date(until), Date(now_s)));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> CertificateExpiry(const std::string& certificate_pem) {
  ASSIGN_OR_RETURN(const auto certificate, internal::ReadCertificate(certificate_pem));
  return internal::ReadTime(X509_get0_notAfter(certificate.get()));
}

absl::Status CheckKeyBelongsTo(const TlsIdentity& identity) {
  ASSIGN_OR_RETURN(const auto certificate, internal::ReadCertificate(identity.certificate_chain));
  ASSIGN_OR_RETURN(const auto key, internal::ReadPrivateKey(identity.private_key));
  const bool belongs = X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (!belongs) {
    return absl::InvalidArgumentError(
        "the private key does not belong to the certificate: use the pair made together");
  }
  return absl::OkStatus();
}

}  // namespace symbolon::api
