#pragma once
// Is a history of one register linearizable? The general search (Wing and Gong 1993, with Lowe's memory of
// states seen), which knows nothing of ledgers: so that it and the direct rule of history.h check each other.

#include <cstdint>
#include <vector>

#include "tests/simulation/world.h"

namespace symbolon::simulation {

// An operation on a register that begins with value 0.
struct RegisterOperation {
  bool write = false;
  int value = 0;  // written, or read
  Time invoked = 0;
  Time returned = kForever;  // kForever: nobody knows whether it ever happened (only for writes)
};

// At most 63 operations.
bool IsLinearizable(const std::vector<RegisterOperation>& operations);

}  // namespace symbolon::simulation
