#include "identity/present.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ledger/merkle/hash.h"
#include "tests/identity/issued.h"

namespace symbolon::identity {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Issued;

TEST(SlotsByName, GivesSlotsInOrder) {
  const RecordType& birth = *FindRecordType("birth");
  const std::vector<std::string> names = {"birth_year", "family_name_latin", "sex"};
  EXPECT_THAT(*SlotsByName(birth, names), ElementsAre(2, 5, 11));
}

TEST(SlotsByName, RefusesNoneUnknownAndRepeatedNames) {
  const RecordType& birth = *FindRecordType("birth");
  EXPECT_FALSE(SlotsByName(birth, {}).ok());
  const std::vector<std::string> unknown = {"religion"}, twice = {"sex", "sex"};
  EXPECT_THAT(std::string(SlotsByName(birth, unknown).status().message()),
              ::testing::AllOf(HasSubstr("\"religion\""), HasSubstr("birth_year")));
  EXPECT_THAT(std::string(SlotsByName(birth, twice).status().message()), HasSubstr("twice"));
}

TEST(Present, RefusesSlotsOutOfOrderOrRange) {
  const Issued issued;
  const Credential credential = issued.CredentialOf(0);
  for (const std::vector<uint8_t>& slots :
       std::vector<std::vector<uint8_t>>{{}, {2, 1}, {2, 2}, {32}, {0, 255}}) {
    EXPECT_FALSE(Present(credential, slots).ok());
  }
}

TEST(Present, DisclosesNoSecretAndNoOtherValue) {
  const Issued issued;
  const Credential credential = issued.CredentialOf(0);
  const Bytes bytes = *EncodePresentation(*Present(credential, std::vector<uint8_t>{5}));
  EXPECT_EQ(bytes.find(credential.secret.view()), Bytes::npos);
  const SaltDeriver salts(credential.secret, TypeIdOf(*credential.record.type));
  for (uint8_t slot = 0; slot < kSlotCount; ++slot) {
    const auto& value = credential.record.values[slot];
    EXPECT_EQ(bytes.find(View(salts.Salt(slot))) != Bytes::npos, slot == 5);
    if (slot != 5 && value && value->size() > 4) {
      EXPECT_EQ(bytes.find(*value), Bytes::npos) << int{slot};
    }
  }
}

// DP-18: of one record, the presentations of all 32 single slots. Two records that differ in the presence of
// every slot but the disclosed one give presentations of the same shape, in which nothing but hashes and
// salts differs.
TEST(Present, NothingTellsWhetherAnotherSlotIsThere) {
  const Issued issued;
  Credential full = issued.CredentialOf(0);
  Credential sparse = issued.CredentialOf(0);
  for (uint8_t slot = 0; slot < kSlotCount; ++slot) {
    full.record.values[slot] = "2024";
    sparse.record.values[slot].reset();
  }
  for (uint8_t slot = 0; slot < kSlotCount; ++slot) {
    sparse.record.values[slot] = full.record.values[slot];
    const std::vector<uint8_t> slots = {slot};
    Presentation a = *Present(full, slots);
    Presentation b = *Present(sparse, slots);
    EXPECT_EQ(a.multiproof.size(), 5u);
    EXPECT_EQ(b.multiproof.size(), 5u);
    EXPECT_EQ(EncodePresentation(a)->size(), EncodePresentation(b)->size());
    EXPECT_EQ(a.disclosures, b.disclosures);  // the disclosed salt does not depend on the other slots
    // All hashes of the two differ, so that no hash stands for presence; without them nothing differs.
    for (const Digest& hash : a.multiproof)
      EXPECT_THAT(b.multiproof, ::testing::Not(::testing::Contains(hash)));
    a.multiproof = b.multiproof;
    a.commitment = b.commitment;
    EXPECT_EQ(*EncodePresentation(a), *EncodePresentation(b));
    sparse.record.values[slot].reset();
  }
}

TEST(Present, OfOneRecordNoHashOfASlotIsThatOfAGuessedValueWithoutItsSalt) {
  const Issued issued;
  const Credential credential = issued.CredentialOf(0);
  const TypeId type = TypeIdOf(*credential.record.type);
  const SaltDeriver salts(credential.secret, type);
  for (uint8_t disclosed = 0; disclosed < kSlotCount; ++disclosed) {
    const Presentation p = *Present(credential, std::vector<uint8_t>{disclosed});
    // The sibling leaf is in the multiproof; every salt that the presentation shows is tried on it.
    const uint8_t sibling = disclosed ^ 1;
    const Digest leaf = RecordTree::Build(credential.record, credential.secret)->leaf_hash(sibling);
    EXPECT_THAT(p.multiproof, ::testing::Contains(leaf));
    for (const Digest& salt : {p.disclosures[0].salt, Digest{}}) {
      for (const auto& guess : {credential.record.values[sibling], std::optional<Bytes>()}) {
        Bytes bytes;
        AppendAttributeLeaf(type, sibling, salt, credential.record.type->slots[sibling].name,
                            guess ? std::optional<ByteView>(*guess) : std::nullopt, bytes);
        EXPECT_NE(ledger::LeafHash(bytes), leaf);
      }
    }
  }
}

TEST(CheckCredential, SaysWhichPartDoesNotFit) {
  const Issued issued, other(2);
  const auto message = [](const Credential& c) { return std::string(CheckCredential(c).message()); };
  EXPECT_TRUE(CheckCredential(issued.CredentialOf(3)).ok());
  Credential c = issued.CredentialOf(0);
  c.record.values[2] = "JAIDEF";
  EXPECT_THAT(message(c), HasSubstr("do not lead"));
  c = issued.CredentialOf(0);
  c.secret = RecordSecret::Random();
  EXPECT_THAT(message(c), HasSubstr("do not lead"));
  c = issued.CredentialOf(0);
  c.position ^= 1;
  EXPECT_FALSE(CheckCredential(c).ok());
  c = issued.CredentialOf(0);
  c.receipt = other.ReceiptOf(2);
  EXPECT_THAT(message(c), HasSubstr("another network"));
  c.receipt = issued.ReceiptOf(3);
  EXPECT_THAT(message(c), HasSubstr("batch"));
  c.receipt = "";
  EXPECT_THAT(message(c), HasSubstr("receipt"));
  c = issued.CredentialOf(0);
  c.record.type = FindRecordType("death");
  EXPECT_THAT(message(c), HasSubstr("record type"));
}

}  // namespace
}  // namespace symbolon::identity
