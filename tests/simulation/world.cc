#include "tests/simulation/world.h"

#include <fmt/format.h>

#include <algorithm>

namespace symbolon::simulation {

void World::At(Time time, std::function<void()> event) {
  queue_.push_back({std::max(time, now_), order_++, std::move(event)});
  std::push_heap(queue_.begin(), queue_.end());
}

void World::RunUntil(Time time) {
  while (!failed() && !queue_.empty() && queue_.front().time <= time) {
    std::pop_heap(queue_.begin(), queue_.end());
    const Event event = std::move(queue_.back());
    queue_.pop_back();
    now_ = event.time;
    ++events_;
    Mix(event.time);
    event.what();
  }
  if (!failed()) now_ = std::max(now_, time);
}

Random World::Chance(std::string_view purpose, uint64_t number) const {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : purpose) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  Random mixer(seed_ ^ hash);
  return Random(mixer.Next() + number * 0x9e3779b97f4a7c15);
}

void World::Trace(const std::string& line) const {
  trace_(fmt::format("{:10.3f} {}", static_cast<double>(now_) / kMillisecond, line));
}

void World::Count(std::string_view what, uint64_t times) {
  const auto found = coverage_.find(what);
  if (found != coverage_.end()) {
    found->second += times;
  } else {
    coverage_.emplace(what, times);
  }
}

void World::Violate(std::string what) {
  if (failed()) return;
  violation_ = std::move(what);
  if (tracing()) Trace("VIOLATION " + violation_);
}

}  // namespace symbolon::simulation
