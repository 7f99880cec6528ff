#include "identity/credential.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/text_encoding.h"

namespace symbolon::identity {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

Digest Filled(uint8_t byte) {
  Digest d;
  d.fill(byte);
  return d;
}

Credential Example() {
  Credential c(*FindRecordType("travel_document"));
  c.network = Filled(0x11);
  c.record.values[0] = "Nguyễn \"X\"\\";
  c.record.values[18] = "P<VNMNGUYEN<<\n9007001";
  c.record.values[21] = "sha256";
  c.record.values[22] = Bytes("\x00\xff\x80\x01", 4);
  c.secret = RecordSecret(Filled(0xa7));
  c.position = 4095;
  c.commitment_path = {Filled(1), Filled(2)};
  c.receipt = Bytes("\x00\x01\xfe receipt", 11);
  return c;
}

json ExampleJson() {
  return json::parse(*WriteCredential(Example()));
}

std::string RefusalOf(const json& document) {
  const absl::StatusOr<Credential> read = ReadCredential(document.dump());
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << document.dump();
  return std::string(read.status().message());
}

void ExpectSame(const Credential& a, const Credential& b) {
  EXPECT_EQ(a.network, b.network);
  EXPECT_EQ(a.record.type, b.record.type);
  EXPECT_EQ(a.record.values, b.record.values);
  EXPECT_EQ(a.secret.view(), b.secret.view());
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.commitment_path, b.commitment_path);
  EXPECT_EQ(a.receipt, b.receipt);
}

TEST(CredentialFile, RoundTrips) {
  const std::string text = *WriteCredential(Example());
  EXPECT_TRUE(text.ends_with("}\n"));
  const absl::StatusOr<Credential> read = ReadCredential(text);
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectSame(*read, Example());
  EXPECT_EQ(*WriteCredential(*read), text);
}

TEST(CredentialFile, HasTheFieldsOfTheFormat) {
  EXPECT_EQ(ExampleJson(), json({{"format", "symbolon-credential/v1"},
                                 {"network", ToHex(Filled(0x11))},
                                 {"record_type", "travel_document"},
                                 {"record_version", 1},
                                 {"attributes",
                                  {{"family_name", "Nguyễn \"X\"\\"},
                                   {"mrz", "P<VNMNGUYEN<<\n9007001"},
                                   {"hash_algorithm", "sha256"},
                                   {"dg1_hash", "00ff8001"}}},
                                 {"secret", ToHex(Filled(0xa7))},
                                 {"position", 4095},
                                 {"commitment_path", {ToHex(Filled(1)), ToHex(Filled(2))}},
                                 {"receipt", ToBase64(Bytes("\x00\x01\xfe receipt", 11))}}));
}

TEST(CredentialFile, OrderAndWhiteSpaceDoNotMatter) {
  ExpectSame(*ReadCredential(ExampleJson().dump()), Example());  // sorted by name, on one line
}

TEST(CredentialFile, EachMissingFieldIsNamed) {
  const json example = ExampleJson();
  for (const auto& [name, value] : example.items()) {
    json document = example;
    document.erase(name);
    EXPECT_THAT(RefusalOf(document), HasSubstr("field " + name + ":"));
  }
}

TEST(CredentialFile, EachFieldOfAWrongKindIsNamed) {
  const json wrong[] = {nullptr, true, -1, 0.5, 4096, "", "zz", json::array({1}), json::array({"zz"})};
  const json example = ExampleJson();
  for (const auto& [name, value] : example.items()) {
    for (const json& w : wrong) {
      if (name == "receipt" && w == "") continue;  // base64 of nothing; CheckCredential refuses it
      json document = example;
      document[name] = w;
      EXPECT_THAT(RefusalOf(document), HasSubstr(name)) << w;
    }
  }
}

TEST(CredentialFile, UnknownAndRepeatedFieldsAreRefused) {
  json document = ExampleJson();
  document["extra"] = 1;
  EXPECT_THAT(RefusalOf(document), HasSubstr("field extra:"));

  std::string text = ExampleJson().dump();
  text.insert(1, R"("position":1,)");
  EXPECT_THAT(std::string(ReadCredential(text).status().message()), HasSubstr("position: occurs twice"));

  text = ExampleJson().dump();
  text.insert(text.find("\"family_name\""), R"("family_name":"B",)");
  EXPECT_THAT(std::string(ReadCredential(text).status().message()), HasSubstr("family_name: occurs twice"));
}

TEST(CredentialFile, AttributesMustBeThoseOfTheType) {
  json document = ExampleJson();
  document["attributes"]["registration_number"] = "1";
  EXPECT_THAT(RefusalOf(document), HasSubstr("attributes.registration_number"));
  document = ExampleJson();
  document["attributes"]["dg1_hash"] = "0G";
  EXPECT_THAT(RefusalOf(document), HasSubstr("attributes.dg1_hash"));
  document["attributes"]["dg1_hash"] = "AB";  // upper case: a second notation
  EXPECT_THAT(RefusalOf(document), HasSubstr("attributes.dg1_hash"));
  document = ExampleJson();
  document["attributes"]["family_name"] = "";
  EXPECT_THAT(RefusalOf(document), HasSubstr("attributes.family_name"));
  document["attributes"]["family_name"] = std::string(65536, 'a');
  EXPECT_THAT(RefusalOf(document), HasSubstr("attributes.family_name"));

  document = ExampleJson();
  document["record_type"] = "death";
  document["attributes"] = {{"reserved_30", "x"}};
  EXPECT_THAT(RefusalOf(document), HasSubstr("reserved"));
}

TEST(CredentialFile, UnknownTypesAndVersionsAreToldApart) {
  json document = ExampleJson();
  document["record_type"] = "driving_licence";
  EXPECT_THAT(RefusalOf(document), HasSubstr("field record_type"));
  document = ExampleJson();
  document["record_version"] = 2;
  EXPECT_THAT(RefusalOf(document), HasSubstr("field record_version"));
}

TEST(CredentialFile, LengthsAndNotationsAreExact) {
  const std::string hex = ToHex(Filled(0xa7));
  for (const std::string& bad :
       {hex.substr(2), hex + "00", hex.substr(1), "A7" + hex.substr(2), "  " + hex.substr(2)}) {
    for (const char* field : {"secret", "network"}) {
      json document = ExampleJson();
      document[field] = bad;
      EXPECT_THAT(RefusalOf(document), HasSubstr(field));
    }
    json document = ExampleJson();
    document["commitment_path"][1] = bad;
    EXPECT_THAT(RefusalOf(document), HasSubstr("commitment_path[1]"));
  }
  json document = ExampleJson();
  for (int i = 0; i < 11; ++i) document["commitment_path"].push_back(hex);
  EXPECT_THAT(RefusalOf(document), HasSubstr("commitment_path"));
}

TEST(CredentialFile, NoMessageRepeatsWhatTheFileSays) {
  const std::string marked = "MARKED-VALUE";
  std::vector<std::string> hostile = {marked, "{\"" + marked, "[\"" + marked + "\"]",
                                      "{\"" + marked + "\":1}", "{\"format\": " + marked + "}"};
  const json example = ExampleJson();
  for (const auto& [name, value] : example.items()) {
    json document = example;
    document[name] = marked;
    hostile.push_back(document.dump());
  }
  json document = example;
  document["attributes"][marked] = marked;
  hostile.push_back(document.dump());
  document = example;
  document["attributes"]["dg1_hash"] = marked;
  hostile.push_back(document.dump());
  for (const std::string& text : hostile) {
    const absl::StatusOr<Credential> read = ReadCredential(text);
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_THAT(std::string(read.status().message()), Not(HasSubstr(marked)));
  }
}

TEST(CredentialFile, DeepAndLongAndBrokenTextIsRefused) {
  EXPECT_FALSE(ReadCredential("").ok());
  EXPECT_FALSE(ReadCredential("\xff").ok());
  EXPECT_FALSE(ReadCredential(std::string(200000, '[')).ok());
  EXPECT_FALSE(ReadCredential(std::string(100000, '[') + std::string(100000, ']')).ok());
  EXPECT_THAT(RefusalOf({{"attributes", {{"family_name", {{"a", {{"b", 1}}}}}}}}), HasSubstr("nested"));
  EXPECT_FALSE(ReadCredential(std::string(kMaxCredentialText + 1, ' ')).ok());
  const std::string text = *WriteCredential(Example());
  EXPECT_FALSE(ReadCredential(text + "x").ok());
  for (size_t n = 0; n + 2 < text.size(); n += 7) EXPECT_FALSE(ReadCredential(text.substr(0, n)).ok());
}

TEST(CredentialFile, MutatedFilesNeverCrash) {
  std::mt19937 random(1);
  const std::string text = *WriteCredential(Example());
  for (int i = 0; i < 5000; ++i) {
    std::string mutated = text;
    for (uint32_t n = random() % 4 + 1; n > 0; --n)
      mutated[random() % mutated.size()] = static_cast<char>(random());
    const absl::StatusOr<Credential> read = ReadCredential(mutated);
    if (read.ok()) {
      EXPECT_TRUE(WriteCredential(*read).ok());
    }
  }
}

TEST(CredentialFile, AValueThatIsNotUtf8IsRefusedByName) {
  Credential c = Example();
  c.record.values[1] = "\xff\xfe";
  EXPECT_THAT(std::string(WriteCredential(c).status().message()), HasSubstr("attributes.given_name"));
}

}  // namespace
}  // namespace symbolon::identity
