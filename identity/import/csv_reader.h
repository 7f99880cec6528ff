#pragma once
// CSV as RFC 4180 has it, read piece by piece in bounded memory: fields parted by one character, quoted with
// '"' where needed, a quote doubled inside, rows ended by LF, CR LF or CR, quoted fields over several lines.
// Lines without anything are skipped. Strict: what cannot be read is refused, never repaired.

#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "identity/canonical/reject.h"
#include "identity/import/text_decoder.h"

namespace symbolon::identity {

// Fills the buffer with up to `size` bytes of the file and tells how many; 0 is the end.
using ChunkSource = std::function<absl::StatusOr<size_t>(char* buffer, size_t size)>;

inline constexpr size_t kMaxFieldBytes = size_t{64} * 1024;
inline constexpr size_t kMaxRowBytes = size_t{1024} * 1024;
inline constexpr size_t kMaxColumns = 4096;

struct CsvRow {
  uint64_t line = 0;                // the physical line where the row starts, from 1
  std::vector<std::string> fields;  // UTF-8, at most kMaxColumns of them
  size_t column_count = 0;          // all fields, also those past kMaxColumns

  // The first thing that made the row unreadable, and in which field (from 0): kFieldTooLong, kRowTooLong,
  // kBadQuoting, kBadCharacter (a NUL), kBadEncoding (then `line` is that of the bad byte, and the file ends
  // here). What is in `fields` is then incomplete.
  std::optional<RejectCode> problem;
  size_t problem_field = 0;
};

// One file. Not thread-safe.
class CsvReader {
 public:
  CsvReader(ChunkSource source, TextDecoder decoder, char delimiter);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // Reads the next row into `row`, whose memory is used again. False at the end. An error is the source's
  // own.
  absl::StatusOr<bool> Next(CsvRow& row);

 private:
  enum class State : uint8_t { kRowStart, kFieldStart, kPlain, kQuoted, kQuoteInQuoted };

  absl::Status Refill();
  void Begin(CsvRow& row);
  bool Take(CsvRow& row, char c);
  void Add(CsvRow& row, char c);
  void EndField(CsvRow& row);
  void Problem(CsvRow& row, RejectCode code) const;
  bool Finish(CsvRow& row);
  void CountLine(char c);

  ChunkSource source_;
  TextDecoder decoder_;
  const char delimiter_;
  std::string raw_;      // one chunk of the file
  std::string text_;     // its UTF-8
  size_t position_ = 0;  // in text_
  bool at_end_ = false;
  bool bad_encoding_ = false;

  State state_ = State::kRowStart;
  std::string field_;
  size_t row_bytes_ = 0;
  uint64_t line_ = 1;  // of the next character
  bool after_cr_ = false;
};

}  // namespace symbolon::identity
