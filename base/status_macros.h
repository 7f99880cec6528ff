#pragma once
// Early return for absl::Status and absl::StatusOr.

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <utility>

#define SYMBOLON_CONCAT_INNER(a, b) a##b
#define SYMBOLON_CONCAT(a, b) SYMBOLON_CONCAT_INNER(a, b)

// Returns from the enclosing function when `expr` is not OK.
#define RETURN_IF_ERROR(expr)                              \
  do {                                                     \
    if (absl::Status status_ = (expr); !status_.ok()) {    \
      return status_;                                      \
    }                                                      \
  } while (false)

// ASSIGN_OR_RETURN(auto x, F()): assigns the value, or returns the error.
#define ASSIGN_OR_RETURN(lhs, expr) \
  ASSIGN_OR_RETURN_IMPL(SYMBOLON_CONCAT(status_or_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                          \
  if (!tmp.ok()) return std::move(tmp).status(); \
  lhs = *std::move(tmp)

namespace symbolon {

// The same status with "context: " before its message; OK stays OK.
absl::Status Annotate(const absl::Status& status, const std::string& context);

}  // namespace symbolon
