#pragma once
// Limits of a batch, fixed by docs/formats.md section 5.

#include <cstddef>
#include <cstdint>

namespace symbolon::ledger {

inline constexpr uint32_t kMaxBatchCount = 4096;  // attestations in one batch
inline constexpr size_t kMaxTagsPerPosition = 32;
inline constexpr size_t kMaxTagsPerProfile = 4;  // of one profile at one position

}  // namespace symbolon::ledger
