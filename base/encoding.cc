#include "base/encoding.h"

#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

namespace symbolon {
namespace {

void Require(bool fits) {
  if (!fits) std::abort();  // an unbounded vector reached the encoder: a bug, never input
}

template <typename T>
void AppendBigEndian(Bytes& out, T v) {
  for (int shift = static_cast<int>(sizeof(T)) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<uint64_t>(v) >> shift));
  }
}

template <typename T>
T ReadBigEndian(ByteView in) {
  uint64_t v = 0;
  for (size_t i = 0; i < sizeof(T); ++i) v = v << 8 | static_cast<uint8_t>(in[i]);
  return static_cast<T>(v);
}

}  // namespace

Writer& Writer::U8(uint8_t v) {
  out_.push_back(static_cast<char>(v));
  return *this;
}

Writer& Writer::U16(uint16_t v) {
  AppendBigEndian(out_, v);
  return *this;
}

Writer& Writer::U32(uint32_t v) {
  AppendBigEndian(out_, v);
  return *this;
}

Writer& Writer::U64(uint64_t v) {
  AppendBigEndian(out_, v);
  return *this;
}

Writer& Writer::Raw(ByteView bytes) {
  out_.append(bytes);
  return *this;
}

Writer& Writer::Vec8(ByteView bytes) {
  Require(bytes.size() <= 0xff);
  return U8(static_cast<uint8_t>(bytes.size())).Raw(bytes);
}

Writer& Writer::Vec16(ByteView bytes) {
  Require(bytes.size() <= 0xffff);
  return U16(static_cast<uint16_t>(bytes.size())).Raw(bytes);
}

Writer& Writer::Vec32(ByteView bytes) {
  Require(bytes.size() <= 0xffffffff);
  return U32(static_cast<uint32_t>(bytes.size())).Raw(bytes);
}

Writer& Writer::Label(ByteView label) { return Raw(label).U8(0); }

Writer& Writer::Tag(ByteView tag) {
  Require(tag.size() <= 16);
  Raw(tag);
  out_.append(16 - tag.size(), '\0');
  return *this;
}

bool Reader::Need(size_t n, const char* field) {
  if (!ok()) return false;
  if (remaining() >= n) return true;
  Fail(field, "input ends too early");
  return false;
}

void Reader::Fail(const char* field, const char* why) {
  if (!ok()) return;
  status_ = absl::InvalidArgumentError(fmt::format("{}: field {} at byte {}: {}", what_, field, pos_, why));
}

uint8_t Reader::U8(const char* field) {
  if (!Need(1, field)) return 0;
  return static_cast<uint8_t>(in_[pos_++]);
}

uint16_t Reader::U16(const char* field) {
  if (!Need(2, field)) return 0;
  pos_ += 2;
  return ReadBigEndian<uint16_t>(in_.substr(pos_ - 2));
}

uint32_t Reader::U32(const char* field) {
  if (!Need(4, field)) return 0;
  pos_ += 4;
  return ReadBigEndian<uint32_t>(in_.substr(pos_ - 4));
}

uint64_t Reader::U64(const char* field) {
  if (!Need(8, field)) return 0;
  pos_ += 8;
  return ReadBigEndian<uint64_t>(in_.substr(pos_ - 8));
}

ByteView Reader::Raw(size_t n, const char* field) {
  if (!Need(n, field)) return {};
  pos_ += n;
  return in_.substr(pos_ - n, n);
}

Digest Reader::Fixed32(const char* field) {
  Digest d{};
  ByteView v = Raw(d.size(), field);
  if (!v.empty()) std::memcpy(d.data(), v.data(), d.size());
  return d;
}

ByteView Reader::Vec8(const char* field, size_t min, size_t max) {
  size_t n = U8(field);
  if (ok() && (n < min || n > max)) Fail(field, "length out of range");
  return ok() ? Raw(n, field) : ByteView{};
}

ByteView Reader::Vec16(const char* field, size_t min, size_t max) {
  size_t n = U16(field);
  if (ok() && (n < min || n > max)) Fail(field, "length out of range");
  return ok() ? Raw(n, field) : ByteView{};
}

ByteView Reader::Vec32(const char* field, size_t min, size_t max) {
  size_t n = U32(field);
  if (ok() && (n < min || n > max)) Fail(field, "length out of range");
  return ok() ? Raw(n, field) : ByteView{};
}

void Reader::Label(ByteView label) {
  ByteView got = Raw(label.size() + 1, "label");
  if (ok() && (got.substr(0, label.size()) != label || got.back() != '\0')) Fail("label", "is another label");
}

void Reader::Tag(ByteView tag) {
  Bytes want(tag);
  want.resize(16, '\0');
  ByteView got = Raw(16, "tag");
  if (ok() && got != want) Fail("tag", "is another tag");
}

bool Reader::CanHold(uint64_t count, size_t min_item_size, const char* field) {
  if (!ok()) return false;
  if (count > remaining() / min_item_size) Fail(field, "more items than bytes");
  return ok();
}

absl::Status Reader::ExpectEnd() {
  if (ok() && remaining() != 0) Fail("end", "bytes are left over");
  return status_;
}

}  // namespace symbolon
