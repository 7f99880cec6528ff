#pragma once
// One row of a file to one record, by the mapping.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "identity/canonical/value.h"
#include "identity/import/mapping.h"
#include "identity/record.h"

namespace symbolon::identity {

// Why something in a file was refused, or warned of: where, never what. `reason_code()` is for reports.
struct Refusal {
  uint64_t line = 0;  // physical line, from 1, where the row starts
  std::string
      column;  // as in the header; several joined by '+'; a slot's name if no column has it; empty: the row
  RejectCode reason = RejectCode::kBadEncoding;

  std::string_view reason_code() const { return ReasonName(reason); }
  bool operator==(const Refusal&) const = default;
};

// The columns of one file. Thread-safe once made.
class RowMapper {
 public:
  // `header` maps column names (as CanonicalText() gives them) to positions and has every name that `mapping`
  // uses; both must outlive this. Of `options` the current year and test network are used.
  RowMapper(const Mapping& mapping, const std::unordered_map<std::string, size_t>& header,
            const ValueOptions& options);

  // Fills `record` from the cells of a row: all slots, the derived ones too. What is refused is appended to
  // `refusals` (in slot order, without lines), what is only warned of to `warnings`. With refusals the record
  // is incomplete.
  void Map(const std::vector<std::string>& cells, Record& record, std::vector<Refusal>& refusals,
           std::vector<Refusal>& warnings) const;

 private:
  class Row;

  const Mapping& mapping_;
  const std::unordered_map<std::string, size_t>& header_;
  ValueOptions options_;
};

}  // namespace symbolon::identity
