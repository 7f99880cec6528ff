#include "ledger/genesis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/labels.h"
#include "base/sha256.h"
#include "tests/ledger/fixtures.h"
#include "tests/ledger/mutations.h"

namespace symbolon::ledger {
namespace {

using fixtures::KeyNamed;
using fixtures::TestNetwork;
using ::testing::HasSubstr;

TEST(Genesis, DecodesWhatItEncodes) {
  const TestNetwork network(4);
  const auto decoded = DecodeGenesis(network.genesis_bytes());
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, network.genesis());
  EXPECT_EQ(*EncodeGenesis(*decoded), network.genesis_bytes());
}

TEST(Genesis, NetworkIdIsItsHash) {
  const TestNetwork network;
  EXPECT_EQ(network.id(), Sha256(network.genesis_bytes()));
}

TEST(Genesis, EveryMutationIsRefusedOrAnotherNetwork) {
  const TestNetwork network(1);
  fixtures::ForEachMutation(
      network.genesis_bytes(),
      [&](const Bytes& changed, const std::string& how) {
        const auto decoded = DecodeGenesis(changed);
        if (!decoded.ok()) return;
        EXPECT_NE(NetworkId(changed), network.id()) << how;
        EXPECT_EQ(*EncodeGenesis(*decoded), changed) << how << ": two encodings of one genesis";
      },
      fixtures::Flip::kOneBitOfEachByte);
}

TEST(Genesis, RegistryDigestsAreChained) {
  const TestNetwork network;
  const Registry& registry = network.genesis().registry;
  Writer by_hand;
  by_hand.Label(labels::kRegistry).Fixed(Digest{}).U64(0).U64(0).Vec32(network.genesis_bytes());
  by_hand.Fixed(Sha256(EncodeRegistry(registry)));
  const Digest first = GenesisRegistryDigest(network.genesis_bytes(), registry);
  EXPECT_EQ(first, Sha256(by_hand.bytes()));
  const Digest second = NextRegistryDigest(first, 1, 7, "payload", registry);
  EXPECT_NE(second, NextRegistryDigest(first, 1, 8, "payload", registry));
  EXPECT_NE(second, NextRegistryDigest(Digest{}, 1, 7, "payload", registry));
}

TEST(Genesis, OriginMustBeAKeyName) {
  for (const std::string& origin : {std::string(), std::string("with space"), std::string("a+b"),
                                    std::string("กรม"), std::string(65, 'a')}) {
    Genesis genesis = TestNetwork().genesis();
    genesis.origin = origin;
    EXPECT_THAT(std::string(EncodeGenesis(genesis).status().message()), HasSubstr("field origin")) << origin;
  }
}

TEST(Genesis, HasNoRemovedNode) {
  Genesis genesis = TestNetwork().genesis();
  genesis.registry.agencies[1].nodes[0].kind = NodeKind::kRemoved;
  EXPECT_TRUE(CheckRegistry(genesis.registry).ok());  // of a later version it may be
  EXPECT_THAT(std::string(EncodeGenesis(genesis).status().message()), HasSubstr("field nodes"));
}

// What a rule says when a registry breaks it: the message names agency and field.
struct BadRegistry {
  const char* name;
  void (*change)(Registry&);
  const char* message;
};

class BadRegistryTest : public ::testing::TestWithParam<BadRegistry> {};

TEST_P(BadRegistryTest, IsRefusedWithAgencyAndField) {
  Genesis genesis = TestNetwork().genesis();
  GetParam().change(genesis.registry);
  const absl::Status checked = CheckRegistry(genesis.registry);
  EXPECT_EQ(checked.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(checked.message()), HasSubstr(GetParam().message));
  EXPECT_FALSE(EncodeGenesis(genesis).ok());
  // The decoder refuses the same bytes.
  Writer out;
  out.Label(labels::kGenesis).Vec8(genesis.origin).U64(0).Fixed(Digest{});
  EncodeRegistry(genesis.registry, out);
  EXPECT_FALSE(DecodeGenesis(out.bytes()).ok());
}

PublicKey SmallOrder() {
  return PublicKey{1};
}  // the identity

INSTANTIATE_TEST_SUITE_P(
    Rules, BadRegistryTest,
    ::testing::Values(
        BadRegistry{"granularity_zero", [](Registry& r) { r.issue_time_granularity_s = 0; }, "granularity"},
        BadRegistry{"granularity_large", [](Registry& r) { r.issue_time_granularity_s = 86401; },
                    "granularity"},
        BadRegistry{"unsorted_agencies", [](Registry& r) { std::swap(r.agencies[0], r.agencies[1]); },
                    "agency AAA-REG: agencies must be sorted"},
        BadRegistry{"agency_twice", [](Registry& r) { r.agencies[1].id = r.agencies[0].id; },
                    "agency AAA-REG: agencies must be sorted"},
        BadRegistry{"agency_id", [](Registry& r) { r.agencies[0].id = "aaa-reg"; }, "agency id"},
        BadRegistry{"display_name_empty", [](Registry& r) { r.agencies[1].display_name = ""; },
                    "agency BBB-REG: field display name"},
        BadRegistry{"display_name_not_utf8", [](Registry& r) { r.agencies[1].display_name = "\xc0\xaf"; },
                    "agency BBB-REG: field display name"},
        BadRegistry{"no_certificate", [](Registry& r) { r.agencies[1].ca_certificate = ""; },
                    "agency BBB-REG: field CA certificate"},
        BadRegistry{"unknown_record_type",
                    [](Registry& r) {
                      r.agencies[0].record_types = {1, 7};
                    },
                    "agency AAA-REG: field record types[1]"},
        BadRegistry{"record_types_unsorted",
                    [](Registry& r) {
                      r.agencies[0].record_types = {4, 1};
                    },
                    "agency AAA-REG: field record types[1]"},
        BadRegistry{"batch_key_id_zero", [](Registry& r) { r.agencies[0].batch_keys[0].id = 0; },
                    "agency AAA-REG: field batch keys[0]"},
        BadRegistry{"batch_keys_unsorted",
                    [](Registry& r) { std::swap(r.agencies[0].batch_keys[0], r.agencies[0].batch_keys[1]); },
                    "agency AAA-REG: field batch keys[1]"},
        BadRegistry{"batch_key_never_valid",
                    [](Registry& r) { r.agencies[0].batch_keys[1].valid_until = 100; }, "is never valid"},
        BadRegistry{"batch_key_small_order",
                    [](Registry& r) { r.agencies[2].batch_keys[0].key = SmallOrder(); },
                    "agency CCC-REG: field batch keys[0]: is not a usable Ed25519 public key"},
        BadRegistry{
            "key_twice",
            [](Registry& r) { r.agencies[2].batch_keys[0].key = r.agencies[0].nodes[0].log_key; },
            "agency CCC-REG: field batch keys[0]: is the same key as agency AAA-REG: field nodes[0].log key"},
        BadRegistry{"client_role", [](Registry& r) { r.agencies[0].clients[3].role = static_cast<Role>(5); },
                    "agency AAA-REG: field client certificates[3]"},
        BadRegistry{"client_in_two_agencies",
                    [](Registry& r) { r.agencies[1].clients[0] = r.agencies[0].clients[0]; },
                    "agency BBB-REG: field client certificates[0]"},
        BadRegistry{"clients_unsorted",
                    [](Registry& r) { std::swap(r.agencies[0].clients[0], r.agencies[0].clients[1]); },
                    "agency AAA-REG: field client certificates[1]"},
        BadRegistry{"node_number_zero", [](Registry& r) { r.agencies[0].nodes[0].number = 0; },
                    "agency AAA-REG: field nodes[0].number"},
        BadRegistry{"node_number_twice", [](Registry& r) { r.agencies[1].nodes[0].number = 1; },
                    "agency BBB-REG: field nodes[0].number"},
        BadRegistry{"node_name", [](Registry& r) { r.agencies[1].nodes[0].name = "a b"; },
                    "agency BBB-REG: field nodes[0].name"},
        BadRegistry{"node_name_twice",
                    [](Registry& r) { r.agencies[1].nodes[0].name = r.agencies[0].nodes[0].name; },
                    "agency BBB-REG: field nodes[0].name"},
        BadRegistry{"node_kind", [](Registry& r) { r.agencies[1].nodes[0].kind = static_cast<NodeKind>(4); },
                    "agency BBB-REG: field nodes[0].kind"},
        BadRegistry{"node_address", [](Registry& r) { r.agencies[1].nodes[0].address = "host"; },
                    "agency BBB-REG: field nodes[0].address"},
        BadRegistry{"node_port", [](Registry& r) { r.agencies[1].nodes[0].address = "host:70000"; },
                    "agency BBB-REG: field nodes[0].address"},
        BadRegistry{"node_tls_key", [](Registry& r) { r.agencies[1].nodes[0].tls_spki = Digest{}; },
                    "agency BBB-REG: field nodes[0].TLS key digest"},
        BadRegistry{"two_voters",
                    [](Registry& r) {
                      Node second = r.agencies[1].nodes[0];
                      second.number = 9;
                      second.name = "SECOND";
                      second.tls_spki = fixtures::DigestOf("second");
                      second.log_key = KeyNamed("second log").public_key();
                      second.cosigning_key = KeyNamed("second cosigning").public_key();
                      r.agencies[1].nodes.push_back(second);
                    },
                    "agency BBB-REG: field nodes[1].kind: an agency has at most one voter"},
        BadRegistry{"no_voter",
                    [](Registry& r) {
                      for (Agency& agency : r.agencies) agency.nodes[0].kind = NodeKind::kLearner;
                    },
                    "there is no voter"},
        BadRegistry{"threshold", [](Registry& r) { r.steward_threshold = 4; }, "steward threshold"},
        BadRegistry{"steward_of_nobody", [](Registry& r) { r.stewards[0].agency = "ZZZ-X"; },
                    "field stewards[0]: is of no registered agency"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Registry, AnswersQueries) {
  const TestNetwork network;
  const Registry& registry = network.genesis().registry;
  ASSERT_NE(registry.FindAgency("BBB-REG"), nullptr);
  EXPECT_EQ(registry.FindAgency("ZZZ-REG"), nullptr);
  EXPECT_TRUE(registry.MayIssue("AAA-REG", 1));
  EXPECT_FALSE(registry.MayIssue("AAA-REG", 2));
  EXPECT_FALSE(registry.MayIssue("ZZZ-REG", 1));

  EXPECT_EQ(registry.FindNode(2)->node->name, "BBB-REG-1");
  EXPECT_FALSE(registry.FindNode(9).has_value());
  EXPECT_EQ(registry.FindNodeByName("CCC-REG-1")->agency->id, "CCC-REG");
  EXPECT_EQ(registry.FindNodeByTlsKey(TestNetwork::TlsKey(0))->node->number, 1u);
  EXPECT_FALSE(registry.FindNodeByTlsKey(Digest{}).has_value());
  EXPECT_EQ(registry.voters().size(), 3u);

  const auto client = registry.FindClient(TestNetwork::ClientKey(1, Role::kAuditor));
  ASSERT_TRUE(client.has_value());
  EXPECT_EQ(client->agency->id, "BBB-REG");
  EXPECT_EQ(client->role, Role::kAuditor);
  EXPECT_FALSE(registry.FindClient(TestNetwork::TlsKey(0)).has_value());
}

TEST(Registry, KeysAreValidInARangeOfEntries) {
  const TestNetwork network;
  const Registry& registry = network.genesis().registry;
  EXPECT_EQ(registry.FindBatchKey("AAA-REG", 2, 99), nullptr);
  EXPECT_NE(registry.FindBatchKey("AAA-REG", 2, 100), nullptr);
  EXPECT_NE(registry.FindBatchKey("AAA-REG", 2, 199), nullptr);
  EXPECT_EQ(registry.FindBatchKey("AAA-REG", 2, 200), nullptr);
  EXPECT_NE(registry.FindBatchKey("AAA-REG", 1, kOpenEnd - 1), nullptr);
  EXPECT_EQ(registry.FindBatchKey("AAA-REG", 3, 1), nullptr);
  EXPECT_EQ(registry.FindBatchKey("ZZZ-REG", 1, 1), nullptr);
}

TEST(Registry, AgencyIds) {
  for (const char* good : {"THA-DOPA", "UNHCR-REG", "ABC-1", "A1B2C3D4-ABCDEFGHIJKLMNOP"})
    EXPECT_TRUE(IsAgencyId(good));
  for (const char* bad : {"", "-", "TH-DOPA", "THA", "THA-", "THA-dopa", "THA-DO-PA", "ABCDEFGHI-A",
                          "ABC-ABCDEFGHIJKLMNOPQ", " THA-DOPA", "THA-DOPA\n"}) {
    EXPECT_FALSE(IsAgencyId(bad)) << bad;
  }
}

}  // namespace
}  // namespace symbolon::ledger
