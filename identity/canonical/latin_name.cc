#include "identity/canonical/latin_name.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/canonical/latin_tables.h"

namespace symbolon::identity {
namespace {

bool IsOneOf(char32_t c, std::u32string_view set) {
  return set.find(c) != std::u32string_view::npos;
}

bool IsApostrophe(char32_t c) {
  return IsOneOf(c,
                 U"\u0027\u0060\u00B4\u02B9\u02BB\u02BC\u02BD\u02BE\u02BF\u02C8\u055A\u2018\u2019\u201B\u2032"
                 U"\uA78C\uFF07");
}

// Hyphens, dashes and commas part components, as white space does.
bool PartsComponents(char32_t c) {
  return IsWhiteSpace(c) || (c >= 0x2010 && c <= 0x2015) ||
         IsOneOf(c, U"\u002D\u058A\u05BE\u1806\u2212\uFE58\uFE63\uFF0D") ||
         IsOneOf(c, U"\u002C\u060C\u3001\uFF0C");
}

bool IsAsciiUpper(char32_t c) {
  return c >= U'A' && c <= U'Z';
}

// Writes one name letter by letter. Pieces are kept apart because a shadda repeats the piece before it.
class Transliterator {
 public:
  Transliterator(std::u32string text, std::string_view lang) : text_(std::move(text)), lang_(lang) {}

  Canonical<Bytes> Run() {
    for (size_t i = 0; i < text_.size(); ++i) {
      if (const auto refused = Step(text_[i], i + 1 < text_.size() ? text_[i + 1] : U' ')) return *refused;
    }
    Bytes out;
    for (const Bytes& piece : pieces_) {
      if (piece == "<" && (out.empty() || out.back() == '<')) continue;
      out += piece;
    }
    if (!out.empty() && out.back() == '<') out.pop_back();
    if (out.size() > kMaxLatinNameBytes) return RejectCode::kTooLong;
    return out;
  }

 private:
  using Refused = std::optional<RejectCode>;

  Refused Write(std::string_view piece) {
    pieces_.emplace_back(piece);
    component_start_ = piece == "<";
    return std::nullopt;
  }

  // The order of the tests is part of the form.
  Refused Step(char32_t c, char32_t next) {
    if (IsAsciiUpper(c)) return Write(std::string(1, static_cast<char>(c)));
    if (PartsComponents(c)) return Write("<");
    if (IsApostrophe(c) || IsJoiner(c) || IsInvisible(c)) return std::nullopt;
    if (const auto piece = LatinLetter(c)) return Write(*piece);
    if (component_start_) {
      if (const auto piece = CyrillicFirstLetter(c, lang_)) return Write(*piece);
    }
    if (const auto piece = CyrillicLetter(c, lang_)) return Write(*piece);
    if (c == kTehMarbuta) return Write(IsLetter(next) || IsMark(next) ? "XTA" : "XAH");
    if (c == kShadda) return pieces_.empty() ? std::nullopt : Write(Bytes(pieces_.back()));
    if (const auto piece = ArabicLetter(c)) return Write(*piece);
    if (IsArabicNotEncoded(c)) return std::nullopt;
    if (IsNumber(c)) return RejectCode::kDigitInName;
    if (IsPunctuationOrSymbol(c)) return std::nullopt;
    if (IsNonspacingMark(c) && !pieces_.empty() && pieces_.back() != "<") return std::nullopt;
    return WriteBaseLetters(c);
  }

  // A letter with marks is written as its letters without them.
  Refused WriteBaseLetters(char32_t c) {
    Bytes piece;
    for (const char32_t base : Nfd(std::u32string(1, c))) {
      if (IsMark(base)) continue;
      if (IsAsciiUpper(base)) {
        piece.push_back(static_cast<char>(base));
        continue;
      }
      auto written = LatinLetter(base);
      if (!written) written = CyrillicLetter(base, lang_);
      if (!written) return RejectCode::kUntransliterable;
      piece += *written;
    }
    if (piece.empty()) return RejectCode::kUntransliterable;
    return Write(piece);
  }

  const std::u32string text_;
  const std::string_view lang_;
  std::vector<Bytes> pieces_;
  bool component_start_ = true;
};

}  // namespace

Canonical<Bytes> CanonicalLatinName(ByteView value, std::string_view lang) {
  const Canonical<std::u32string> text = CanonicalTextPoints(value);
  if (!text.ok()) return text.reject();
  std::u32string kept;
  // Before NFKC, which would make a space and a mark of U+00B4.
  for (const char32_t c : *text) {
    if (!IsApostrophe(c) && !IsJoiner(c)) kept.push_back(c);
  }
  return Transliterator(Nfc(ToUpper(Nfkc(kept))), lang).Run();
}

Canonical<PersonName> CanonicalPersonName(ByteView family, ByteView given, std::string_view lang) {
  const Canonical<Bytes> f = CanonicalLatinName(family, lang);
  if (!f.ok()) return f.reject();
  const Canonical<Bytes> g = CanonicalLatinName(given, lang);
  if (!g.ok()) return g.reject();
  if (f->empty() && g->empty()) return RejectCode::kNoName;
  if (f->empty()) return PersonName{*g, {}};
  return PersonName{*f, *g};
}

}  // namespace symbolon::identity
