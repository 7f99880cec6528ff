#pragma once
// Owners of OpenSSL's objects, and its error queue as a Status.

#include <absl/status/statusor.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "base/bytes.h"

namespace symbolon::api::internal {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* p) const {
    Free(p);
  }
};

using X509Ptr = std::unique_ptr<X509, Deleter<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

// `what` and OpenSSL's own reason, for errors that only a broken installation or a full memory brings.
absl::Status OpenSslError(const std::string& what);

// The first certificate of a PEM text.
absl::StatusOr<X509Ptr> ReadCertificate(const std::string& pem);
// An unencrypted private key.
absl::StatusOr<KeyPtr> ReadPrivateKey(const std::string& pem);

absl::StatusOr<std::string> WriteCertificate(X509* certificate);
absl::StatusOr<std::string> WritePrivateKey(EVP_PKEY* key);

absl::StatusOr<Digest> SpkiDigestOf(X509* certificate);

// Seconds since 1970.
absl::StatusOr<int64_t> ReadTime(const ASN1_TIME* time);

}  // namespace symbolon::api::internal
