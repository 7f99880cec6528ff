#pragma once
// The first reading of a registry's file: is every row good?

#include <absl/status/statusor.h>

#include <functional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "cli/publish/publisher.h"
#include "cli/publish/published_index.h"
#include "identity/import/importer.h"

namespace symbolon::cli {

// A row was attested before, and its attributes are others now: correcting is a decision (publish the corrected
// record apart, then `status set revoked OLD --successor NEW`), not a second attestation.
inline constexpr char kPublishedWithOtherContent[] = "published_with_other_content";

struct BadRow {
  uint64_t line = 0;       // first physical line
  uint64_t next_line = 0;  // first physical line after it; 0: to the end
  std::string columns;
  std::string reasons;
};

struct Survey {
  uint64_t good = 0;
  uint64_t bad = 0;
  std::vector<Refused> refusals;  // the first kMaxRefusalsShown
  std::vector<BadRow> bad_rows;
  // The header, or the encoding of what follows, cannot be read: there are no good rows to go on with.
  bool unreadable = false;
  Digest digest{};
};

absl::StatusOr<identity::Mapping> LoadMapping(const PublishOptions& options);

// Reads the file through the mapping; `on_row` gets every row and may refuse it with a reason.
using RowCheck = std::function<std::string(const identity::Record&)>;  // "" is good
absl::StatusOr<Survey> SurveyFile(const std::string& file, const identity::Mapping& mapping, const RowCheck& check);

// Writes the bad rows, as they stand in the file, behind their line, columns and reasons.
absl::Status WriteBadRows(const std::string& file, const std::vector<BadRow>& rows, const std::string& out);

// A reader for a second look at the same file. `source` must outlive it.
absl::StatusOr<std::unique_ptr<identity::RecordReader>> OpenRecords(class FileSource& source,
                                                                    const identity::Mapping& mapping);

}  // namespace symbolon::cli
