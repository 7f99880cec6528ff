#include "cli/member/proposal_file.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "cli/network/node_folder.h"
#include "storage/atomic_file.h"
#include "storage/key_file.h"
#include "tests/ledger/fixtures.h"

namespace symbolon::cli {
namespace {

using ledger::fixtures::KeyNamed;
using ledger::fixtures::TestNetwork;
using testing::HasSubstr;

class ProposalFileTest : public testing::Test {
 protected:
  ProposalFileTest() {
    std::string path = (std::filesystem::temp_directory_path() / "symbolon-test-XXXXXX").string();
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    folder_ = path;
  }
  ~ProposalFileTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string File(const std::string& name) const { return (folder_ / name).string(); }
  static std::string Message(const absl::Status& status) { return std::string(status.message()); }

  std::filesystem::path folder_;
  TestNetwork network_;
};

TEST_F(ProposalFileTest, WhatIsSignedAndWhoHasSignedComesBack) {
  ProposalFile file{ledger::EncodeProposal({network_.id(), 3, ledger::RemoveNode{2}}), {}};
  ASSERT_TRUE(WriteProposalFile(File("p"), file).ok());
  EXPECT_TRUE(ReadProposalFile(File("p"))->signatures.empty());
  for (size_t i : {0, 2}) {
    file.signatures.push_back(
        ledger::SignProposal(file.proposal, TestNetwork::StewardOf(i), TestNetwork::StewardKey(i)));
  }
  ASSERT_TRUE(WriteProposalFile(File("p"), file).ok());
  const auto read = ReadProposalFile(File("p"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->proposal, file.proposal);
  EXPECT_EQ(read->signatures, file.signatures);
  // For reading only: what it says is not what is signed.
  const Bytes text = *storage::ReadWholeFile(File("p"), 1 << 20);
  EXPECT_THAT(text, HasSubstr("remove node 2 for ever, in version 3 of the registry"));
}

TEST_F(ProposalFileTest, WhatIsNoProposalIsRefusedWithFileAndField) {
  const auto error_of = [&](const std::string& text) {
    EXPECT_TRUE(storage::WriteFileAtomically(File("p"), text).ok());
    return Message(ReadProposalFile(File("p")).status());
  };
  const std::string good = R"({"format": "symbolon-proposal/v1", "proposal": ")";
  EXPECT_THAT(error_of("rubbish"), HasSubstr("not a proposal"));
  EXPECT_THAT(error_of("{}"), HasSubstr("not a proposal"));
  EXPECT_THAT(error_of(good + "?\"}"), HasSubstr("field proposal"));
  EXPECT_THAT(error_of(good + "AAAA\"}"), HasSubstr("proposal"));
  const ProposalFile file{ledger::EncodeProposal({network_.id(), 0, ledger::RemoveNode{2}}), {}};
  ASSERT_TRUE(WriteProposalFile(File("p"), file).ok());
  std::string text = *storage::ReadWholeFile(File("p"), 1 << 20);
  const size_t list = text.find("[]");
  EXPECT_THAT(error_of(text.substr(0, list) + "7}"), HasSubstr("field signatures"));
  EXPECT_THAT(error_of(text.substr(0, list) + "[{\"agency\": 1}]}"), HasSubstr("field signatures"));
}

TEST_F(ProposalFileTest, AStewardIsWhomTheGenesisNames) {
  ASSERT_TRUE(storage::WriteFileAtomically(File("genesis"), network_.genesis_bytes()).ok());
  ASSERT_TRUE(storage::WriteKeyFile(File("good.key"), TestNetwork::StewardKey(1)).ok());
  ASSERT_TRUE(storage::WriteKeyFile(File("bad.key"), KeyNamed("somebody")).ok());
  const auto read = [&](const std::string& agency, const std::string& key) {
    const std::string toml =
        "agency = \"" + agency + "\"\nkey_id = 1\nkey = \"" + key + "\"\ngenesis = \"genesis\"\n";
    EXPECT_TRUE(storage::WriteFileAtomically(File("steward.toml"), toml).ok());
    return ReadStewardFile(File("steward.toml"));
  };
  const auto good = read("BBB-REG", "good.key");
  ASSERT_TRUE(good.ok()) << good.status();
  EXPECT_EQ(good->network, network_.id());
  EXPECT_EQ(good->threshold, 2);
  EXPECT_THAT(Message(read("BBB-REG", "bad.key").status()), HasSubstr("key"));
  EXPECT_THAT(Message(read("ZZZ-REG", "good.key").status()), HasSubstr("no such steward"));
  std::filesystem::permissions(File("good.key"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_TRUE(absl::IsFailedPrecondition(read("BBB-REG", "good.key").status()));
}

TEST_F(ProposalFileTest, ANodesRequestIsItsPublicHalf) {
  ledger::AddNode request{"AAA-REG", ledger::fixtures::MakeNode(4, ledger::NodeKind::kVoter, "AAA-REG-2")};
  ASSERT_TRUE(WriteNodeRequest(File("request.json"), request).ok());
  const auto read = ReadNodeRequest(File("request.json"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, request);
  std::string text = *storage::ReadWholeFile(File("request.json"), 1 << 20);
  const auto error_with = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_TRUE(storage::WriteFileAtomically(File("request.json"), changed).ok());
    return Message(ReadNodeRequest(File("request.json")).status());
  };
  EXPECT_THAT(error_with("symbolon-node/v1", "other"), HasSubstr("not a node's request"));
  EXPECT_THAT(error_with("\"log_key\": \"", "\"log_key\": \"x"), HasSubstr("field log_key"));
  EXPECT_THAT(error_with("\"number\": 4", "\"number\": 0"), HasSubstr("number"));
  EXPECT_THAT(error_with("AAA-REG-2", "lower"), HasSubstr("name"));
}

}  // namespace
}  // namespace symbolon::cli
