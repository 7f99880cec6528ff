#include "ledger/entry_header.h"

#include <gtest/gtest.h>

#include "base/sha256.h"
#include "base/text_encoding.h"
#include "ledger/log_head.h"
#include "tests/ledger/mutations.h"

namespace symbolon::ledger {
namespace {

EntryHeader Sample() {
  EntryHeader header;
  header.index = 0x0102030405060708;
  header.term = 7;
  header.time_ms = 1700000000000;
  header.kind = Kind::kBatch;
  header.first_attestation_number = 42;
  header.attestation_count = 3;
  header.payload = "payload";
  return header;
}

TEST(EntryHeader, HasTheBytesOfTheFormat) {
  EXPECT_EQ(ToHex(EncodeEntryHeader(Sample())),
            "73796d626f6c6f6e2f656e742f763100"  // symbolon/ent/v1, padded to 16
            "0102030405060708"                  // index
            "0000000000000007"                  // term
            "0000018bcfe56800"                  // time
            "01"                                // kind
            "000000000000002a"                  // first attestation number
            "00000003"                          // attestation count
            "0007"
            "7061796c6f6164");  // payload
}

TEST(EntryHeader, LeafHashIsOverTheExactBytes) {
  const Bytes bytes = EncodeEntryHeader(Sample());
  EXPECT_EQ(EntryLeafHash(bytes), Sha256(Bytes(1, '\0') + bytes));
}

TEST(EntryHeader, DecodesWhatItEncodes) {
  const Bytes bytes = EncodeEntryHeader(Sample());
  const auto decoded = DecodeEntryHeader(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(EncodeEntryHeader(*decoded), bytes);
  EXPECT_EQ(decoded->payload, "payload");
}

TEST(EntryHeader, EveryMutationIsRefusedOrAnotherLeaf) {
  const Bytes bytes = EncodeEntryHeader(Sample());
  fixtures::ForEachMutation(bytes, [&](const Bytes& changed, const std::string& how) {
    const auto decoded = DecodeEntryHeader(changed);
    if (!decoded.ok()) return;
    EXPECT_EQ(EncodeEntryHeader(*decoded), changed) << how << ": two encodings of one header";
    EXPECT_NE(EntryLeafHash(changed), EntryLeafHash(bytes)) << how;
  });
}

TEST(EntryHeader, CountGoesWithTheKind) {
  EntryHeader header = Sample();
  for (uint32_t count : {0u, kMaxBatchCount + 1, 0xffffffffu}) {
    header.attestation_count = count;
    EXPECT_FALSE(DecodeEntryHeader(EncodeEntryHeader(header)).ok()) << count;
    EXPECT_EQ(AttestationsConsumedBy(EncodeEntryHeader(header)), 0u);
  }
  header.attestation_count = kMaxBatchCount;
  EXPECT_TRUE(DecodeEntryHeader(EncodeEntryHeader(header)).ok());
  EXPECT_EQ(AttestationsConsumedBy(EncodeEntryHeader(header)), kMaxBatchCount);
  for (Kind kind : {Kind::kNoOp, Kind::kStatus, Kind::kGovernance, Kind::kSeal, static_cast<Kind>(77)}) {
    header.kind = kind;
    header.attestation_count = 1;
    EXPECT_FALSE(DecodeEntryHeader(EncodeEntryHeader(header)).ok()) << KindName(kind);
    header.attestation_count = 0;
    EXPECT_TRUE(DecodeEntryHeader(EncodeEntryHeader(header)).ok()) << KindName(kind);
  }
}

TEST(EntryHeader, FitsOneLeafOfAnEntryBundle) {
  EntryHeader header = Sample();
  header.payload.assign(kMaxPayloadSize, 'x');
  const Bytes largest = EncodeEntryHeader(header);
  EXPECT_EQ(largest.size(), kMaxEntryHeaderSize);
  EXPECT_TRUE(DecodeEntryHeader(largest).ok());
  Bytes larger = largest;
  larger[kEntryHeaderOverhead - 1] =
      static_cast<char>(larger[kEntryHeaderOverhead - 1] + 1);  // payload's length
  EXPECT_FALSE(DecodeEntryHeader(larger + 'x').ok());
}

TEST(LogHead, MakesHeadersThatFollow) {
  LogHead head;
  const Bytes first = EncodeEntryHeader(NextHeader(head, 1, 500, Kind::kBatch, 3, "p"));
  EXPECT_EQ(CheckFollows(head, first), Verdict::kAccepted);
  head = After(head, first);
  EXPECT_EQ(head, (LogHead{1, 1, 500, 3}));
  // The clock went back: time stands still.
  const EntryHeader second = NextHeader(head, 2, 400, Kind::kNoOp, 0, "");
  EXPECT_EQ(second.time_ms, 500u);
  EXPECT_EQ(second.first_attestation_number, 3u);
  EXPECT_EQ(CheckFollows(head, EncodeEntryHeader(second)), Verdict::kAccepted);
}

TEST(LogHead, RefusesWhatOnlyALyingLeaderSends) {
  const LogHead head{4, 2, 1000, 10};
  const EntryHeader good = NextHeader(head, 2, 1000, Kind::kBatch, 1, "p");
  const auto check = [&](auto change) {
    EntryHeader header = good;
    change(header);
    return CheckFollows(head, EncodeEntryHeader(header));
  };
  EXPECT_EQ(check([](EntryHeader& h) { h.index = 6; }), Verdict::kWrongIndex);
  EXPECT_EQ(check([](EntryHeader& h) { h.term = 1; }), Verdict::kTermDecreased);
  EXPECT_EQ(check([](EntryHeader& h) { h.time_ms = 999; }), Verdict::kTimeDecreased);
  EXPECT_EQ(check([](EntryHeader& h) { h.first_attestation_number = 9; }),
            Verdict::kWrongFirstAttestationNumber);
  EXPECT_EQ(CheckFollows(head, "rubbish"), Verdict::kMalformedHeader);
  EXPECT_EQ(After(head, "rubbish"), (LogHead{5, 2, 1000, 10}));
}

}  // namespace
}  // namespace symbolon::ledger
