#pragma once
// Work that goes on beside the event loop, and may come to a standstill.

#include <cstdint>

namespace symbolon::node {

// Counts the ticks for which there was work and none of it was done. A worker that is slow but moves never
// stands still. Not thread-safe.
class Standstill {
 public:
  // Once a tick: work is numbered upwards, was asked for up to `asked` and is done up to `done`.
  void Tick(uint64_t asked, uint64_t done) {
    ticks_ = done < asked && done == done_ ? ticks_ + 1 : 0;
    done_ = done;
  }
  uint64_t ticks() const { return ticks_; }

 private:
  uint64_t done_ = 0;
  uint64_t ticks_ = 0;
};

}  // namespace symbolon::node
