// Properties of all canonical forms under random values. Every run is the same.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "identity/canonical/latin_name.h"
#include "identity/canonical/unicode.h"
#include "identity/canonical/value.h"

namespace symbolon::identity {
namespace {

class Values {
 public:
  Bytes RandomBytes() {
    Bytes out(Below(40), '\0');
    for (char& c : out) c = static_cast<char>(Below(256));
    return out;
  }

  // Well-formed, mostly of characters that the forms treat specially.
  Bytes RandomText() {
    static const std::u32string kSpecial =
        U" \t\u00a0\u200b\u200c\u200d\u00ad-'’,.<>/"
        U"?_0123456789XxAaßäİıŉﬁǅ๐๕২ЖжЇйёةّعبّกา\u0301\u0308\u031b\u0323한李\ue000\u0000"
        U"DEFMTHAN";
    std::u32string out;
    for (size_t n = Below(16); n > 0; --n) {
      out.push_back(Below(4) != 0 ? kSpecial[Below(kSpecial.size())] : static_cast<char32_t>(Below(0xd800)));
    }
    return EncodeUtf8(out);
  }

  size_t Below(size_t n) { return random_() % n; }

 private:
  std::mt19937_64 random_{42};
};

void ForEverySlot(const std::function<void(const Slot&)>& visit) {
  for (const RecordType* type : AllRecordTypes()) {
    for (const Slot& slot : type->slots) visit(slot);
  }
}

TEST(CanonicalProperties, RandomBytesNeverCrashAndWhatPassesIsCanonical) {
  Values values;
  for (int i = 0; i < 300; ++i) {
    const Bytes raw = i % 2 == 0 ? values.RandomBytes() : values.RandomText();
    ForEverySlot([&](const Slot& slot) {
      const auto got = CanonicalValue(slot, raw);
      if (got.ok() && !got->empty()) {
        ASSERT_TRUE(IsCanonical(slot, *got)) << slot.name;
      }
    });
  }
}

TEST(CanonicalProperties, FormsAreIdempotent) {
  Values values;
  int names = 0;
  for (int i = 0; i < 20000; ++i) {
    const Bytes raw = values.RandomText();
    const auto text = CanonicalText(raw);
    if (!text.ok()) continue;
    EXPECT_EQ(*CanonicalText(*text), *text);
    const auto latin = CanonicalLatinName(raw);
    // Components come back as typed with spaces between.
    if (!latin.ok()) continue;
    Bytes spaced = *latin;
    std::replace(spaced.begin(), spaced.end(), '<', ' ');
    EXPECT_EQ(*CanonicalLatinName(spaced), *latin);
    names += latin->empty() ? 0 : 1;
  }
  EXPECT_GT(names, 500);
}

// Normalisation forms of one text are one value.
TEST(CanonicalProperties, FormsDoNotDependOnHowTheTextWasComposed) {
  Values values;
  for (int i = 0; i < 20000; ++i) {
    const Bytes raw = values.RandomText();
    const auto points = DecodeUtf8(raw);
    ASSERT_TRUE(points.ok());
    const Bytes decomposed = EncodeUtf8(Nfd(*points));
    const auto a = CanonicalText(raw);
    const auto b = CanonicalText(decomposed);
    ASSERT_EQ(a.ok(), b.ok());
    if (!a.ok()) continue;
    EXPECT_EQ(*a, *b);
    const auto x = CanonicalLatinName(raw);
    const auto y = CanonicalLatinName(decomposed);
    ASSERT_EQ(x.ok(), y.ok());
    if (x.ok()) {
      EXPECT_EQ(*x, *y);
    }
  }
}

TEST(CanonicalProperties, EveryDayOfThreeCenturiesReadsBack) {
  const DateFormat thai = DateFormat::Parse("DD/MM/YYYY").value();
  int days = 0;
  for (int year = 1850; year <= 2150; ++year) {
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= 31; ++day) {
        const Bytes iso = FormatDate({year, month, day});
        const auto canonical = CanonicalDate(iso);
        if (!canonical.ok()) continue;
        ++days;
        ASSERT_EQ(*canonical, iso);
        const int be = year <= 1940 && month <= 3 ? year + 542 : year + 543;
        const Bytes shown = fmt::format("{:02}/{:02}/{:04}", day, month, be);
        ASSERT_EQ(*CanonicalDate(shown, thai, Calendar::kBuddhist), iso);
      }
    }
  }
  EXPECT_EQ(days, 109938);
}

TEST(CanonicalValue, EmptyIsAbsentAndReservedIsRefused) {
  ForEverySlot([](const Slot& slot) {
    const auto got = CanonicalValue(slot, "");
    if (slot.type == ValueType::kReserved) {
      EXPECT_EQ(got.reject(), RejectCode::kUnexpectedValue);
    } else {
      EXPECT_EQ(*got, "") << slot.name;
    }
    EXPECT_FALSE(IsCanonical(slot, ""));
  });
}

TEST(CanonicalValue, TheSlotDecidesTheForm) {
  const RecordType& birth = *FindRecordType("birth");
  EXPECT_EQ(*CanonicalValue(*FindSlot(birth, "birth_country"), "SUN"), "SUN");
  EXPECT_EQ(CanonicalValue(*FindSlot(birth, "nationality"), "SUN").reject(), RejectCode::kBadCountry);
  EXPECT_EQ(*CanonicalValue(*FindSlot(birth, "birth_date"), "1987-05"), "1987-05-XX");
  EXPECT_EQ(CanonicalValue(*FindSlot(birth, "registration_date"), "1987-05").reject(),
            RejectCode::kIncompleteDate);
  EXPECT_EQ(*CanonicalValue(*FindSlot(birth, "birth_type"), " twin "), "twin");
  EXPECT_EQ(CanonicalValue(*FindSlot(birth, "birth_type"), "Twin").reject(), RejectCode::kBadEnum);
  EXPECT_EQ(*CanonicalValue(*FindSlot(birth, "sex"), "female"), "F");
  EXPECT_EQ(*CanonicalValue(*FindSlot(birth, "birth_subdivision"), "th-10"), "TH-10");
  const RecordType& passport = *FindRecordType("travel_document");
  EXPECT_EQ(*CanonicalValue(*FindSlot(passport, "document_code"), "P<"), "P");
  EXPECT_EQ(*CanonicalValue(*FindSlot(passport, "dg1_hash"), "FF00"), Bytes("\xff\x00", 2));
  ValueOptions mrz;
  mrz.date_format = DateFormat::Parse("MRZ").value();
  mrz.current_year = 2024;
  EXPECT_EQ(*CanonicalValue(*FindSlot(passport, "birth_date"), "8705<<", mrz), "1987-05-XX");
  EXPECT_EQ(*CanonicalValue(*FindSlot(passport, "expiry_date"), "331231", mrz), "2033-12-31");
}

TEST(CanonicalValue, LatinNamesFromOutsideAreCheckedByShape) {
  const Slot& slot = *FindSlot(*FindRecordType("birth"), "family_name_latin");
  EXPECT_TRUE(IsCanonical(slot, "NA<CHIANG<MAI"));
  for (const char* bad : {"", "na", "NA CHIANG", "<NA", "NA<", "NA<<MAI", "N4"})
    EXPECT_FALSE(IsCanonical(slot, bad)) << bad;
  EXPECT_FALSE(IsCanonical(slot, std::string(129, 'A')));
}

}  // namespace
}  // namespace symbolon::identity
