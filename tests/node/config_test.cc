#include "node/config.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "storage/atomic_file.h"
#include "tests/node/test_network.h"

namespace symbolon::node {
namespace {

using testing::HasSubstr;

const std::string kSmallest = R"(
node = 3
genesis = "../genesis"
data_dir = "data"
listen = "127.0.0.1:7400"
certificate = "tls.crt"
private_key = "/etc/keys/tls.key"
log_key = "log.key"
cosigning_key = "cosigning.key"
)";

std::string ErrorOf(const std::string& text) {
  const auto config = ParseConfig(text, "/srv/symbolon/node.toml");
  return config.ok() ? "OK" : std::string(config.status().message());
}

TEST(Config, RequiredFieldsSufficeAndPathsAreRelativeToTheFile) {
  const auto config = ParseConfig(kSmallest, "/srv/symbolon/node.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->node_number, 3u);
  EXPECT_EQ(config->genesis_file, "/srv/genesis");
  EXPECT_EQ(config->data_dir, "/srv/symbolon/data");
  EXPECT_EQ(config->private_key_file, "/etc/keys/tls.key");
  EXPECT_EQ(config->log_level, "info");
}

TEST(Config, UnknownFieldIsRefusedWithFileLineAndName) {
  EXPECT_THAT(
      ErrorOf(kSmallest + "heartbeat = 3\n"),
      testing::AllOf(HasSubstr("/srv/symbolon/node.toml"), HasSubstr("line 10"), HasSubstr("heartbeat")));
  EXPECT_THAT(ErrorOf(kSmallest + "[consensus]\nticks = 3\n"), HasSubstr("consensus.ticks"));
}

TEST(Config, MissingFieldIsNamed) {
  EXPECT_THAT(ErrorOf("node = 1\n"), HasSubstr("genesis"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("node"));
}

TEST(Config, NumbersOutOfRangeAreRefused) {
  EXPECT_THAT(ErrorOf(kSmallest + "[memory]\nblock_cache_mib = 1\n"), HasSubstr("block_cache_mib"));
  EXPECT_THAT(ErrorOf(kSmallest + "[consensus]\nheartbeat_ticks = 20\nelection_ticks = 20\n"),
              HasSubstr("must be below"));
  EXPECT_THAT(
      ErrorOf(kSmallest + "[consensus]\nelection_ticks = 20\nelection_delay_ticks = 2001\n"),
      testing::AllOf(HasSubstr("line"), HasSubstr("election_delay_ticks"), HasSubstr("at most 100 times")));
}

TEST(Config, WrongLogLevelIsRefused) {
  EXPECT_THAT(ErrorOf(kSmallest + "log_level = \"loud\"\n"), HasSubstr("log_level"));
}

TEST(NodeFiles, KeysMustBeThoseOfTheGenesis) {
  test::TestNetwork network({.nodes = 2});
  auto config = LoadConfig(network.ConfigFile(0));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(LoadNodeFiles(*config).ok());
  config->log_key_file = network.NodeDir(1) + "/log.key";
  const auto files = LoadNodeFiles(*config);
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(std::string(files.status().message()), HasSubstr("field log_key"));
}

TEST(NodeFiles, SecretThatOthersMayReadIsRefused) {
  test::TestNetwork network({.nodes = 1});
  const auto config = LoadConfig(network.ConfigFile(0));
  ASSERT_TRUE(config.ok());
  ASSERT_EQ(chmod((network.NodeDir(0) + "/cosigning.key").c_str(), 0644), 0);
  const auto files = LoadNodeFiles(*config);
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(std::string(files.status().message()), HasSubstr("cosigning.key"));
}

TEST(NodeFiles, NodeThatTheGenesisDoesNotKnowIsRefused) {
  test::TestNetwork network({.nodes = 1});
  auto config = LoadConfig(network.ConfigFile(0));
  ASSERT_TRUE(config.ok());
  config->node_number = 9;
  const auto files = LoadNodeFiles(*config);
  ASSERT_FALSE(files.ok());
  EXPECT_THAT(std::string(files.status().message()), HasSubstr("no node 9"));
}

TEST(NodeFiles, ANodeThatIsAddedLaterSaysWhatItIs) {
  test::TestNetwork network({.nodes = 1});
  auto config = LoadConfig(network.ConfigFile(network.MakeNode(0)));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(LoadNodeFiles(*config)->node_name, "NODE-2");
  const auto error_with = [&](auto change) {
    Config changed = *config;
    change(changed);
    return std::string(LoadNodeFiles(changed).status().message());
  };
  EXPECT_THAT(error_with([](Config& c) { c.node_name = ""; }), HasSubstr("no node 2"));
  EXPECT_THAT(error_with([](Config& c) { c.node_name = "lower"; }), HasSubstr("field name"));
  EXPECT_THAT(error_with([](Config& c) { c.agency = "ZZZ-REG"; }), HasSubstr("field agency"));
  // What the registry says later must agree.
  const auto files = LoadNodeFiles(*config);
  ledger::Registry registry = files->genesis.registry;
  EXPECT_TRUE(CheckSelf(*config, *files, registry).ok());
  registry.agencies[0].nodes.push_back(network.Admission(1, ledger::NodeKind::kVoter).node);
  EXPECT_TRUE(CheckSelf(*config, *files, registry).ok());
  registry.agencies[0].nodes.back().cosigning_key = registry.agencies[0].nodes.back().log_key;
  EXPECT_THAT(std::string(CheckSelf(*config, *files, registry).message()), HasSubstr("field cosigning_key"));
  registry.agencies[0].nodes.back().name = "OTHER";
  EXPECT_THAT(std::string(CheckSelf(*config, *files, registry).message()), HasSubstr("field name"));
}

}  // namespace
}  // namespace symbolon::node
