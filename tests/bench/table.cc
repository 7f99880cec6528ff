#include "tests/bench/table.h"

#include <fmt/format.h>

#include <cmath>

namespace symbolon::bench {
namespace {

std::string Number(double value) {
  if (value == 0) return "0";
  const double size = std::fabs(value);
  if (size >= 1000) return fmt::format("{:.0f}", value);
  if (size >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

std::string Mark(const Row& row, double mark) {
  return row.as_excess ? fmt::format("+{:.0f} {}", mark, row.unit) : fmt::format("{} x", Number(mark));
}

std::string Score(const Row& row) {
  return row.as_excess ? fmt::format("{:+.0f} {}", row.score(), row.unit)
                       : fmt::format("{:.2f} x", row.score());
}

}  // namespace

std::string Row::reached() const {
  const auto reaches = [&](double mark) { return lower_is_better ? score() <= mark : score() >= mark; };
  return reaches(aim) ? "aim" : reaches(at_least) ? "least" : "below";
}

std::string Report::Text() const {
  std::string out;
  for (const auto& [name, value] : setup) out += fmt::format("{:<12} {}\n", name, value);
  out += fmt::format("\n{:<46} {:>10} {:<8} {:>10}  {:>9} {:>9} {:>9}  {:<7} {}\n", "what", "value", "unit",
                     "reference", "ratio", "at least", "aim", "reached", "against");
  for (const Row& row : rows) {
    out += fmt::format("{:<46} {:>10} {:<8} {:>10}  {:>9} {:>9} {:>9}  {:<7} {}\n", row.what,
                       Number(row.value), row.unit, Number(row.reference), Score(row),
                       Mark(row, row.at_least), Mark(row, row.aim), row.reached(), row.against);
  }
  if (!details.empty()) out += "\nbeside it:\n";
  for (const Detail& detail : details) {
    out += fmt::format("  {:<62} {:>12} {}\n", detail.name, Number(detail.value), detail.unit);
  }
  return out;
}

Json Report::ToJson() const {
  Json json;
  for (const auto& [name, value] : setup) json["setup"][name] = value;
  for (const Row& row : rows) {
    json["rows"].push_back({{"what", row.what},
                            {"value", row.value},
                            {"unit", row.unit},
                            {"against", row.against},
                            {"reference", row.reference},
                            {row.as_excess ? "excess" : "ratio", row.score()},
                            {"at_least", row.at_least},
                            {"aim", row.aim},
                            {"reached", row.reached()},
                            {"note", row.note}});
  }
  for (const Detail& detail : details) {
    json["details"].push_back({{"name", detail.name}, {"value", detail.value}, {"unit", detail.unit}});
  }
  return json;
}

}  // namespace symbolon::bench
