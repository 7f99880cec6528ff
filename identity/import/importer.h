#pragma once
// Reading a registry's export: one record for each row, or why not. Streaming: memory does not grow with the
// file but for about 16-32 bytes a row, by which repeated keys are found.

#include <absl/status/statusor.h>

#include <memory>
#include <optional>

#include "identity/import/csv_reader.h"
#include "identity/import/key_index.h"
#include "identity/import/row_mapper.h"

namespace symbolon::identity {

struct ImportOptions {
  FingerprintKey fingerprint_key{};  // 16 fresh random bytes
  int current_year = 0;              // for birth years in dates of the format MRZ
  bool test_network = false;         // admits the country UTO
};

// What became of one row. Either a complete, valid record, or at least one refusal.
struct ImportedRow {
  uint64_t line = 0;             // physical line where the row starts, from 1
  std::optional<Record> record;  // only without refusals
  Bytes key;                     // the canonical value of the key slot, by which the issuer knows the record
  std::vector<Refusal> refusals;
  std::vector<Refusal> warnings;  // needs_latin: the record gets no look-up tags

  bool ok() const { return refusals.empty(); }
};

// One file. Not thread-safe. Nothing of a file may be published before all of it was read without a refusal:
// publish from a second reading, or keep the records.
class RecordReader {
 public:
  // `source` is called from Next() only and must outlive the reader.
  static absl::StatusOr<std::unique_ptr<RecordReader>> Create(Mapping mapping, ImportOptions options,
                                                              ChunkSource source);
  ~RecordReader();
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  // Reads the next data row into `row`. False at the end of the file. A refused header (kEmptyFile,
  // kMissingColumn, kDuplicateColumn) and the first byte that is not of the declared encoding come as a last
  // row with refusals. An error status is the source's own.
  absl::StatusOr<bool> Next(ImportedRow& row);

 private:
  RecordReader(Mapping mapping, ImportOptions options, ChunkSource source, TextDecoder decoder);

  absl::StatusOr<bool> ReadHeader(ImportedRow& row);
  void ReadColumnNames(ImportedRow& row);
  void CheckColumns(ImportedRow& row) const;
  void ReadRow(ImportedRow& row);
  void CheckKey(ImportedRow& row, Record& record);
  std::string ColumnName(size_t position) const;

  const Mapping mapping_;
  CsvReader csv_;
  CsvRow cells_;
  std::vector<std::string> columns_;                   // names in order
  std::unordered_map<std::string, size_t> positions_;  // of the names
  RowMapper mapper_;
  KeyIndex keys_;
  bool header_read_ = false;
  bool ended_ = false;
};

}  // namespace symbolon::identity
