#pragma once

#include <algorithm>
#include <cstddef>

namespace symbolon::consensus {

// How fast a leader sends a learner what it lacks (Options::learner_bytes_per_tick): its voters, and whoever
// waits for them, need the leader's processor, disk and network too. What is new goes out besides: so it
// always gains on the log, however fast that grows. Voters are not held back; a commit may wait for them.
class Pace {
 public:
  // What may be sent now, in bytes of entries. The last request may pass it; the next waits the longer.
  size_t left() const { return credit_ > 0 ? static_cast<size_t>(credit_) : 0; }

  // A tick has passed, each of which is worth `bytes`. Nothing is saved up.
  void Tick(size_t bytes) {
    const auto most = static_cast<std::ptrdiff_t>(bytes);
    credit_ = std::min(credit_ + most, most);
  }
  // The leader's log has grown by `bytes`.
  void Appended(size_t bytes) { credit_ += static_cast<std::ptrdiff_t>(bytes); }
  void Sent(size_t bytes) { credit_ -= static_cast<std::ptrdiff_t>(bytes); }

 private:
  friend class Fingerprint;
  std::ptrdiff_t credit_ = 0;
};

}  // namespace symbolon::consensus
