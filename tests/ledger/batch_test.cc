#include "ledger/entries/batch.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "base/text_encoding.h"
#include "ledger/merkle/hash.h"
#include "tests/ledger/fixtures.h"
#include "tests/ledger/mutations.h"

namespace symbolon::ledger {
namespace {

using fixtures::DigestOf;
using fixtures::KeyNamed;

Digest Filled(uint8_t byte) {
  Digest d;
  d.fill(byte);
  return d;
}

BatchHeader Sample() {
  BatchHeader header;
  header.network = Filled(1);
  header.issuer = "THA-DOPA";
  header.key_id = 2;
  header.sequence = 3;
  header.record_type = 4;
  header.version = 5;
  header.count = 6;
  header.commitment_root = Filled(7);
  header.tag_root = Filled(8);
  header.issue_time_s = 9;
  return header;
}

std::string Repeat(const std::string& hex, int n) {
  std::string out;
  while (n-- > 0) out += hex;
  return out;
}

TEST(BatchHeader, HasTheBytesOfTheFormat) {
  EXPECT_EQ(ToHex(EncodeBatchHeader(Sample())), "73796d626f6c6f6e2f62617463682f763100"  // label
                                                    + Repeat("01", 32)                  // network
                                                    +
                                                    "08"
                                                    "5448412d444f5041"  // issuer
                                                    +
                                                    "00000002"
                                                    "0000000000000003"
                                                    "0004"
                                                    "05"
                                                    "00000006" +
                                                    Repeat("07", 32) + Repeat("08", 32) + "0000000000000009");
}

TEST(BatchHeader, TheBytesThatWereSignedAreKept) {
  const SigningKey key = KeyNamed("k");
  const Bytes payload = SignBatch(Sample(), key);
  const auto batch = DecodeSignedBatch(payload);
  ASSERT_TRUE(batch.ok()) << batch.status();
  EXPECT_EQ(batch->header, Sample());
  EXPECT_EQ(batch->signed_bytes, EncodeBatchHeader(Sample()));
  EXPECT_TRUE(VerifySignature(key.public_key(), batch->signed_bytes, batch->signature));
  EXPECT_EQ(EncodeSignedBatch(batch->signed_bytes, batch->signature), payload);
}

TEST(BatchHeader, EveryMutationIsRefusedOrBreaksTheSignature) {
  const SigningKey key = KeyNamed("k");
  fixtures::ForEachMutation(SignBatch(Sample(), key), [&](const Bytes& changed, const std::string& how) {
    const auto batch = DecodeSignedBatch(changed);
    if (!batch.ok()) return;
    EXPECT_FALSE(VerifySignature(key.public_key(), batch->signed_bytes, batch->signature)) << how;
    EXPECT_EQ(EncodeBatchHeader(batch->header), batch->signed_bytes)
        << how << ": two encodings of one header";
  });
}

TEST(BatchHeader, RefusesNumbersOutOfRange) {
  const auto decodes = [](auto change) {
    BatchHeader header = Sample();
    change(header);
    return DecodeSignedBatch(SignBatch(header, KeyNamed("k"))).ok();
  };
  EXPECT_FALSE(decodes([](BatchHeader& h) { h.key_id = 0; }));
  EXPECT_FALSE(decodes([](BatchHeader& h) { h.sequence = 0; }));
  EXPECT_FALSE(decodes([](BatchHeader& h) { h.count = 0; }));
  EXPECT_FALSE(decodes([](BatchHeader& h) { h.count = 4097; }));
  EXPECT_TRUE(decodes([](BatchHeader& h) { h.count = 4096; }));
}

TEST(BatchBody, LeavesRepeatTheirPosition) {
  Bytes leaf = Bytes("symbolon/com/v1") + Bytes(1, '\0') + Bytes("\0\0\0\x05", 4) + Bytes(View(Filled(9)));
  EXPECT_EQ(CommitmentLeafHash(5, Filled(9)), Sha256(Bytes(1, '\0') + leaf));
  EXPECT_NE(CommitmentLeafHash(5, Filled(9)), CommitmentLeafHash(6, Filled(9)));
}

TEST(BatchBody, TagLeavesHaveTheBytesOfTheFormat) {
  const std::vector<LookupTag> tags = {{0x0102, Filled(3)}, {0x0103, Filled(2)}};
  Bytes leaf = Bytes("symbolon/tag/v1") + Bytes(1, '\0') + Bytes("\0\0\0\x07", 4) + Bytes("\x02") +
               Bytes("\x01\x02") + Bytes(View(Filled(3))) + Bytes("\x01\x03") + Bytes(View(Filled(2)));
  EXPECT_EQ(TagLeafHash(7, tags), Sha256(Bytes(1, '\0') + leaf));
  // A position without tags is a leaf, too.
  EXPECT_EQ(TagLeafHash(0, {}),
            Sha256(Bytes(1, '\0') + "symbolon/tag/v1" + Bytes(1, '\0') + Bytes(4, '\0') + Bytes(1, '\0')));
}

TEST(BatchBody, TheTwoTreesHaveTheSamePositions) {
  const std::vector<Digest> commitments = {DigestOf("a"), DigestOf("b"), DigestOf("c")};
  const std::vector<LookupTag> of_b = {{1, DigestOf("t")}};
  const auto body = BatchBody::WithTags(commitments, {{}, of_b, {}});
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(CommitmentRoot(*body),
            NodeHash(NodeHash(CommitmentLeafHash(0, commitments[0]), CommitmentLeafHash(1, commitments[1])),
                     CommitmentLeafHash(2, commitments[2])));
  EXPECT_EQ(TagRoot(*body), NodeHash(NodeHash(TagLeafHash(0, {}), TagLeafHash(1, of_b)), TagLeafHash(2, {})));
  EXPECT_TRUE(body->tags(0).empty());
  ASSERT_EQ(body->tags(1).size(), 1u);
  EXPECT_EQ(body->tags(1)[0], of_b[0]);
}

TEST(BatchBody, WithoutTagsTheTagRootIsZero) {
  const BatchBody body({DigestOf("a")});
  EXPECT_EQ(TagRoot(body), Digest{});
  EXPECT_TRUE(TagLeafHashes(body).empty());
  EXPECT_EQ(EncodeBatchBody(body), Bytes(View(DigestOf("a"))));
}

TEST(BatchBody, SortsTagListsAndRefusesRepetitions) {
  const LookupTag a{1, Filled(1)};
  const LookupTag b{1, Filled(2)};
  const LookupTag c{2, Filled(0)};
  const auto body = BatchBody::WithTags({DigestOf("x")}, {{c, b, a}});
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(std::vector<LookupTag>(body->tags(0).begin(), body->tags(0).end()),
            (std::vector<LookupTag>{a, b, c}));
  EXPECT_FALSE(BatchBody::WithTags({DigestOf("x")}, {{a, a}}).ok());
  EXPECT_FALSE(BatchBody::WithTags({DigestOf("x")}, {}).ok());
}

TEST(BatchBody, DecoderRefusesUnsortedLists) {
  const std::vector<LookupTag> sorted = {{1, Filled(1)}, {1, Filled(2)}};
  const Bytes body = EncodeBatchBody(*BatchBody::WithTags({DigestOf("x")}, {sorted}));
  ASSERT_TRUE(DecodeBatchBody(body, 1, true).ok());
  Bytes swapped = body;
  std::swap_ranges(swapped.end() - 68, swapped.end() - 34, swapped.end() - 34);
  EXPECT_FALSE(DecodeBatchBody(swapped, 1, true).ok());
  Bytes repeated = body.substr(0, body.size() - 34) + body.substr(body.size() - 68, 34);
  EXPECT_FALSE(DecodeBatchBody(repeated, 1, true).ok());
}

TEST(BatchBody, LimitsTagsOfAPositionAndOfAProfile) {
  const auto list = [](int profiles, int each) {
    std::vector<LookupTag> tags;
    for (int p = 0; p < profiles; ++p) {
      for (int i = 0; i < each; ++i) {
        tags.push_back({static_cast<uint16_t>(p), DigestOf(std::to_string(p) + "/" + std::to_string(i))});
      }
    }
    return tags;
  };
  EXPECT_TRUE(BatchBody::WithTags({DigestOf("x")}, {list(8, 4)}).ok());  // 32 in all
  EXPECT_FALSE(BatchBody::WithTags({DigestOf("x")}, {list(33, 1)}).ok());
  EXPECT_FALSE(BatchBody::WithTags({DigestOf("x")}, {list(1, 5)}).ok());
  // The decoder keeps the same limits.
  Writer five;
  five.Fixed(DigestOf("x")).U8(5);
  for (uint8_t i = 0; i < 5; ++i) five.U16(1).Fixed(Filled(i));
  EXPECT_FALSE(DecodeBatchBody(five.bytes(), 1, true).ok());
  Writer many;
  many.Fixed(DigestOf("x")).U8(33);
  for (uint8_t i = 0; i < 33; ++i) many.U16(i).Fixed(Filled(i));
  EXPECT_FALSE(DecodeBatchBody(many.bytes(), 1, true).ok());
}

TEST(BatchBody, EveryMutationFailsTheCheck) {
  const fixtures::TestNetwork network;
  fixtures::BatchOptions options;
  options.count = 3;
  options.tags = true;
  const BatchBody body = fixtures::MakeBody(options);
  const BatchHeader header = fixtures::MakeBatchHeader(network, options, body);
  EXPECT_EQ(CheckBatchBody(header, EncodeBatchBody(body)), Verdict::kAccepted);
  fixtures::ForEachMutation(EncodeBatchBody(body), [&](const Bytes& changed, const std::string& how) {
    const Verdict verdict = CheckBatchBody(header, changed);
    EXPECT_TRUE(IsBodyFault(verdict)) << how << ": " << VerdictName(verdict);
  });
}

TEST(BatchBody, CheckSaysWhichTreeDiffers) {
  const fixtures::TestNetwork network;
  fixtures::BatchOptions options;
  options.count = 3;
  options.tags = true;
  const BatchBody body = fixtures::MakeBody(options);
  const BatchHeader header = fixtures::MakeBatchHeader(network, options, body);
  Bytes bytes = EncodeBatchBody(body);
  Bytes other = bytes;
  other[0] ^= 1;
  EXPECT_EQ(CheckBatchBody(header, other), Verdict::kCommitmentRootMismatch);
  other = bytes;
  other.back() ^= 1;
  EXPECT_EQ(CheckBatchBody(header, other), Verdict::kTagRootMismatch);
  EXPECT_EQ(CheckBatchBody(header, bytes + "x"), Verdict::kMalformedBody);
  EXPECT_EQ(CheckBatchBody(header, bytes.substr(0, 96)), Verdict::kMalformedBody);  // tags left out
  BatchHeader without = header;
  without.tag_root = Digest{};
  EXPECT_EQ(CheckBatchBody(without, bytes), Verdict::kMalformedBody);  // tags that nobody signed
}

}  // namespace
}  // namespace symbolon::ledger
