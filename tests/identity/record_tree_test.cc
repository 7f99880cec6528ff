#include "identity/record_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/sha256.h"
#include "base/text_encoding.h"

namespace symbolon::identity {
namespace {

using ::testing::HasSubstr;

RecordSecret SecretOf(uint8_t byte) {
  std::array<uint8_t, 32> bytes;
  bytes.fill(byte);
  return RecordSecret(bytes);
}

Record Example() {
  Record record(*FindRecordType("birth"));
  record.values[0] = "ใจดี";
  record.values[2] = "JAIDEE";
  record.values[5] = "M";
  record.values[31] = "2042-01-12";
  return record;
}

// RFC 6962 section 2.1, written down a second time.
Digest Leaf(ByteView data) {
  return Sha256({ByteView("\0", 1), data});
}
Digest Node(const Digest& l, const Digest& r) {
  return Sha256({ByteView("\1", 1), View(l), View(r)});
}

TEST(AttributeLeaf, HasExactlyTheBytesOfTheFormat) {
  Digest salt;
  salt.fill(0xab);
  const std::string head = ToHex("symbolon/rec/v1") +
                           "00"
                           "0102"
                           "03"
                           "1f" +
                           ToHex(salt) + "03" + ToHex("sex");
  Bytes leaf;
  AppendAttributeLeaf({0x0102, 3}, 31, salt, "sex", "F", leaf);
  EXPECT_EQ(ToHex(leaf), head +
                             "01"
                             "0001" +
                             ToHex("F"));
  leaf.clear();
  AppendAttributeLeaf({0x0102, 3}, 31, salt, "sex", std::nullopt, leaf);
  EXPECT_EQ(ToHex(leaf), head +
                             "00"
                             "0000");
  leaf.clear();
  AppendAttributeLeaf({0x0102, 3}, 31, salt, "sex", Bytes(300, 'x'), leaf);
  EXPECT_EQ(ToHex(leaf), head +
                             "01"
                             "012c" +
                             ToHex(Bytes(300, 'x')));
}

TEST(RecordTree, TheCommitmentIsTheRootOverAllSlotsInOrder) {
  const Record record = Example();
  const RecordSecret secret = SecretOf(1);
  const SaltDeriver salts(secret, TypeIdOf(*record.type));
  std::vector<Digest> level;
  for (const Slot& slot : record.type->slots) {
    Bytes leaf;
    const auto& value = record.values[slot.number];
    AppendAttributeLeaf(TypeIdOf(*record.type), slot.number, salts.Salt(slot.number), slot.name,
                        value ? std::optional<ByteView>(*value) : std::nullopt, leaf);
    level.push_back(Leaf(leaf));
  }
  const RecordTree tree = *RecordTree::Build(record, secret);
  for (uint8_t slot = 0; slot < kSlotCount; ++slot) EXPECT_EQ(tree.leaf_hash(slot), level[slot]);
  while (level.size() > 1) {
    std::vector<Digest> up;
    for (size_t i = 0; i < level.size(); i += 2) up.push_back(Node(level[i], level[i + 1]));
    level = up;
  }
  EXPECT_EQ(tree.commitment(), level[0]);
}

TEST(RecordTree, AnyChangeOfValuePresenceSecretOrTypeChangesTheCommitment) {
  std::set<Digest> commitments;
  commitments.insert(RecordTree::Build(Example(), SecretOf(1))->commitment());
  commitments.insert(RecordTree::Build(Example(), SecretOf(2))->commitment());
  Record changed = Example();
  changed.values[5] = "F";
  commitments.insert(RecordTree::Build(changed, SecretOf(1))->commitment());
  changed.values[5].reset();
  commitments.insert(RecordTree::Build(changed, SecretOf(1))->commitment());
  Record death(*FindRecordType("death"));
  for (size_t i = 0; i < 12; ++i) death.values[i] = Example().values[i];
  commitments.insert(RecordTree::Build(death, SecretOf(1))->commitment());
  EXPECT_EQ(commitments.size(), 5u);
}

// The verifier's side of a multiproof, written down a second time: consumes disclosed leaves and hashes.
Digest Fold(const RecordTree& tree, const std::set<uint8_t>& slots, std::span<const Digest>& proof,
            uint8_t first, uint8_t width) {
  bool any = false;
  for (const uint8_t slot : slots) any |= slot >= first && slot < first + width;
  if (!any) {
    const Digest hash = proof.front();
    proof = proof.subspan(1);
    return hash;
  }
  if (width == 1) return tree.leaf_hash(first);
  const uint8_t half = width / 2;
  const Digest left = Fold(tree, slots, proof, first, half);
  return Node(left, Fold(tree, slots, proof, first + half, half));
}

TEST(RecordTree, AMultiproofHasEachHashOnceDepthFirstLeftToRight) {
  const RecordTree tree = *RecordTree::Build(Example(), SecretOf(1));
  const std::vector<std::vector<uint8_t>> sets = {{0},       {31}, {0, 31}, {2, 3}, {0, 1, 2, 3, 4, 5, 6, 7},
                                                  {1, 9, 20}};
  for (const auto& slots : sets) {
    const std::vector<Digest> proof = tree.Multiproof(slots);
    std::span<const Digest> rest = proof;
    EXPECT_EQ(Fold(tree, {slots.begin(), slots.end()}, rest, 0, 32), tree.commitment());
    EXPECT_TRUE(rest.empty());
    EXPECT_EQ(MultiproofLength(slots), proof.size());
  }
  std::vector<uint8_t> all, even;
  for (uint8_t i = 0; i < 32; ++i) all.push_back(i);
  for (uint8_t i = 0; i < 32; i += 2) even.push_back(i);
  EXPECT_TRUE(tree.Multiproof(all).empty());
  EXPECT_EQ(tree.Multiproof(even).size(), 16u);
  EXPECT_EQ(tree.Multiproof(std::vector<uint8_t>{7}).size(), 5u);
}

TEST(RecordTree, ValuesThatFitNoLeafAreRefusedByNameOfTheirSlot) {
  Record record = Example();
  record.values[5] = "";
  EXPECT_THAT(std::string(RecordTree::Build(record, SecretOf(1)).status().message()), HasSubstr("sex"));
  record.values[5] = Bytes(65536, 'x');
  EXPECT_FALSE(RecordTree::Build(record, SecretOf(1)).ok());
  record.values[5] = Bytes(65535, 'x');
  EXPECT_TRUE(RecordTree::Build(record, SecretOf(1)).ok());
  Record death(*FindRecordType("death"));
  death.values[30] = "x";
  EXPECT_THAT(std::string(RecordTree::Build(death, SecretOf(1)).status().message()),
              HasSubstr("reserved_30"));
}

}  // namespace
}  // namespace symbolon::identity
