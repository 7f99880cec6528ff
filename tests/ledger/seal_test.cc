#include "ledger/entries/seal.h"

#include <gtest/gtest.h>

#include "base/text_encoding.h"
#include "tests/ledger/mutations.h"

namespace symbolon::ledger {
namespace {

Seal Sample() {
  Seal seal;
  seal.network.fill(1);
  seal.previous_index = 2;
  seal.status_root.fill(3);
  seal.status_count = 4;
  seal.registry_version = 5;
  seal.registry_digest.fill(6);
  return seal;
}

std::string Filled(const std::string& hex) {
  std::string out;
  for (int i = 0; i < 32; ++i) out += hex;
  return out;
}

TEST(Seal, HasTheBytesOfTheFormat) {
  EXPECT_EQ(ToHex(EncodeSeal(Sample())), "73796d626f6c6f6e2f7365616c2f763100" + Filled("01") +
                                             "0000000000000002" + Filled("03") +
                                             "0000000000000004"
                                             "0000000000000005" +
                                             Filled("06") + "00");
}

TEST(Seal, EveryMutationIsRefusedOrAnotherSeal) {
  Seal seal = Sample();
  seal.further_roots = {{"tags", Sample().status_root}, {"more", Sample().network}};
  const Bytes bytes = EncodeSeal(seal);
  ASSERT_EQ(*DecodeSeal(bytes), seal);
  fixtures::ForEachMutation(bytes, [&](const Bytes& changed, const std::string& how) {
    const auto decoded = DecodeSeal(changed);
    if (!decoded.ok()) return;
    EXPECT_FALSE(*decoded == seal) << how;
    EXPECT_EQ(EncodeSeal(*decoded), changed) << how;
  });
}

}  // namespace
}  // namespace symbolon::ledger
