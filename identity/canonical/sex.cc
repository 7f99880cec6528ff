#include "identity/canonical/sex.h"

namespace symbolon::identity {
namespace {

struct Word {
  std::u32string_view word;  // upper case, in any normalisation form
  char code;
};

constexpr Word kWords[] = {
    {U"M", 'M'},    {U"F", 'F'},   {U"X", 'X'},    {U"<", 'X'},      {U"1", 'M'},       {U"2", 'F'},
    {U"0", 'X'},    {U"9", 'X'},   {U"MALE", 'M'}, {U"FEMALE", 'F'}, {U"UNKNOWN", 'X'}, {U"OTHER", 'X'},
    {U"ชาย", 'M'},  {U"หญิง", 'F'}, {U"পুরুষ", 'M'},  {U"মহিলা", 'F'},  {U"নারী", 'F'},    {U"ছেলে", 'M'},
    {U"মেয়ে", 'F'}, {U"NAM", 'M'}, {U"NỮ", 'F'},   {U"LALAKI", 'M'}, {U"BABAE", 'F'},
};

}  // namespace

Canonical<Bytes> CanonicalSex(ByteView value) {
  const Canonical<std::u32string> text = CanonicalTextPoints(value);
  if (!text.ok()) return text.reject();
  const std::u32string given = Nfc(ToUpper(AsciiDigits(*text)));
  for (const Word& w : kWords) {
    if (Nfc(std::u32string(w.word)) == given) return Bytes(1, w.code);
  }
  return RejectCode::kBadSex;
}

}  // namespace symbolon::identity
