#pragma once
// Which records of an output folder are attested already, so that `publish` can be run again at any time.
//
// A file of blocks, one a batch, appended and synced when the batch's credentials are on disk. It holds
// fingerprints of import keys and contents under a random key kept in its head, and attestation numbers: no personal
// data in plain. A block cut short by a crash is dropped at the next start (its batch is still pending
// then). In memory: about 60 bytes a record.

#include <absl/status/statusor.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "identity/record.h"

namespace symbolon::cli {

using Fingerprint = std::array<uint8_t, 16>;

struct PublishedRow {
  Fingerprint key{};      // of record type and import key
  Fingerprint content{};  // of all attributes
  uint64_t attestation_number = 0;
};

class PublishedIndex {
 public:
  // Opens or creates `file`, and locks it. DataLoss when it is not such a file, FailedPrecondition when another
  // process works with it.
  static absl::StatusOr<std::unique_ptr<PublishedIndex>> Open(const std::string& file);
  ~PublishedIndex();

  // Of a record; key and content fingerprints are under this file's own random key.
  PublishedRow RowOf(const identity::Record& record) const;

  // The row with this key, or nullptr.
  const PublishedRow* Find(const Fingerprint& key) const;

  // Appends and syncs. The same rows again are harmless.
  absl::Status Append(uint64_t sequence, const std::vector<PublishedRow>& rows);

  size_t size() const { return rows_.size(); }

 private:
  struct Hash {
    size_t operator()(const Fingerprint& f) const;
  };

  PublishedIndex() = default;
  absl::Status Load(const std::string& file, const Bytes& stored);
  Fingerprint Keyed(ByteView data) const;

  int fd_ = -1;
  std::array<uint8_t, 32> key_{};
  std::unordered_map<Fingerprint, PublishedRow, Hash> rows_;
};

}  // namespace symbolon::cli
