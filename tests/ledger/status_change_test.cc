#include "ledger/entries/status_change.h"

#include <gtest/gtest.h>

#include "base/text_encoding.h"
#include "tests/ledger/fixtures.h"
#include "tests/ledger/mutations.h"

namespace symbolon::ledger {
namespace {

using fixtures::KeyNamed;

StatusTransaction Sample() {
  StatusTransaction transaction;
  transaction.network.fill(1);
  transaction.issuer = "BGD-ORG";
  transaction.key_id = 2;
  transaction.sequence = 3;
  transaction.changes = {{4, Status::kRevoked, 9}, {5, Status::kSuspended, std::nullopt}};
  return transaction;
}

TEST(StatusTransaction, HasTheBytesOfTheFormat) {
  std::string network;
  for (int i = 0; i < 32; ++i) network += "01";
  EXPECT_EQ(ToHex(EncodeStatusTransaction(Sample())), "73796d626f6c6f6e2f7374617475732f763100" + network +
                                                          "07"
                                                          "4247442d4f5247"
                                                          "00000002"
                                                          "0000000000000003"
                                                          "0002"
                                                          "0000000000000004"
                                                          "01"
                                                          "0000000000000009"
                                                          "0000000000000005"
                                                          "02"
                                                          "ffffffffffffffff");
}

TEST(StatusTransaction, TheBytesThatWereSignedAreKept) {
  const SigningKey key = KeyNamed("k");
  const auto decoded = DecodeSignedStatusTransaction(SignStatusTransaction(Sample(), key));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(decoded->transaction, Sample());
  EXPECT_TRUE(VerifySignature(key.public_key(), decoded->signed_bytes, decoded->signature));
}

TEST(StatusTransaction, EveryMutationIsRefusedOrBreaksTheSignature) {
  const SigningKey key = KeyNamed("k");
  fixtures::ForEachMutation(
      SignStatusTransaction(Sample(), key), [&](const Bytes& changed, const std::string& how) {
        const auto decoded = DecodeSignedStatusTransaction(changed);
        if (!decoded.ok()) return;
        EXPECT_FALSE(VerifySignature(key.public_key(), decoded->signed_bytes, decoded->signature)) << how;
        EXPECT_EQ(EncodeStatusTransaction(decoded->transaction), decoded->signed_bytes) << how;
      });
}

TEST(StatusTransaction, RefusesWhatTheFormatForbids) {
  const auto decodes = [](auto change) {
    StatusTransaction transaction = Sample();
    change(transaction);
    return DecodeSignedStatusTransaction(SignStatusTransaction(transaction, KeyNamed("k"))).ok();
  };
  EXPECT_FALSE(decodes([](StatusTransaction& t) { t.key_id = 0; }));
  EXPECT_FALSE(decodes([](StatusTransaction& t) { t.sequence = 0; }));
  EXPECT_FALSE(decodes([](StatusTransaction& t) { t.changes.clear(); }));
  EXPECT_FALSE(decodes([](StatusTransaction& t) { t.changes[0].status = Status::kVoid; }));
  EXPECT_FALSE(decodes([](StatusTransaction& t) { t.changes[1].attestation_number = 4; }));  // repeated
  EXPECT_FALSE(decodes([](StatusTransaction& t) { std::swap(t.changes[0], t.changes[1]); }));
  const auto many = [](size_t n) {
    return [n](StatusTransaction& t) {
      t.changes.clear();
      for (size_t i = 0; i < n; ++i) t.changes.push_back({i, Status::kRevoked, std::nullopt});
    };
  };
  EXPECT_TRUE(decodes(many(1024)));
  EXPECT_FALSE(decodes(many(1025)));
}

}  // namespace
}  // namespace symbolon::ledger
