#pragma once
// The simulated world: time, events, chance, and the account of what happened. One seed, one history.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/consensus/random.h"

namespace symbolon::simulation {

using consensus::Random;

// Microseconds since the run began.
using Time = uint64_t;
inline constexpr Time kMillisecond = 1000;
inline constexpr Time kSecond = 1000 * kMillisecond;
inline constexpr Time kForever = UINT64_MAX;

// What a run came across, by name.
using Coverage = std::map<std::string, uint64_t, std::less<>>;

// Not thread-safe: one thread steps it. Nothing in it depends on addresses, hash orders or real clocks.
class World {
 public:
  // `trace` gets a line for whatever happens, or is null.
  World(uint64_t seed, std::function<void(const std::string&)> trace)
      : seed_(seed), trace_(std::move(trace)) {}

  Time now() const { return now_; }
  // Events of one moment happen in the order in which they were asked for.
  void At(Time time, std::function<void()> event);
  void After(Time delay, std::function<void()> event) { At(now_ + delay, std::move(event)); }
  // Stops early at a violation.
  void RunUntil(Time time);

  // Chance for one purpose, independent of all others: leaving out one kind of event must not shift the rest.
  Random Chance(std::string_view purpose, uint64_t number = 0) const;

  bool tracing() const { return trace_ != nullptr; }
  // Call it only when tracing(): the line costs more than the event.
  void Trace(const std::string& line) const;

  // Whatever happens goes into the digest, by which two runs are compared.
  void Mix(uint64_t what) {
    digest_ ^= what;
    digest_ *= 0x9e3779b97f4a7c15;
    digest_ ^= digest_ >> 29;
  }
  uint64_t digest() const { return digest_; }
  uint64_t events() const { return events_; }

  void Count(std::string_view what, uint64_t times = 1);
  const Coverage& coverage() const { return coverage_; }

  // The first one counts; nothing happens after it.
  void Violate(std::string what);
  const std::string& violation() const { return violation_; }
  bool failed() const { return !violation_.empty(); }

 private:
  struct Event {
    Time time;
    uint64_t order;
    std::function<void()> what;
    bool operator<(const Event& other) const {  // std::push_heap keeps the largest in front
      return time != other.time ? time > other.time : order > other.order;
    }
  };

  const uint64_t seed_;
  const std::function<void(const std::string&)> trace_;
  Time now_ = 0;
  uint64_t order_ = 0;
  uint64_t events_ = 0;
  uint64_t digest_ = 0;
  std::vector<Event> queue_;  // a heap
  Coverage coverage_;
  std::string violation_;
};

}  // namespace symbolon::simulation
