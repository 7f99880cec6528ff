#include "api/internal/openssl.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <climits>

#include "base/sha256.h"
#include "base/status_macros.h"

namespace symbolon::api::internal {
namespace {

BioPtr ReadOnly(const std::string& text) {
  if (text.size() > INT_MAX) return nullptr;
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string Contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

// An encrypted key must fail, not ask at the terminal.
int NoPassword(char*, int, int, void*) {
  return 0;
}

}  // namespace

absl::Status OpenSslError(const std::string& what) {
  char reason[128] = "no reason given";
  if (const unsigned long code = ERR_get_error(); code != 0) ERR_error_string_n(code, reason, sizeof reason);
  ERR_clear_error();
  return absl::InternalError(fmt::format("{}: {}", what, reason));
}

absl::StatusOr<X509Ptr> ReadCertificate(const std::string& pem) {
  const BioPtr bio = ReadOnly(pem);
  X509Ptr certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, NoPassword, nullptr) : nullptr);
  ERR_clear_error();
  if (!certificate) {
    return absl::InvalidArgumentError(
        "no X.509 certificate in PEM form found; expected a block that begins with -----BEGIN "
        "CERTIFICATE-----");
  }
  return certificate;
}

absl::StatusOr<KeyPtr> ReadPrivateKey(const std::string& pem) {
  const BioPtr bio = ReadOnly(pem);
  KeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassword, nullptr) : nullptr);
  ERR_clear_error();
  if (!key) {
    return absl::InvalidArgumentError(
        "no private key in PEM form found; expected an unencrypted block that begins with -----BEGIN PRIVATE "
        "KEY-----");
  }
  return key;
}

absl::StatusOr<std::string> WriteCertificate(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), certificate) != 1) return OpenSslError("writing a certificate");
  return Contents(bio.get());
}

absl::StatusOr<std::string> WritePrivateKey(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_secmem()));  // wiped when freed
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return OpenSslError("writing a private key");
  }
  return Contents(bio.get());
}

absl::StatusOr<Digest> SpkiDigestOf(X509* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (size <= 0) return OpenSslError("encoding a public key");
  const Digest digest = Sha256(ByteView(reinterpret_cast<const char*>(der), static_cast<size_t>(size)));
  OPENSSL_free(der);
  return digest;
}

absl::StatusOr<int64_t> ReadTime(const ASN1_TIME* time) {
  const std::unique_ptr<ASN1_TIME, Deleter<ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  if (!epoch || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError("the certificate carries a time that cannot be read");
  }
  return int64_t{days} * 86400 + seconds;
}

}  // namespace symbolon::api::internal
