#pragma once
// The presentation language of RFC 8446 section 3: fixed-width big-endian integers and length-prefixed
// vectors. Everything that Symbolon hashes or signs is written with Writer and read with Reader.
//
// A decoder built on Reader accepts exactly one encoding of a value: it reads every field in order and ends
// with ExpectEnd(). Lengths are checked against the bytes that are there before anything is allocated.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>

#include "base/bytes.h"

namespace symbolon {

// Appends fields to a byte string. Not thread-safe. Lengths that do not fit their prefix are a programming
// error and abort: callers bound their vectors before they encode.
class Writer {
 public:
  Writer& U8(uint8_t v);
  Writer& U16(uint16_t v);
  Writer& U32(uint32_t v);
  Writer& U64(uint64_t v);
  Writer& Raw(ByteView bytes);  // no length prefix
  Writer& Fixed(const Digest& d) { return Raw(View(d)); }
  Writer& Vec8(ByteView bytes);
  Writer& Vec16(ByteView bytes);
  Writer& Vec32(ByteView bytes);
  // A label is its ASCII bytes and one NUL.
  Writer& Label(ByteView label);
  // A leaf tag is 16 bytes, zero-padded.
  Writer& Tag(ByteView tag);

  const Bytes& bytes() const { return out_; }
  Bytes Take() { return std::move(out_); }

 private:
  Bytes out_;
};

// Reads fields in order. Views returned point into the input, which must outlive them. The first failure
// makes every later read fail too, so a decoder may read all fields and check status() once.
// Errors are InvalidArgument and name `what`, the field and the byte offset; never a value.
class Reader {
 public:
  // `what` names the thing being decoded in error messages, e.g. "batch header".
  Reader(ByteView in, const char* what) : in_(in), what_(what) {}

  uint8_t U8(const char* field);
  uint16_t U16(const char* field);
  uint32_t U32(const char* field);
  uint64_t U64(const char* field);
  ByteView Raw(size_t n, const char* field);
  Digest Fixed32(const char* field);
  ByteView Vec8(const char* field, size_t min = 0, size_t max = 0xff);
  ByteView Vec16(const char* field, size_t min = 0, size_t max = 0xffff);
  ByteView Vec32(const char* field, size_t min, size_t max);
  // Fails unless the next bytes are exactly this label with its NUL.
  void Label(ByteView label);
  void Tag(ByteView tag);
  // A length or count field that must be followed by at least count * min_item_size bytes.
  bool CanHold(uint64_t count, size_t min_item_size, const char* field);

  // Records a failure of the caller's own (a value out of range), unless there is one already.
  void Fail(const char* field, const char* why);

  size_t remaining() const { return in_.size() - pos_; }
  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }
  // status(), or an error if bytes are left.
  absl::Status ExpectEnd();

 private:
  bool Need(size_t n, const char* field);

  ByteView in_;
  const char* what_;
  size_t pos_ = 0;
  absl::Status status_;
};

}  // namespace symbolon
