#include "identity/canonical/date.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace symbolon::identity {
namespace {

constexpr int kFirstYear = 1850;
constexpr int kLastYear = 2150;

constexpr std::u32string_view kThaiMonths[] = {U"มกราคม",  U"กุมภาพันธ์", U"มีนาคม",    U"เมษายน",
                                               U"พฤษภาคม", U"มิถุนายน",  U"กรกฎาคม",  U"สิงหาคม",
                                               U"กันยายน",  U"ตุลาคม",   U"พฤศจิกายน", U"ธันวาคม"};
constexpr std::u32string_view kThaiShortMonths[] = {U"ม.ค.", U"ก.พ.", U"มี.ค.", U"เม.ย.", U"พ.ค.", U"มิ.ย.",
                                                    U"ก.ค.", U"ส.ค.", U"ก.ย.", U"ต.ค.",  U"พ.ย.", U"ธ.ค."};
// "BE", which may stand before the year of a buddhist column.
constexpr std::u32string_view kThaiEra = U"พ.ศ.";

void ReplaceAll(std::u32string& text, std::u32string_view from, std::u32string_view to) {
  for (size_t at = text.find(from); at != std::u32string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

void ReplaceMonthNames(std::u32string& text) {
  for (const auto& names : {std::span(kThaiMonths), std::span(kThaiShortMonths)}) {
    for (size_t k = 0; k < names.size(); ++k) {
      const char32_t number[] = {U' ', static_cast<char32_t>(U'0' + (k + 1) / 10),
                                 static_cast<char32_t>(U'0' + (k + 1) % 10), U' '};
      ReplaceAll(text, names[k], std::u32string_view(number, std::size(number)));
    }
  }
}

bool IsUnknownMark(char c) {
  return c == '0' || c == 'X' || c == '?' || c == '<' || c == '_';
}

// Digits and marks of unknown parts, split at everything else, which must be punctuation, symbols or spaces:
// a word that nobody understood would otherwise be lost and the rest misread.
Canonical<std::vector<std::string>> SplitParts(const std::u32string& text) {
  std::vector<std::string> parts;
  bool open = false;
  for (const char32_t c : text) {
    if ((c >= U'0' && c <= U'9') || c == U'X' || c == U'?' || c == U'<' || c == U'_') {
      if (!open) parts.emplace_back();
      parts.back().push_back(static_cast<char>(c));
      open = true;
    } else if (IsPunctuationOrSymbol(c) || IsSeparator(c)) {
      open = false;
    } else {
      return RejectCode::kBadDate;
    }
  }
  return parts;
}

// nullopt inside: the part is unknown.
Canonical<std::optional<int>> ReadPart(const std::string& part, size_t max_digits) {
  if (std::all_of(part.begin(), part.end(), IsUnknownMark)) return std::optional<int>();
  if (part.size() > max_digits) return RejectCode::kBadDate;
  int value = 0;
  for (const char c : part) {
    if (c < '0' || c > '9') return RejectCode::kBadDate;
    value = value * 10 + (c - '0');
  }
  return std::optional<int>(value);
}

Canonical<DateParts> ReadParts(const std::vector<std::string>& parts, std::string order) {
  for (const char dropped : {'D', 'M'}) {
    if (parts.size() < order.size()) std::erase(order, dropped);
  }
  if (parts.size() != order.size()) return RejectCode::kBadDate;
  DateParts date;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Canonical<std::optional<int>> value = ReadPart(parts[i], order[i] == 'Y' ? 4 : 2);
    if (!value.ok()) return value.reject();
    (order[i] == 'Y' ? date.year : order[i] == 'M' ? date.month : date.day) = *value;
  }
  return date;
}

Canonical<int> GregorianYear(int year, std::optional<int> month, Calendar calendar) {
  if (calendar == Calendar::kGregorian) return year;
  if (year > 2483 || !month || *month > 3) return year - 543;
  // The year BE 2483 had nine months: April to December.
  if (year == 2483) return RejectCode::kBadDate;
  return year - 542;
}

Canonical<Bytes> Finish(DateParts date, Calendar calendar) {
  if (!date.year) {
    if (date.month || date.day) return RejectCode::kBadDate;
    return FormatDate(date);
  }
  if (date.day && !date.month) return RejectCode::kDayWithoutMonth;
  if (*date.year < 1000) return RejectCode::kTwoDigitYear;
  const Canonical<int> year = GregorianYear(*date.year, date.month, calendar);
  if (!year.ok()) return year.reject();
  if (*year < kFirstYear || *year > kLastYear) return RejectCode::kYearOutOfRange;
  date.year = *year;
  if (date.month && (*date.month < 1 || *date.month > 12)) return RejectCode::kBadDate;
  if (date.day) {
    const std::chrono::year_month_day day(std::chrono::year(*date.year), std::chrono::month(*date.month),
                                          std::chrono::day(*date.day));
    if (!day.ok()) return RejectCode::kBadDate;
  }
  return FormatDate(date);
}

}  // namespace

std::optional<DateFormat> DateFormat::Parse(std::string_view format) {
  DateFormat out;
  if (format == "MRZ") {
    out.is_mrz_ = true;
    return out;
  }
  out.order_.clear();
  bool separated = true;
  while (!format.empty()) {
    if (std::string_view("-/. ").find(format.front()) != std::string_view::npos) {
      format.remove_prefix(1);
      separated = true;
      continue;
    }
    if (!separated) return std::nullopt;
    separated = false;
    bool known = false;
    for (const std::string_view token : {"YYYY", "MONTH", "MM", "DD"}) {
      if (!format.starts_with(token)) continue;
      if (out.order_.find(token.front()) != std::string::npos) return std::nullopt;
      out.order_.push_back(token.front());
      format.remove_prefix(token.size());
      known = true;
      break;
    }
    if (!known) return std::nullopt;
  }
  const auto has = [&](char part) { return out.order_.find(part) != std::string::npos; };
  if (!has('Y') || (has('D') && !has('M'))) return std::nullopt;
  return out;
}

Canonical<Bytes> CanonicalDate(ByteView value, const DateFormat& format, Calendar calendar) {
  const Canonical<std::u32string> text = CanonicalTextPoints(value);
  if (!text.ok()) return text.reject();
  std::u32string s = ToUpper(AsciiDigits(*text));
  ReplaceMonthNames(s);
  if (calendar == Calendar::kBuddhist) ReplaceAll(s, kThaiEra, U" ");
  ReplaceAll(s, U"-/", U"00/");
  ReplaceAll(s, U"--", U"00");
  const Canonical<std::vector<std::string>> parts = SplitParts(s);
  if (!parts.ok()) return parts.reject();
  const Canonical<DateParts> date = ReadParts(*parts, format.order());
  if (!date.ok()) return date.reject();
  return Finish(*date, calendar);
}

Canonical<Bytes> CanonicalMrzDate(ByteView value, MrzDateKind kind, int current_year) {
  if (value.size() != 6) return RejectCode::kBadDate;
  std::optional<int> parts[3];
  for (size_t i = 0; i < 3; ++i) {
    const std::string part(value.substr(2 * i, 2));
    if (part == "<<") continue;
    if (part[0] < '0' || part[0] > '9' || part[1] < '0' || part[1] > '9') return RejectCode::kBadDate;
    parts[i] = (part[0] - '0') * 10 + (part[1] - '0');
  }
  if (!parts[0]) return FormatDate({});
  DateParts date{2000 + *parts[0], parts[1], parts[2]};
  if (kind == MrzDateKind::kBirth && *date.year > current_year) *date.year -= 100;
  if (date.month == 0) date.month.reset();
  if (date.day == 0) date.day.reset();
  return Finish(date, Calendar::kGregorian);
}

std::optional<DateParts> ParseCanonicalDate(ByteView value) {
  if (value.size() != 10 || value[4] != '-' || value[7] != '-') return std::nullopt;
  const Canonical<Bytes> again = CanonicalDate(value);
  if (!again.ok() || *again != value) return std::nullopt;
  const auto number = [&](size_t at, size_t length) -> std::optional<int> {
    int n = 0;
    for (const char c : value.substr(at, length)) {
      if (c == 'X') return std::nullopt;
      n = n * 10 + (c - '0');
    }
    return n;
  };
  return DateParts{number(0, 4), number(5, 2), number(8, 2)};
}

Bytes FormatDate(const DateParts& parts) {
  return fmt::format("{}-{}-{}", parts.year ? fmt::format("{:04}", *parts.year) : "XXXX",
                     parts.month ? fmt::format("{:02}", *parts.month) : "XX",
                     parts.day ? fmt::format("{:02}", *parts.day) : "XX");
}

}  // namespace symbolon::identity
