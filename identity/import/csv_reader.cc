#include "identity/import/csv_reader.h"

#include <sodium.h>

#include "base/status_macros.h"

namespace symbolon::identity {
namespace {

constexpr size_t kChunkBytes = size_t{64} * 1024;

void Wipe(std::string& s) {
  sodium_memzero(s.data(), s.size());
}

}  // namespace

CsvReader::CsvReader(ChunkSource source, TextDecoder decoder, char delimiter)
    : source_(std::move(source)),
      decoder_(std::move(decoder)),
      delimiter_(delimiter),
      raw_(kChunkBytes, '\0') {}

CsvReader::~CsvReader() {
  Wipe(raw_);
  Wipe(text_);
  Wipe(field_);
}

absl::Status CsvReader::Refill() {
  Wipe(text_);
  text_.clear();
  position_ = 0;
  while (text_.empty() && !at_end_) {
    ASSIGN_OR_RETURN(const size_t size, source_(raw_.data(), raw_.size()));
    if (size > raw_.size())
      return absl::InternalError("the source of the CSV file gave more than it was asked for");
    at_end_ = size == 0;
    if (!decoder_.Decode(ByteView(raw_.data(), size), at_end_, text_)) {
      bad_encoding_ = true;
      at_end_ = true;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> CsvReader::Next(CsvRow& row) {
  Begin(row);
  while (true) {
    if (position_ == text_.size()) {
      if (!at_end_) RETURN_IF_ERROR(Refill());
      if (position_ == text_.size()) return Finish(row);
    }
    const char c = text_[position_++];
    if (state_ == State::kRowStart) row.line = line_ + (after_cr_ && c != '\n' ? 1 : 0);
    CountLine(c);
    if (Take(row, c)) return true;
  }
}

void CsvReader::Begin(CsvRow& row) {
  row_bytes_ = 0;
  row.line = line_;
  row.column_count = 0;
  row.problem.reset();
  row.problem_field = 0;
  for (std::string& field : row.fields) Wipe(field);
  row.fields.clear();
}

// CR LF is one line end, CR alone another.
void CsvReader::CountLine(char c) {
  if (after_cr_ && c != '\n') ++line_;
  if (c == '\n') ++line_;
  after_cr_ = c == '\r';
}

// True when `c` ended the row.
bool CsvReader::Take(CsvRow& row, char c) {
  const bool line_end = c == '\n' || c == '\r';
  if (state_ == State::kRowStart) {
    if (line_end) return false;  // nothing on the line, or the LF of a CR LF
    state_ = State::kFieldStart;
  }
  if (c == '\0') Problem(row, RejectCode::kBadCharacter);
  if (state_ == State::kQuoted) {
    if (c == '"') {
      state_ = State::kQuoteInQuoted;
    } else {
      Add(row, c);
    }
    return false;
  }
  if (state_ == State::kQuoteInQuoted && c == '"') {
    Add(row, c);
    state_ = State::kQuoted;
    return false;
  }
  if (line_end || c == delimiter_) {
    EndField(row);
    state_ = line_end ? State::kRowStart : State::kFieldStart;
    return line_end;
  }
  if (state_ == State::kFieldStart && c == '"') {
    state_ = State::kQuoted;
    return false;
  }
  // A quote inside a plain field, or something after the closing quote.
  if (c == '"' || state_ == State::kQuoteInQuoted) Problem(row, RejectCode::kBadQuoting);
  state_ = State::kPlain;
  Add(row, c);
  return false;
}

void CsvReader::Add(CsvRow& row, char c) {
  if (field_.size() >= kMaxFieldBytes) return Problem(row, RejectCode::kFieldTooLong);
  if (row_bytes_ >= kMaxRowBytes) return Problem(row, RejectCode::kRowTooLong);
  ++row_bytes_;
  field_.push_back(c);
}

void CsvReader::EndField(CsvRow& row) {
  if (row.fields.size() < kMaxColumns) row.fields.push_back(field_);
  ++row.column_count;
  Wipe(field_);
  field_.clear();
}

void CsvReader::Problem(CsvRow& row, RejectCode code) const {
  if (row.problem) return;
  row.problem = code;
  row.problem_field = row.column_count;
}

bool CsvReader::Finish(CsvRow& row) {
  if (bad_encoding_) {
    bad_encoding_ = false;
    row.problem = RejectCode::kBadEncoding;
    row.line = line_ + (after_cr_ ? 1 : 0);
    row.problem_field = row.column_count;
    state_ = State::kRowStart;
    return true;
  }
  if (state_ == State::kRowStart) return false;
  if (state_ == State::kQuoted) Problem(row, RejectCode::kBadQuoting);
  EndField(row);
  state_ = State::kRowStart;
  return true;
}

}  // namespace symbolon::identity
