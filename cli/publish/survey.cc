#include "cli/publish/survey.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sodium.h>

#include <ctime>
#include <fstream>

#include "base/status_macros.h"
#include "cli/publish/file_source.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr size_t kMaxMappingBytes = 1 << 20;

void NoteBadRow(const identity::ImportedRow& row, const std::string& other, Survey& survey) {
  ++survey.bad;
  BadRow bad;
  bad.line = row.line;
  const auto add = [&](const std::string& column, std::string_view reason) {
    bad.columns += (bad.columns.empty() ? "" : " ") + column;
    bad.reasons += (bad.reasons.empty() ? "" : " ") + std::string(reason);
    if (survey.refusals.size() < kMaxRefusalsShown) survey.refusals.push_back({row.line, column, std::string(reason)});
  };
  for (const identity::Refusal& r : row.refusals) {
    add(r.column, r.reason_code());
    survey.unreadable |= r.reason == identity::RejectCode::kBadEncoding || r.reason == identity::RejectCode::kEmptyFile ||
                         r.reason == identity::RejectCode::kMissingColumn ||
                         r.reason == identity::RejectCode::kDuplicateColumn;
  }
  if (!other.empty()) add("", other);
  survey.bad_rows.push_back(std::move(bad));
}

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

// Reads physical lines, ended by LF, CR LF or CR, with their ends.
class Lines {
 public:
  explicit Lines(const std::string& file) : in_(file, std::ios::binary) {}
  bool Next(std::string& line) {
    line.clear();
    for (int c; (c = in_.get()) != EOF;) {
      line += static_cast<char>(c);
      if (c == '\n' || (c == '\r' && in_.peek() != '\n')) break;
    }
    return !line.empty();
  }

 private:
  std::ifstream in_;
};

}  // namespace

absl::StatusOr<identity::Mapping> LoadMapping(const PublishOptions& options) {
  ASSIGN_OR_RETURN(Bytes text, storage::ReadWholeFile(options.mapping_file, kMaxMappingBytes));
  ASSIGN_OR_RETURN(identity::Mapping mapping, identity::ParseMapping(text, options.mapping_file));
  if (!options.record_type.empty() && options.record_type != mapping.type->name) {
    return absl::InvalidArgumentError(fmt::format("{} maps to record type {}, not {}", options.mapping_file,
                                                  mapping.type->name, options.record_type));
  }
  return mapping;
}

absl::StatusOr<std::unique_ptr<identity::RecordReader>> OpenRecords(FileSource& source,
                                                                    const identity::Mapping& mapping) {
  identity::ImportOptions options;
  randombytes_buf(options.fingerprint_key.data(), options.fingerprint_key.size());
  options.current_year = fmt::gmtime(std::time(nullptr)).tm_year + 1900;
  return identity::RecordReader::Create(mapping, options,
                                        [&source](char* buffer, size_t size) { return source.Read(buffer, size); });
}

absl::StatusOr<Survey> SurveyFile(const std::string& file, const identity::Mapping& mapping, const RowCheck& check) {
  ASSIGN_OR_RETURN(std::unique_ptr<FileSource> source, FileSource::Open(file));
  ASSIGN_OR_RETURN(std::unique_ptr<identity::RecordReader> records, OpenRecords(*source, mapping));
  Survey survey;
  identity::ImportedRow row;
  while (true) {
    ASSIGN_OR_RETURN(const bool more, records->Next(row));
    if (!more) break;
    if (!survey.bad_rows.empty() && survey.bad_rows.back().next_line == 0) survey.bad_rows.back().next_line = row.line;
    const std::string other = row.ok() ? check(*row.record) : "";
    if (row.ok() && other.empty()) {
      ++survey.good;
    } else {
      NoteBadRow(row, other, survey);
    }
  }
  survey.digest = source->Finish();
  return survey;
}

absl::Status WriteBadRows(const std::string& file, const std::vector<BadRow>& rows, const std::string& out) {
  std::string text = "line,columns,reasons,row\n";
  Lines lines(file);
  std::string line;
  uint64_t number = 0;
  for (const BadRow& bad : rows) {
    std::string raw;
    while (bad.next_line == 0 || number + 1 < bad.next_line) {
      if (!lines.Next(line)) break;
      if (++number >= bad.line) raw += line;
    }
    while (!raw.empty() && (raw.back() == '\n' || raw.back() == '\r')) raw.pop_back();
    text += fmt::format("{},{},{},{}\n", bad.line, Quoted(bad.columns), Quoted(bad.reasons), Quoted(raw));
  }
  return storage::WriteFileAtomically(out, text, 0600);
}

}  // namespace symbolon::cli
