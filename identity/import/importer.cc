#include "identity/import/importer.h"

#include <fmt/format.h>
#include <sodium.h>

#include "base/status_macros.h"

namespace symbolon::identity {
namespace {

ValueOptions OptionsOf(const ImportOptions& options) {
  ValueOptions out;
  out.current_year = options.current_year;
  out.test_network = options.test_network;
  return out;
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordReader>> RecordReader::Create(Mapping mapping, ImportOptions options,
                                                                   ChunkSource source) {
  ASSIGN_OR_RETURN(TextDecoder decoder, TextDecoder::Create(mapping.encoding));
  return std::unique_ptr<RecordReader>(
      new RecordReader(std::move(mapping), options, std::move(source), std::move(decoder)));
}

RecordReader::RecordReader(Mapping mapping, ImportOptions options, ChunkSource source, TextDecoder decoder)
    : mapping_(std::move(mapping)),
      csv_(std::move(source), std::move(decoder), mapping_.delimiter),
      mapper_(mapping_, positions_, OptionsOf(options)),
      keys_(options.fingerprint_key) {}

RecordReader::~RecordReader() {
  for (std::string& cell : cells_.fields) sodium_memzero(cell.data(), cell.size());
}

absl::StatusOr<bool> RecordReader::Next(ImportedRow& row) {
  row = ImportedRow();
  if (ended_) return false;
  if (!header_read_) {
    header_read_ = true;
    ASSIGN_OR_RETURN(const bool good, ReadHeader(row));
    if (!good) {
      ended_ = true;
      return true;
    }
  }
  ASSIGN_OR_RETURN(const bool more, csv_.Next(cells_));
  if (!more) {
    ended_ = true;
    return false;
  }
  ReadRow(row);
  return true;
}

absl::StatusOr<bool> RecordReader::ReadHeader(ImportedRow& row) {
  ASSIGN_OR_RETURN(const bool there, csv_.Next(cells_));
  row.line = there ? cells_.line : 1;
  if (!there) {
    row.refusals.push_back({row.line, "", RejectCode::kEmptyFile});
  } else if (cells_.problem) {
    row.refusals.push_back({row.line, "", *cells_.problem});
  } else if (cells_.column_count > kMaxColumns) {
    row.refusals.push_back({row.line, "", RejectCode::kWrongColumnCount});
  } else {
    ReadColumnNames(row);
    if (row.ok()) CheckColumns(row);
  }
  return row.ok();
}

void RecordReader::ReadColumnNames(ImportedRow& row) {
  for (size_t i = 0; i < cells_.fields.size(); ++i) {
    const Canonical<Bytes> name = CanonicalText(cells_.fields[i]);
    if (!name.ok()) {
      row.refusals.push_back({row.line, fmt::format("column {}", i + 1), name.reject()});
      continue;
    }
    columns_.push_back(*name);
    // Columns without a name cannot be mapped, so they may repeat.
    if (name->empty()) continue;
    if (!positions_.emplace(*name, i).second)
      row.refusals.push_back({row.line, *name, RejectCode::kDuplicateColumn});
  }
}

void RecordReader::CheckColumns(ImportedRow& row) const {
  const auto need = [&](const std::string& column) {
    const Refusal refusal{row.line, column, RejectCode::kMissingColumn};
    const bool reported = std::find(row.refusals.begin(), row.refusals.end(), refusal) != row.refusals.end();
    if (!positions_.contains(column) && !reported) row.refusals.push_back(refusal);
  };
  for (const FieldMapping& field : mapping_.fields) {
    for (const std::string& column : field.columns) need(column);
    if (field.drop_below_year_if) need(field.drop_below_year_if->first);
  }
}

void RecordReader::ReadRow(ImportedRow& row) {
  row.line = cells_.line;
  if (cells_.problem) {
    const bool of_file = *cells_.problem == RejectCode::kBadEncoding;
    row.refusals.push_back({row.line, of_file ? "" : ColumnName(cells_.problem_field), *cells_.problem});
    return;
  }
  if (cells_.column_count != columns_.size()) {
    row.refusals.push_back({row.line, "", RejectCode::kWrongColumnCount});
    return;
  }
  Record record(*mapping_.type);
  mapper_.Map(cells_.fields, record, row.refusals, row.warnings);
  CheckKey(row, record);
  for (Refusal& refusal : row.refusals) refusal.line = row.line;
  for (Refusal& warning : row.warnings) warning.line = row.line;
  if (row.ok()) row.record = std::move(record);
}

void RecordReader::CheckKey(ImportedRow& row, Record& record) {
  const std::string column = mapping_.Find(*mapping_.key)->ReportedColumn();
  const std::optional<Bytes>& key = record.values[mapping_.key->number];
  if (!key) {
    const bool reported = std::any_of(row.refusals.begin(), row.refusals.end(),
                                      [&](const Refusal& r) { return r.column == column; });
    if (!reported) row.refusals.push_back({row.line, column, RejectCode::kMissingValue});
    return;
  }
  row.key = *key;
  if (!keys_.Insert(*key)) row.refusals.push_back({row.line, column, RejectCode::kDuplicateKey});
}

std::string RecordReader::ColumnName(size_t position) const {
  if (position < columns_.size() && !columns_[position].empty()) return columns_[position];
  return fmt::format("column {}", position + 1);
}

}  // namespace symbolon::identity
