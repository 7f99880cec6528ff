#include "identity/derive.h"

#include <fmt/format.h>

#include <chrono>

#include "identity/canonical/date.h"

namespace symbolon::identity {
namespace {

using Day = std::chrono::year_month_day;
using std::chrono::sys_days;

constexpr int kLateAfterDays = 365;
constexpr int kAdultAge = 18;

std::optional<DateParts> DateOf(const Record& record, std::string_view name) {
  return ParseCanonicalDate(record.Get(name));
}

Day MakeDay(int year, int month, int day) {
  return {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
          std::chrono::day(static_cast<unsigned>(day))};
}

// nullopt unless all three parts are known.
std::optional<Day> FullDay(const std::optional<DateParts>& date) {
  if (!date || !date->full()) return std::nullopt;
  return MakeDay(*date->year, *date->month, *date->day);
}

// The first and last day that a date with a known year allows.
Day Earliest(const DateParts& date) {
  return MakeDay(*date.year, date.month.value_or(1), date.day.value_or(1));
}
Day Latest(const DateParts& date) {
  if (date.day) return *FullDay(date);
  const std::chrono::year_month month(std::chrono::year(*date.year),
                                      std::chrono::month(static_cast<unsigned>(date.month.value_or(12))));
  return Day(month / std::chrono::last);
}

// Who is born on 29 February has a birthday on 1 March of other years.
int FullYears(Day birth, Day on) {
  const bool birthday_ahead = std::pair(on.month(), on.day()) < std::pair(birth.month(), birth.day());
  return static_cast<int>(on.year()) - static_cast<int>(birth.year()) - (birthday_ahead ? 1 : 0);
}

std::optional<Bytes> Boolean(bool value) {
  return Bytes(value ? "true" : "false");
}

std::optional<Bytes> OverAge(const Record& record, int age, std::string_view on_slot) {
  const std::optional<DateParts> birth = DateOf(record, "birth_date");
  const std::optional<Day> on = FullDay(DateOf(record, on_slot));
  if (!birth || !birth->year || !on) return std::nullopt;
  if (FullYears(Latest(*birth), *on) >= age) return Boolean(true);
  if (FullYears(Earliest(*birth), *on) < age) return Boolean(false);
  return std::nullopt;
}

std::optional<Bytes> YearOf(const Record& record, std::string_view date_slot) {
  const std::optional<DateParts> date = DateOf(record, date_slot);
  if (!date || !date->year) return std::nullopt;
  return fmt::format("{}", *date->year);
}

// A birth whose date is not fully known was not entered at the time.
std::optional<Bytes> LateRegistration(const Record& record) {
  const std::optional<DateParts> birth = DateOf(record, "birth_date");
  const std::optional<Day> registered = FullDay(DateOf(record, "registration_date"));
  if (!birth || !registered) return std::nullopt;
  if (!birth->full()) return Boolean(true);
  return Boolean((sys_days(*registered) - sys_days(*FullDay(birth))).count() > kLateAfterDays);
}

Bytes ParentsKnown(const Record& record) {
  const auto known = [&](std::string_view parent) {
    for (const char* name : {"family_name", "given_name", "family_name_latin", "given_name_latin"}) {
      if (!record.Get(fmt::format("{}_{}", parent, name)).empty()) return true;
    }
    return false;
  };
  const bool mother = known("mother");
  const bool father = known("father");
  return mother && father ? "both" : mother ? "mother" : father ? "father" : "none";
}

std::optional<Bytes> AdultFrom(const Record& record) {
  const std::optional<Day> birth = FullDay(DateOf(record, "birth_date"));
  if (!birth) return std::nullopt;
  Day adult = *birth + std::chrono::years(kAdultAge);
  if (!adult.ok()) adult = adult.year() / std::chrono::March / 1;
  return FormatDate({static_cast<int>(adult.year()), static_cast<int>(static_cast<unsigned>(adult.month())),
                     static_cast<int>(static_cast<unsigned>(adult.day()))});
}

std::optional<Bytes> AgeAtDeath(const Record& record) {
  const std::optional<Day> birth = FullDay(DateOf(record, "birth_date"));
  const std::optional<Day> death = FullDay(DateOf(record, "death_date"));
  if (!birth || !death || *death < *birth) return std::nullopt;
  return fmt::format("{}", FullYears(*birth, *death));
}

std::optional<Bytes> BothOver18(const Record& record) {
  const std::optional<Day> one = FullDay(DateOf(record, "party_1_birth_date"));
  const std::optional<Day> two = FullDay(DateOf(record, "party_2_birth_date"));
  const std::optional<Day> on = FullDay(DateOf(record, "marriage_date"));
  if (!one || !two || !on) return std::nullopt;
  return Boolean(FullYears(*one, *on) >= kAdultAge && FullYears(*two, *on) >= kAdultAge);
}

// The day against which a type's over_NN_at_issue are counted.
std::string_view IssueSlot(const RecordType& type) {
  return type.name == "protection_status" ? "granted_date" : "issue_date";
}

std::optional<Bytes> DerivedValue(const Record& record, std::string_view slot) {
  if (slot == "birth_year") return YearOf(record, "birth_date");
  if (slot == "death_year") return YearOf(record, "death_date");
  if (slot == "marriage_year") return YearOf(record, "marriage_date");
  if (slot == "late_registration") return LateRegistration(record);
  if (slot == "parents_known") return ParentsKnown(record);
  if (slot == "adult_from") return AdultFrom(record);
  if (slot == "age_at_death") return AgeAtDeath(record);
  if (slot == "both_over_18") return BothOver18(record);
  if (slot == "over_15_at_issue") return OverAge(record, 15, IssueSlot(*record.type));
  if (slot == "over_18_at_issue") return OverAge(record, 18, IssueSlot(*record.type));
  if (slot == "over_21_at_issue") return OverAge(record, 21, IssueSlot(*record.type));
  return std::nullopt;
}

}  // namespace

void Derive(Record& record) {
  for (const Slot& slot : record.type->slots) {
    if (slot.presence == Presence::kDerived) record.values[slot.number] = DerivedValue(record, slot.name);
  }
}

}  // namespace symbolon::identity
