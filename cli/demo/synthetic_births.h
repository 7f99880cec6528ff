#pragma once
// A birth register of any length for demonstrations and measurements. Nobody in it exists.

#include <absl/status/status.h>

#include <cstdint>
#include <string>

namespace symbolon::cli {

// Writes `rows` births with registration numbers first, first + 1, ...; the same bytes for the same arguments.
absl::Status WriteSyntheticBirths(const std::string& csv_file, uint64_t rows, uint64_t first);
// How the file's columns become a birth record.
std::string SyntheticBirthsMapping();

}  // namespace symbolon::cli
