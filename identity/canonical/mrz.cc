#include "identity/canonical/mrz.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

namespace symbolon::identity {
namespace {

bool IsMrzCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<';
}

std::vector<ByteView> SplitLines(ByteView value) {
  std::vector<ByteView> lines;
  while (lines.size() < 4) {
    const size_t end = value.find('\n');
    ByteView line = value.substr(0, end);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.push_back(line);
    if (end == ByteView::npos) break;
    value.remove_prefix(end + 1);
  }
  if (lines.size() > 1 && lines.back().empty()) lines.pop_back();
  return lines;
}

std::optional<MrzFormat> FormatOf(const std::vector<ByteView>& lines) {
  if (lines.empty() || lines[0].empty()) return std::nullopt;
  for (const ByteView line : lines) {
    if (line.size() != lines[0].size() || !std::all_of(line.begin(), line.end(), IsMrzCharacter))
      return std::nullopt;
  }
  const bool visa = lines[0][0] == 'V';
  if (lines.size() == 3 && lines[0].size() == 30) return MrzFormat::kTd1;
  if (lines.size() == 2 && lines[0].size() == 36) return visa ? MrzFormat::kMrvB : MrzFormat::kTd2;
  if (lines.size() == 2 && lines[0].size() == 44) return visa ? MrzFormat::kMrvA : MrzFormat::kTd3;
  return std::nullopt;
}

bool Checks(ByteView field, char digit) {
  return MrzCheckDigit(field) == digit;
}

// A document number over nine characters goes on in the optional data, there followed by its check digit and
// '<'; in place of the check digit stands '<' (Doc 9303-5 and -6, section 4.2).
bool NumberChecks(ByteView number, char digit, ByteView optional) {
  if (digit != '<') return Checks(number, digit);
  const ByteView rest = optional.substr(0, optional.find('<'));
  if (rest.size() < 2) return false;
  return Checks(Bytes(number) + Bytes(rest.substr(0, rest.size() - 1)), rest.back());
}

// Number, birth and expiry of the second line, which all two-line formats share.
bool CommonChecks(ByteView line, ByteView optional) {
  return NumberChecks(line.substr(0, 9), line[9], optional) && Checks(line.substr(13, 6), line[19]) &&
         Checks(line.substr(21, 6), line[27]);
}

bool CompositeChecks(std::initializer_list<ByteView> fields, char digit) {
  Bytes all;
  for (const ByteView field : fields) all += field;
  return Checks(all, digit);
}

bool Td1Checks(ByteView first, ByteView second) {
  return NumberChecks(first.substr(5, 9), first[14], first.substr(15, 15)) &&
         Checks(second.substr(0, 6), second[6]) && Checks(second.substr(8, 6), second[14]) &&
         CompositeChecks(
             {first.substr(5, 25), second.substr(0, 7), second.substr(8, 7), second.substr(18, 11)},
             second[29]);
}

bool Td2Checks(ByteView line) {
  return CommonChecks(line, line.substr(28, 7)) &&
         CompositeChecks({line.substr(0, 10), line.substr(13, 7), line.substr(21, 14)}, line[35]);
}

bool Td3Checks(ByteView line) {
  const ByteView personal = line.substr(28, 14);
  const bool empty = personal.find_first_not_of('<') == ByteView::npos;
  const bool personal_checks = Checks(personal, line[42]) || (empty && line[42] == '<');
  return CommonChecks(line, {}) && personal_checks &&
         CompositeChecks({line.substr(0, 10), line.substr(13, 7), line.substr(21, 22)}, line[43]);
}

bool CheckDigitsAreRight(MrzFormat format, const std::vector<ByteView>& lines) {
  switch (format) {
    case MrzFormat::kTd1:
      return Td1Checks(lines[0], lines[1]);
    case MrzFormat::kTd2:
      return Td2Checks(lines[1]);
    case MrzFormat::kTd3:
      return Td3Checks(lines[1]);
    case MrzFormat::kMrvA:
    case MrzFormat::kMrvB:
      return CommonChecks(lines[1], {});
  }
  return false;
}

}  // namespace

Canonical<Bytes> CanonicalMrz(ByteView value) {
  const std::vector<ByteView> lines = SplitLines(value);
  const std::optional<MrzFormat> format = FormatOf(lines);
  if (!format) return RejectCode::kBadMrz;
  if (!CheckDigitsAreRight(*format, lines)) return RejectCode::kBadCheckDigit;
  Bytes out(lines[0]);
  for (size_t i = 1; i < lines.size(); ++i) {
    out.push_back('\n');
    out += lines[i];
  }
  return out;
}

std::string_view MrzFormatName(ByteView canonical_mrz) {
  const std::optional<MrzFormat> format = FormatOf(SplitLines(canonical_mrz));
  if (!format) return {};
  switch (*format) {
    case MrzFormat::kTd1:
      return "td1";
    case MrzFormat::kTd2:
      return "td2";
    case MrzFormat::kTd3:
      return "td3";
    case MrzFormat::kMrvA:
      return "mrva";
    case MrzFormat::kMrvB:
      return "mrvb";
  }
  return {};
}

char MrzCheckDigit(ByteView field) {
  constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  for (size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'Z' ? c - 'A' + 10 : 0;
    sum = (sum + value * kWeights[i % 3]) % 10;
  }
  return static_cast<char>('0' + sum);
}

}  // namespace symbolon::identity
