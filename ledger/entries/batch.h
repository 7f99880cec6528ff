#pragma once
// A batch: attestations that an issuer signs together (docs/formats.md section 5). The signed header is the
// entry's payload; commitments and look-up tags are its body, bound to the header by two parallel trees.

#include <absl/status/statusor.h>

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/ed25519.h"
#include "ledger/entries/batch_limits.h"
#include "ledger/verdict.h"

namespace symbolon::ledger {

// What the issuer signs.
struct BatchHeader {
  Digest network{};
  std::string issuer;     // agency id
  uint32_t key_id = 0;    // >= 1
  uint64_t sequence = 0;  // >= 1, consecutive per issuer key over batches and status transactions
  uint16_t record_type = 0;
  uint8_t version = 0;
  uint32_t count = 0;  // 1..kMaxBatchCount
  Digest commitment_root{};
  Digest tag_root{};          // zero: no tags
  uint64_t issue_time_s = 0;  // a multiple of the registry's granularity

  bool has_tags() const { return tag_root != Digest{}; }
  bool operator==(const BatchHeader&) const = default;
};

// A batch header as received: the bytes that were signed are kept and verified, never encoded again.
struct SignedBatch {
  BatchHeader header;
  Bytes signed_bytes;  // the batch header's exact bytes
  Signature signature{};
};

Bytes EncodeBatchHeader(const BatchHeader& header);
// Signs and returns the payload: header bytes and signature.
Bytes SignBatch(const BatchHeader& header, const SigningKey& key);
// The same, with a signature made elsewhere (a hardware module) over EncodeBatchHeader's bytes.
Bytes EncodeSignedBatch(ByteView header_bytes, const Signature& signature);
// InvalidArgument unless the payload is exactly one signed batch within the limits. Does not verify.
absl::StatusOr<SignedBatch> DecodeSignedBatch(ByteView payload);

// 32 pseudorandom bytes by which a person without documents can be found, under one profile.
struct LookupTag {
  uint16_t profile = 0;
  Digest tag{};
  auto operator<=>(const LookupTag&) const = default;
};

// Commitments in order of position and, if the batch has tags, one (perhaps empty) list of tags for each.
class BatchBody {
 public:
  // A body without tags.
  explicit BatchBody(std::vector<Digest> commitments) : commitments_(std::move(commitments)) {}
  // A body with tags; lists are sorted here. InvalidArgument when there is not one list for each commitment,
  // or a list has repetitions or passes a limit.
  static absl::StatusOr<BatchBody> WithTags(std::vector<Digest> commitments,
                                            std::vector<std::vector<LookupTag>> tags);

  const std::vector<Digest>& commitments() const { return commitments_; }
  bool has_tags() const { return !tag_ends_.empty(); }
  // The tags at a position, sorted; empty without tags. `position` < commitments().size().
  std::span<const LookupTag> tags(uint32_t position) const;

 private:
  friend absl::StatusOr<BatchBody> DecodeBatchBody(ByteView bytes, uint32_t count, bool has_tags);
  std::vector<Digest> commitments_;
  std::vector<LookupTag> tags_;     // all lists, one after the other
  std::vector<uint32_t> tag_ends_;  // where each list ends in tags_; empty: no tags
};

Bytes EncodeBatchBody(const BatchBody& body);
// InvalidArgument unless the bytes are exactly one body of `count` positions within the limits.
absl::StatusOr<BatchBody> DecodeBatchBody(ByteView bytes, uint32_t count, bool has_tags);

// Leaf hashes of the two trees; positions are inside the leaves, so that a leaf cannot be moved.
Digest CommitmentLeafHash(uint32_t position, const Digest& commitment);
Digest TagLeafHash(uint32_t position, std::span<const LookupTag> sorted_tags);
std::vector<Digest> CommitmentLeafHashes(const BatchBody& body);
std::vector<Digest> TagLeafHashes(const BatchBody& body);  // empty without tags

Digest CommitmentRoot(const BatchBody& body);
Digest TagRoot(const BatchBody& body);  // zero without tags

// Decodes the body and recomputes its roots: accepted, or body_malformed, commitment_root_mismatch,
// tag_root_mismatch. On success and if `body` is not null, the decoded body is put there.
Verdict CheckBatchBody(const BatchHeader& header, ByteView bytes, std::optional<BatchBody>* body = nullptr);

}  // namespace symbolon::ledger
