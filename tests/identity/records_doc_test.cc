// docs/records.md is the published specification: it must say what the program does.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "identity/canonical/lookup_profile.h"
#include "identity/canonical/reject.h"

namespace symbolon::identity {
namespace {

std::string Doc() {
  std::ifstream in(SYMBOLON_SOURCE_DIR "/docs/records.md");
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST(RecordsDoc, ListsEverySlotWithItsType) {
  const std::string doc = Doc();
  for (const RecordType* type : AllRecordTypes()) {
    EXPECT_NE(doc.find(fmt::format("| {} | `{}` | `{}` |", type->type, type->name,
                                   type->slots[type->key_slot].name)),
              std::string::npos);
    for (const Slot& slot : type->slots) {
      std::string shown(slot.type == ValueType::kReserved ? "–" : TypeName(slot.type));
      for (const std::string_view token : slot.enum_values) {
        shown += fmt::format("{}{}", shown == "enum" ? " " : ", ", token);
      }
      const std::string row = fmt::format("| {} | `{}` | {} |", slot.number, slot.name, shown);
      EXPECT_NE(doc.find(row), std::string::npos) << row;
    }
  }
}

TEST(RecordsDoc, ListsEveryProfile) {
  const std::string doc = Doc();
  for (const LookupProfile& profile : AllLookupProfiles()) {
    std::string row = fmt::format("| {} | `{}` | ", profile.id, profile.name);
    for (size_t i = 0; i < profile.fields.size(); ++i)
      row += fmt::format("{}{}", i == 0 ? "" : ", ", profile.fields[i]);
    EXPECT_NE(doc.find(row + " |"), std::string::npos) << row;
  }
}

TEST(RecordsDoc, ListsEveryReasonAndNoTwoAreAlike) {
  const std::string doc = Doc();
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(RejectCode::kBadQuoting); ++code) {
    const std::string_view name = ReasonName(static_cast<RejectCode>(code));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_NE(doc.find(fmt::format("`{}`", name)), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace symbolon::identity
