#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/encoding.h"
#include "base/labels.h"
#include "base/sha256.h"
#include "ledger/entries/batch.h"
#include "ledger/merkle/compact_range.h"

namespace symbolon::ledger {
namespace {

constexpr size_t kEncodedTagSize = 2 + 32;

// A leaf of one of the two trees on the stack, with the byte 0 that RFC 6962 puts before leaves. Thousands
// are hashed for each batch, by every node and in every audit.
template <size_t kContent>
class LeafBuffer {
 public:
  LeafBuffer(std::string_view tag, uint32_t position) {
    std::memset(bytes_, 0, 1 + kTagSize);
    std::memcpy(bytes_ + 1, tag.data(), tag.size());
    size_ = 1 + kTagSize;
    for (int shift = 24; shift >= 0; shift -= 8) Add(static_cast<char>(position >> shift));
  }
  void Add(char byte) { bytes_[size_++] = byte; }
  void Add(ByteView bytes) {
    std::memcpy(bytes_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  ByteView view() const { return {bytes_, size_}; }

 private:
  static constexpr size_t kTagSize = 16;
  char bytes_[1 + kTagSize + 4 + kContent];  // filled as far as size_ says
  size_t size_ = 0;
};

// What is wrong with a list of tags, or nullptr.
const char* FaultOfTags(std::span<const LookupTag> tags) {
  if (tags.size() > kMaxTagsPerPosition) return "more tags than one position may have";
  size_t of_profile = 0;
  for (size_t i = 0; i < tags.size(); ++i) {
    if (i > 0 && !(tags[i - 1] < tags[i])) return "tags are not sorted, or one is repeated";
    of_profile = i > 0 && tags[i].profile == tags[i - 1].profile ? of_profile + 1 : 1;
    if (of_profile > kMaxTagsPerProfile) return "more tags of one profile than a position may have";
  }
  return nullptr;
}

void WriteTags(std::span<const LookupTag> tags, Writer& out) {
  out.U8(static_cast<uint8_t>(tags.size()));
  for (const LookupTag& tag : tags) out.U16(tag.profile).Fixed(tag.tag);
}

void ReadTags(Reader& in, std::vector<LookupTag>& tags) {
  const uint8_t count = in.U8("tag list");
  if (in.ok() && count > kMaxTagsPerPosition) in.Fail("tag list", "more tags than one position may have");
  if (!in.CanHold(count, kEncodedTagSize, "tag list")) return;
  const size_t start = tags.size();
  for (uint8_t i = 0; i < count && in.ok(); ++i) {
    const uint16_t profile = in.U16("profile");
    tags.push_back({profile, in.Fixed32("look-up tag")});
  }
  const char* fault = FaultOfTags(std::span(tags).subspan(start));
  if (in.ok() && fault != nullptr) in.Fail("tag list", fault);
}

Digest RootOf(const std::vector<Digest>& leaf_hashes) {
  CompactRange range;
  for (const Digest& leaf : leaf_hashes) range.Append(leaf);
  return range.Root();
}

}  // namespace

absl::StatusOr<BatchBody> BatchBody::WithTags(std::vector<Digest> commitments,
                                              std::vector<std::vector<LookupTag>> tags) {
  if (tags.size() != commitments.size()) {
    return absl::InvalidArgumentError(
        fmt::format("batch body: {} commitments but {} tag lists: give each position one list",
                    commitments.size(), tags.size()));
  }
  BatchBody body(std::move(commitments));
  for (size_t position = 0; position < tags.size(); ++position) {
    std::vector<LookupTag>& list = tags[position];
    std::sort(list.begin(), list.end());
    if (const char* fault = FaultOfTags(list); fault != nullptr) {
      return absl::InvalidArgumentError(
          fmt::format("batch body: tag list at position {}: {}", position, fault));
    }
    body.tags_.insert(body.tags_.end(), list.begin(), list.end());
    body.tag_ends_.push_back(static_cast<uint32_t>(body.tags_.size()));
  }
  return body;
}

std::span<const LookupTag> BatchBody::tags(uint32_t position) const {
  if (!has_tags()) return {};
  const uint32_t start = position == 0 ? 0 : tag_ends_[position - 1];
  return std::span(tags_).subspan(start, tag_ends_[position] - start);
}

Bytes EncodeBatchBody(const BatchBody& body) {
  Writer out;
  for (const Digest& commitment : body.commitments()) out.Fixed(commitment);
  if (body.has_tags()) {
    for (uint32_t i = 0; i < body.commitments().size(); ++i) WriteTags(body.tags(i), out);
  }
  return out.Take();
}

absl::StatusOr<BatchBody> DecodeBatchBody(ByteView bytes, uint32_t count, bool has_tags) {
  Reader in(bytes, "batch body");
  if (count == 0 || count > kMaxBatchCount) in.Fail("count", "out of range");
  std::vector<Digest> commitments;
  if (in.CanHold(count, sizeof(Digest), "commitments")) commitments.reserve(count);
  for (uint32_t i = 0; i < count && in.ok(); ++i) commitments.push_back(in.Fixed32("commitment"));
  BatchBody body(std::move(commitments));
  if (has_tags && in.CanHold(count, 1, "tag lists")) {
    body.tags_.reserve(in.remaining() / kEncodedTagSize);
    body.tag_ends_.reserve(count);
    for (uint32_t i = 0; i < count && in.ok(); ++i) {
      ReadTags(in, body.tags_);
      body.tag_ends_.push_back(static_cast<uint32_t>(body.tags_.size()));
    }
  }
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return end;
  return body;
}

Digest CommitmentLeafHash(uint32_t position, const Digest& commitment) {
  LeafBuffer<sizeof(Digest)> leaf(labels::kCommitmentLeaf, position);
  leaf.Add(View(commitment));
  return Sha256(leaf.view());
}

Digest TagLeafHash(uint32_t position, std::span<const LookupTag> sorted_tags) {
  LeafBuffer<1 + kMaxTagsPerPosition * kEncodedTagSize> leaf(labels::kTagLeaf, position);
  leaf.Add(static_cast<char>(sorted_tags.size()));
  for (const LookupTag& tag : sorted_tags) {
    leaf.Add(static_cast<char>(tag.profile >> 8));
    leaf.Add(static_cast<char>(tag.profile));
    leaf.Add(View(tag.tag));
  }
  return Sha256(leaf.view());
}

std::vector<Digest> CommitmentLeafHashes(const BatchBody& body) {
  std::vector<Digest> hashes;
  hashes.reserve(body.commitments().size());
  for (uint32_t i = 0; i < body.commitments().size(); ++i) {
    hashes.push_back(CommitmentLeafHash(i, body.commitments()[i]));
  }
  return hashes;
}

std::vector<Digest> TagLeafHashes(const BatchBody& body) {
  std::vector<Digest> hashes;
  if (!body.has_tags()) return hashes;
  hashes.reserve(body.commitments().size());
  for (uint32_t i = 0; i < body.commitments().size(); ++i) hashes.push_back(TagLeafHash(i, body.tags(i)));
  return hashes;
}

Digest CommitmentRoot(const BatchBody& body) {
  return RootOf(CommitmentLeafHashes(body));
}

Digest TagRoot(const BatchBody& body) {
  return body.has_tags() ? RootOf(TagLeafHashes(body)) : Digest{};
}

Verdict CheckBatchBody(const BatchHeader& header, ByteView bytes, std::optional<BatchBody>* body) {
  absl::StatusOr<BatchBody> decoded = DecodeBatchBody(bytes, header.count, header.has_tags());
  if (!decoded.ok()) return Verdict::kMalformedBody;
  if (CommitmentRoot(*decoded) != header.commitment_root) return Verdict::kCommitmentRootMismatch;
  if (TagRoot(*decoded) != header.tag_root) return Verdict::kTagRootMismatch;
  if (body != nullptr) *body = *std::move(decoded);
  return Verdict::kAccepted;
}

}  // namespace symbolon::ledger
