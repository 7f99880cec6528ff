#include "ledger/entries/configuration.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text_encoding.h"
#include "ledger/entry_header.h"
#include "tests/ledger/fixtures.h"
#include "tests/ledger/mutations.h"

namespace symbolon::ledger {
namespace {

using fixtures::Get;

Member MakeMember(uint64_t number, NodeKind kind) {
  Member member{number, kind, "AAA-REG", fmt::format("N-{}", number), "a:1", {}};
  member.tls_spki.fill(9);
  return member;
}

Configuration Sample() {
  Configuration configuration;
  configuration.network.fill(1);
  configuration.decision_index = 5;
  configuration.members = {MakeMember(1, NodeKind::kVoter), MakeMember(3, NodeKind::kLearner)};
  return configuration;
}

TEST(Configuration, HasTheBytesOfTheFormat) {
  std::string network, spki;
  for (int i = 0; i < 32; ++i) network += "01", spki += "09";
  EXPECT_EQ(ToHex(EncodeConfiguration(Sample())), "73796d626f6c6f6e2f636f6e66696775726174696f6e2f763100" +
                                                      network +
                                                      "0000000000000005"
                                                      "02"
                                                      "0000000000000001"
                                                      "01"
                                                      "074141412d524547"
                                                      "034e2d31"
                                                      "03613a31" +
                                                      spki +
                                                      "0000000000000003"
                                                      "02"
                                                      "074141412d524547"
                                                      "034e2d33"
                                                      "03613a31" +
                                                      spki);
}

TEST(Configuration, HasOneEncoding) {
  fixtures::ForEachMutation(EncodeConfiguration(Sample()), [](const Bytes& changed, const std::string& how) {
    const auto decoded = DecodeConfiguration(changed);
    EXPECT_TRUE(!decoded.ok() || EncodeConfiguration(*decoded) == changed) << how;
  });
  EXPECT_EQ(Get(DecodeConfiguration(EncodeConfiguration(Sample()))), Sample());
}

TEST(Configuration, RefusesWhatRaftCannotCountWith) {
  const auto refused = [](auto change) {
    Configuration configuration = Sample();
    change(configuration.members);
    return !DecodeConfiguration(EncodeConfiguration(configuration)).ok();
  };
  using Members = std::vector<Member>;
  EXPECT_FALSE(refused([](Members&) {}));
  EXPECT_TRUE(refused([](Members& m) { m.clear(); }));
  EXPECT_TRUE(refused([](Members& m) { m[0].kind = NodeKind::kLearner; }));  // no voter
  EXPECT_TRUE(refused([](Members& m) { m[1].kind = NodeKind::kRemoved; }));
  EXPECT_TRUE(refused([](Members& m) { m[0].number = 0; }));
  EXPECT_TRUE(refused([](Members& m) { m[1].number = 1; }));        // twice
  EXPECT_TRUE(refused([](Members& m) { std::swap(m[0], m[1]); }));  // unsorted
  EXPECT_TRUE(refused([](Members& m) {
    for (uint64_t n = 4; m.size() <= kMaxMembers; ++n) m.push_back(MakeMember(n, NodeKind::kLearner));
  }));
}

TEST(Configuration, TheLargestFitsIntoAnEntryHeader) {
  Configuration configuration = Sample();
  configuration.members.clear();
  for (uint64_t n = 1; n <= kMaxMembers; ++n) {
    Member member = MakeMember(n, NodeKind::kVoter);
    member.agency = std::string(8 + 1 + 16, 'A');
    member.name = std::string(64, 'N');
    member.address = std::string(255, 'a');
    configuration.members.push_back(member);
  }
  const Bytes bytes = EncodeConfiguration(configuration);
  EXPECT_LE(bytes.size(), kMaxPayloadSize);
  EXPECT_EQ(Get(DecodeConfiguration(bytes)), configuration);
}

TEST(Configuration, MembersOfARegistryAreSortedAndNotRemoved) {
  Registry registry = fixtures::TestNetwork(3).genesis().registry;
  registry.agencies[0].nodes.push_back(fixtures::MakeNode(9, NodeKind::kLearner, "AAA-REG-9"));
  registry.agencies[1].nodes[0].kind = NodeKind::kRemoved;
  const std::vector<Member> members = MembersOf(registry);
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].number, 1u);
  EXPECT_EQ(members[1].number, 3u);
  EXPECT_EQ(members[2].number, 9u);
  EXPECT_EQ(members[2].agency, "AAA-REG");
  EXPECT_EQ(members[2].kind, NodeKind::kLearner);
}

}  // namespace
}  // namespace symbolon::ledger
