// The certificates of a new network (declared in tls.h).

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "api/internal/openssl.h"
#include "api/tls.h"
#include "base/status_macros.h"

namespace symbolon::api {
namespace {

using internal::KeyPtr;
using internal::OpenSslError;
using internal::X509Ptr;

constexpr int64_t kSecondsPerDay = 86400;
constexpr int64_t kClockSkewSeconds = 3600;
constexpr int kMaxDays = 36500;
constexpr size_t kMaxCommonName = 64;  // ub-common-name of RFC 5280

absl::StatusOr<KeyPtr> NewKey() {
  KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return OpenSslError("generating a key");
  return key;
}

absl::Status CheckDays(int days) {
  if (days < 1 || days > kMaxDays) {
    return absl::InvalidArgumentError(
        fmt::format("a certificate is valid for 1 to {} days, not {}", kMaxDays, days));
  }
  return absl::OkStatus();
}

absl::Status CheckDnsName(const std::string& name) {
  const bool fits = !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
  if (!fits) return absl::InvalidArgumentError("a DNS name has 1 to 253 of a-z, 0-9, '-' and '.'");
  return absl::OkStatus();
}

// 128 random bits, as browsers' rules ask of public authorities.
absl::Status SetRandomSerial(X509* certificate) {
  const std::unique_ptr<BIGNUM, internal::Deleter<BN_free>> serial(BN_new());
  if (!serial || BN_rand(serial.get(), 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1 ||
      BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) == nullptr) {
    return OpenSslError("choosing a serial number");
  }
  return absl::OkStatus();
}

absl::Status AddExtension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  const bool added = extension != nullptr && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added ? absl::OkStatus() : OpenSslError("adding an extension to a certificate");
}

absl::Status AddToName(X509_NAME* name, const char* field, const std::string& value) {
  if (value.empty() || value.size() > kMaxCommonName) {
    return absl::InvalidArgumentError(
        fmt::format("the {} of a certificate has 1 to {} bytes", field, kMaxCommonName));
  }
  if (X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(value.data()),
                                 static_cast<int>(value.size()), -1, 0) != 1) {
    return OpenSslError("naming a certificate");
  }
  return absl::OkStatus();
}

absl::StatusOr<X509Ptr> Blank(EVP_PKEY* key, int64_t from, int64_t until) {
  X509Ptr certificate(X509_new());
  if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
      X509_set_pubkey(certificate.get(), key) != 1 ||
      ASN1_TIME_set(X509_getm_notBefore(certificate.get()), from) == nullptr ||
      ASN1_TIME_set(X509_getm_notAfter(certificate.get()), until) == nullptr) {
    return OpenSslError("making a certificate");
  }
  RETURN_IF_ERROR(SetRandomSerial(certificate.get()));
  return certificate;
}

absl::Status Sign(X509* certificate, EVP_PKEY* key) {
  if (X509_sign(certificate, key, EVP_sha256()) <= 0) return OpenSslError("signing a certificate");
  return absl::OkStatus();
}

std::string ExtendedUsage(const CertificateRequest& request) {
  if (request.server && request.client) return "serverAuth,clientAuth";
  return request.server ? "serverAuth" : "clientAuth";
}

absl::Status AddEndExtensions(X509* certificate, X509* issuer, const CertificateRequest& request) {
  RETURN_IF_ERROR(AddExtension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE"));
  RETURN_IF_ERROR(AddExtension(certificate, issuer, NID_key_usage, "critical,digitalSignature"));
  RETURN_IF_ERROR(AddExtension(certificate, issuer, NID_ext_key_usage, ExtendedUsage(request)));
  RETURN_IF_ERROR(AddExtension(certificate, issuer, NID_subject_key_identifier, "hash"));
  RETURN_IF_ERROR(AddExtension(certificate, issuer, NID_authority_key_identifier, "keyid"));
  std::string names;
  for (const std::string& name : request.dns_names) {
    RETURN_IF_ERROR(CheckDnsName(name));
    names += (names.empty() ? "DNS:" : ",DNS:") + name;
  }
  if (names.empty()) return absl::OkStatus();
  return AddExtension(certificate, issuer, NID_subject_alt_name, names);
}

}  // namespace

absl::StatusOr<GeneratedAuthority> CreateAuthority(const std::string& agency_id, int64_t now_s, int days) {
  RETURN_IF_ERROR(CheckDays(days));
  ASSIGN_OR_RETURN(const KeyPtr key, NewKey());
  ASSIGN_OR_RETURN(const X509Ptr certificate,
                   Blank(key.get(), now_s - kClockSkewSeconds, now_s + days * kSecondsPerDay));
  X509* c = certificate.get();
  RETURN_IF_ERROR(AddToName(X509_get_subject_name(c), "O", agency_id));
  RETURN_IF_ERROR(AddToName(X509_get_subject_name(c), "CN", agency_id + " Symbolon CA"));
  if (X509_set_issuer_name(c, X509_get_subject_name(c)) != 1) return OpenSslError("naming an authority");
  RETURN_IF_ERROR(AddExtension(c, c, NID_basic_constraints, "critical,CA:TRUE,pathlen:0"));
  RETURN_IF_ERROR(AddExtension(c, c, NID_key_usage, "critical,keyCertSign,cRLSign"));
  RETURN_IF_ERROR(AddExtension(c, c, NID_subject_key_identifier, "hash"));
  RETURN_IF_ERROR(Sign(c, key.get()));
  GeneratedAuthority authority;
  ASSIGN_OR_RETURN(authority.certificate, internal::WriteCertificate(c));
  ASSIGN_OR_RETURN(authority.private_key, internal::WritePrivateKey(key.get()));
  return authority;
}

absl::StatusOr<GeneratedCertificate> IssueCertificate(const GeneratedAuthority& authority,
                                                      const CertificateRequest& request) {
  RETURN_IF_ERROR(CheckDays(request.days));
  if (!request.server && !request.client) {
    return absl::InvalidArgumentError("a certificate must be for a server, a client or both");
  }
  ASSIGN_OR_RETURN(const X509Ptr issuer, internal::ReadCertificate(authority.certificate));
  ASSIGN_OR_RETURN(const KeyPtr issuer_key, internal::ReadPrivateKey(authority.private_key));
  ASSIGN_OR_RETURN(const int64_t last, internal::ReadTime(X509_get0_notAfter(issuer.get())));
  ASSIGN_OR_RETURN(const KeyPtr key, NewKey());
  ASSIGN_OR_RETURN(const X509Ptr certificate,
                   Blank(key.get(), request.now_s - kClockSkewSeconds,
                         std::min(last, request.now_s + request.days * kSecondsPerDay)));
  X509* c = certificate.get();
  RETURN_IF_ERROR(AddToName(X509_get_subject_name(c), "CN", request.common_name));
  if (X509_set_issuer_name(c, X509_get_subject_name(issuer.get())) != 1)
    return OpenSslError("naming an issuer");
  RETURN_IF_ERROR(AddEndExtensions(c, issuer.get(), request));
  RETURN_IF_ERROR(Sign(c, issuer_key.get()));
  GeneratedCertificate made;
  ASSIGN_OR_RETURN(made.identity.certificate_chain, internal::WriteCertificate(c));
  ASSIGN_OR_RETURN(made.identity.private_key, internal::WritePrivateKey(key.get()));
  ASSIGN_OR_RETURN(made.spki_digest, internal::SpkiDigestOf(c));
  return made;
}

}  // namespace symbolon::api
