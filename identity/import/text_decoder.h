#pragma once
// Bytes of a declared encoding to UTF-8, piece by piece. Nothing is replaced or guessed: the first byte that
// is not of the encoding ends the text.

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "base/bytes.h"

namespace symbolon::identity {

// One text. Not thread-safe, move-only. A byte order mark at the start is dropped.
class TextDecoder {
 public:
  // Whether `encoding` can be declared: "utf-8", "utf-8-sig", or an IANA or platform name that ICU has and
  // whose meaning does not depend on escape sequences.
  static bool Knows(const std::string& encoding);

  // InvalidArgument for an encoding that is not known.
  static absl::StatusOr<TextDecoder> Create(const std::string& encoding);

  TextDecoder(TextDecoder&&) noexcept;
  TextDecoder& operator=(TextDecoder&&) noexcept;
  ~TextDecoder();

  // Appends to `out` the UTF-8 of `bytes`, as far as it is complete; an unfinished character waits for the
  // next call, or with `last` is an error. False when a byte is not of the encoding: `out` then has all that
  // comes before it, and the decoder must not be used again.
  bool Decode(ByteView bytes, bool last, std::string& out);

 private:
  class Impl;
  explicit TextDecoder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace symbolon::identity
