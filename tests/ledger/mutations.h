#pragma once
// What an attacker, a bad disk or a careless encoder does to bytes, for the tests of decoders.

#include <functional>
#include <string>

#include "base/bytes.h"

namespace symbolon::ledger::fixtures {

enum class Flip { kEveryBit, kOneBitOfEachByte };

// Every proper prefix, extensions by a byte 0 and 255, and single bits flipped: all of them, or, where each
// check verifies signatures, one of each byte.
inline void ForEachMutation(const Bytes& valid,
                            const std::function<void(const Bytes&, const std::string&)>& check,
                            Flip flip = Flip::kEveryBit) {
  for (size_t n = 0; n < valid.size(); ++n)
    check(valid.substr(0, n), "cut to " + std::to_string(n) + " bytes");
  check(valid + '\0', "a zero byte more");
  check(valid + '\xff', "a byte 255 more");
  for (size_t i = 0; i < valid.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      if (flip == Flip::kOneBitOfEachByte && bit != static_cast<int>(i % 8)) continue;
      Bytes changed = valid;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      check(changed, "bit " + std::to_string(bit) + " of byte " + std::to_string(i) + " flipped");
    }
  }
}

}  // namespace symbolon::ledger::fixtures
