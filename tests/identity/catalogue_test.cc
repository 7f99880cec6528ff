#include "identity/catalogue/catalogue.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "identity/record.h"

namespace symbolon::identity {
namespace {

nlohmann::json PublishedCatalogue() {
  std::ifstream in(SYMBOLON_SOURCE_DIR "/samples/catalogue.json");
  return nlohmann::json::parse(in);
}

TEST(Catalogue, IsThePublishedOne) {
  const nlohmann::json published = PublishedCatalogue()["record_types"];
  EXPECT_EQ(AllRecordTypes().size(), published.size());
  for (const RecordType* type : AllRecordTypes()) {
    SCOPED_TRACE(type->name);
    const nlohmann::json& other = published.at(std::string(type->name));
    EXPECT_EQ(type->version, other["version"].get<int>());
    ASSERT_EQ(other["slots"].size(), kSlotCount);
    for (const Slot& slot : type->slots) {
      SCOPED_TRACE(slot.name);
      const nlohmann::json& expected = other["slots"][slot.number];
      EXPECT_EQ(slot.number, expected["slot"].get<int>());
      EXPECT_EQ(slot.name, expected["name"].get<std::string>());
      EXPECT_EQ(TypeName(slot.type), expected["type"].get<std::string>());
      EXPECT_EQ(PresenceName(slot.presence), expected["presence"].get<std::string>());
      const auto tokens = expected.value("values", std::vector<std::string>());
      ASSERT_EQ(slot.enum_values.size(), tokens.size());
      EXPECT_TRUE(std::equal(tokens.begin(), tokens.end(), slot.enum_values.begin()));
    }
  }
}

// These numbers are inside every leaf of every record: they can never change.
TEST(Catalogue, TypeNumbersAndKeysAreFixed) {
  const std::tuple<const char*, int, const char*> fixed[] = {
      {"birth", 1, "registration_number"},       {"death", 2, "registration_number"},
      {"marriage", 3, "registration_number"},    {"identity_document", 4, "document_number"},
      {"travel_document", 5, "document_number"}, {"protection_status", 6, "individual_number"}};
  for (const auto& [name, number, key] : fixed) {
    const RecordType* type = FindRecordType(name);
    ASSERT_NE(type, nullptr) << name;
    EXPECT_EQ(type->type, number);
    EXPECT_EQ(type->slots[type->key_slot].name, key);
    EXPECT_EQ(type->slots[type->key_slot].presence, Presence::kRequired);
    EXPECT_EQ(FindRecordType(number, 1), type);
  }
}

TEST(Catalogue, UnknownTypesVersionsAndSlotsAreNotFound) {
  EXPECT_EQ(FindRecordType(0, 1), nullptr);
  EXPECT_EQ(FindRecordType(7, 1), nullptr);
  EXPECT_EQ(FindRecordType(1, 0), nullptr);
  EXPECT_EQ(FindRecordType(1, 2), nullptr);
  EXPECT_EQ(FindRecordType("Birth"), nullptr);
  EXPECT_EQ(FindRecordType(""), nullptr);
  EXPECT_EQ(FindSlot(*FindRecordType("birth"), "document_number"), nullptr);
  EXPECT_EQ(FindSlot(*FindRecordType("birth"), "adult_from")->number, 31);
}

TEST(Catalogue, SlotNamesAreUniqueWithinAType) {
  for (const RecordType* type : AllRecordTypes()) {
    std::set<std::string_view> names;
    for (const Slot& slot : type->slots) EXPECT_TRUE(names.insert(slot.name).second) << slot.name;
  }
}

// What has no slot cannot be published by mistake.
TEST(Catalogue, HasNoSlotForSensitiveData) {
  for (const RecordType* type : AllRecordTypes()) {
    for (const Slot& slot : type->slots) {
      for (const char* word : {"religion", "ethnic", "cause", "portrait", "face", "iris", "phone", "mail",
                               "address", "street"}) {
        EXPECT_EQ(slot.name.find(word), std::string_view::npos) << slot.name;
      }
    }
  }
}

TEST(Record, MovesLeaveNothingAndCopiesStandAlone) {
  Record a(*FindRecordType("birth"));
  a.values[0] = std::string(100, 'n');
  Record copy = a;
  Record b = std::move(a);
  EXPECT_FALSE(a.values[0].has_value());  // NOLINT(bugprone-use-after-move): the point of the test
  EXPECT_EQ(b.Get("family_name"), std::string(100, 'n'));
  EXPECT_EQ(copy.Get("family_name"), b.Get("family_name"));
  b.Wipe();
  EXPECT_EQ(b.Get("family_name"), "");
  EXPECT_EQ(copy.Get("family_name").size(), 100u);
  EXPECT_EQ(copy.Get("no_such_slot"), "");
}

}  // namespace
}  // namespace symbolon::identity
