#include "identity/import/text_decoder.h"

#include <fmt/format.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_err.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

namespace symbolon::identity {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string LowerCase(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return name;
}

bool IsUtf8Name(const std::string& encoding) {
  const std::string name = LowerCase(encoding);
  return name == "utf-8" || name == "utf8" || name == "utf-8-sig";
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

bool IsUnicode(UConverterType type) {
  switch (type) {
    case UCNV_UTF16:
    case UCNV_UTF16_BigEndian:
    case UCNV_UTF16_LittleEndian:
    case UCNV_UTF32:
    case UCNV_UTF32_BigEndian:
    case UCNV_UTF32_LittleEndian:
      return true;
    default:
      return false;
  }
}

// A byte that a code page leaves open is given a private-use character by some tables.
std::ptrdiff_t CountAssigned(const UChar* units, std::ptrdiff_t count) {
  return std::find_if(units, units + count, [](UChar c) { return c >= 0xE000 && c <= 0xF8FF; }) - units;
}

// Encodings with escape sequences (ISO-2022, UTF-7, HZ) or compression give one text many byte forms.
bool IsPlain(UConverterType type) {
  switch (type) {
    case UCNV_SBCS:
    case UCNV_DBCS:
    case UCNV_MBCS:
    case UCNV_LATIN_1:
    case UCNV_US_ASCII:
    case UCNV_UTF16:
    case UCNV_UTF16_BigEndian:
    case UCNV_UTF16_LittleEndian:
    case UCNV_UTF32:
    case UCNV_UTF32_BigEndian:
    case UCNV_UTF32_LittleEndian:
      return true;
    default:
      return false;
  }
}

// nullptr when the encoding is not known. Names are looked up among ICU's aliases first: it would take others
// for names of data files.
Converter OpenConverter(const std::string& encoding) {
  UErrorCode status = U_ZERO_ERROR;
  if (encoding.empty() || encoding.size() > 64 || ucnv_countAliases(encoding.c_str(), &status) == 0 ||
      U_FAILURE(status)) {
    return nullptr;
  }
  Converter converter(ucnv_open(encoding.c_str(), &status));
  if (U_FAILURE(status) || !IsPlain(ucnv_getType(converter.get()))) return nullptr;
  ucnv_setToUCallBack(converter.get(), UCNV_TO_U_CALLBACK_STOP, nullptr, nullptr, nullptr, &status);
  if (U_FAILURE(status)) return nullptr;
  return converter;
}

// How much of `bytes` is well-formed UTF-8 from the start. `*bad` tells why it ended: a wrong byte, or none.
size_t WellFormedPrefix(ByteView bytes, bool last, bool* bad) {
  const size_t length = bytes.size();
  size_t good = 0;
  *bad = false;
  for (size_t i = 0; i < length; good = i) {
    UChar32 c = 0;
    U8_NEXT(bytes.data(), i, length, c);
    if (c >= 0) continue;
    // U8_NEXT stops after the longest start of a character: at the very end, the rest may still come.
    *bad = last || i < length || length - good >= 4 || !U8_IS_LEAD(static_cast<uint8_t>(bytes[good]));
    return good;
  }
  return good;
}

}  // namespace

class TextDecoder::Impl {
 public:
  explicit Impl(Converter converter)
      : converter_(std::move(converter)),
        is_unicode_(!converter_ || IsUnicode(ucnv_getType(converter_.get()))) {}

  bool Decode(ByteView bytes, bool last, std::string& out) {
    const size_t before = out.size();
    const bool ok = converter_ ? DecodeByIcu(bytes, last, out) : DecodeUtf8(bytes, last, out);
    DropByteOrderMark(before, out);
    return ok;
  }

 private:
  bool DecodeUtf8(ByteView bytes, bool last, std::string& out) {
    std::string joined;
    if (!pending_.empty()) {
      joined = pending_;
      joined += bytes;
      bytes = joined;
    }
    bool bad = false;
    const size_t good = WellFormedPrefix(bytes, last, &bad);
    out.append(bytes.substr(0, good));
    const std::string rest(bytes.substr(good, 4));
    pending_ = rest;
    return !bad;
  }

  bool DecodeByIcu(ByteView bytes, bool last, std::string& out) {
    const char* source = bytes.data();
    const char* const end = source + bytes.size();
    while (true) {
      UChar buffer[1024];
      UChar* target = buffer;
      UErrorCode status = U_ZERO_ERROR;
      ucnv_toUnicode(converter_.get(), &target, buffer + std::size(buffer), &source, end, nullptr, last,
                     &status);
      const std::ptrdiff_t assigned = is_unicode_ ? target - buffer : CountAssigned(buffer, target - buffer);
      AppendUtf16(buffer, assigned, out);
      if (assigned < target - buffer) return false;
      if (status == U_BUFFER_OVERFLOW_ERROR) continue;
      return U_SUCCESS(status) && !(last && high_surrogate_ != 0);
    }
  }

  // A pair may lie across two buffers.
  void AppendUtf16(const UChar* units, std::ptrdiff_t count, std::string& out) {
    icu::UnicodeString text;
    if (high_surrogate_ != 0) text.append(high_surrogate_);
    high_surrogate_ = 0;
    text.append(units, static_cast<int32_t>(count));
    if (!text.isEmpty() && U16_IS_LEAD(text[text.length() - 1])) {
      high_surrogate_ = text[text.length() - 1];
      text.truncate(text.length() - 1);
    }
    text.toUTF8String(out);
  }

  void DropByteOrderMark(size_t from, std::string& out) {
    if (started_ || out.size() == from) return;
    started_ = true;
    if (out.compare(from, kByteOrderMark.size(), kByteOrderMark) == 0) out.erase(from, kByteOrderMark.size());
  }

  Converter converter_;  // none for UTF-8
  bool is_unicode_;
  std::string pending_;  // an unfinished UTF-8 character
  UChar high_surrogate_ = 0;
  bool started_ = false;
};

bool TextDecoder::Knows(const std::string& encoding) {
  return IsUtf8Name(encoding) || OpenConverter(encoding) != nullptr;
}

absl::StatusOr<TextDecoder> TextDecoder::Create(const std::string& encoding) {
  if (IsUtf8Name(encoding)) return TextDecoder(std::make_unique<Impl>(nullptr));
  Converter converter = OpenConverter(encoding);
  if (!converter) return absl::InvalidArgumentError("the declared text encoding is not known");
  return TextDecoder(std::make_unique<Impl>(std::move(converter)));
}

TextDecoder::TextDecoder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TextDecoder::TextDecoder(TextDecoder&&) noexcept = default;
TextDecoder& TextDecoder::operator=(TextDecoder&&) noexcept = default;
TextDecoder::~TextDecoder() = default;

bool TextDecoder::Decode(ByteView bytes, bool last, std::string& out) {
  return impl_->Decode(bytes, last, out);
}

}  // namespace symbolon::identity
