#pragma once
// Bytes that nobody meant: random ones, and valid ones with damage. The same for a seed on every machine.

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace symbolon::api {

class HostileBytes {
 public:
  explicit HostileBytes(uint64_t seed) : random_(seed) {}

  std::string Random(size_t max_size);
  // One of `seeds`, damaged in one to four places; now and then an undamaged one or wholly random bytes.
  std::string Next(const std::vector<std::string>& seeds);

 private:
  size_t Below(size_t n) { return n == 0 ? 0 : random_() % n; }
  void Damage(std::string* bytes, const std::vector<std::string>& seeds);

  std::mt19937_64 random_;
};

}  // namespace symbolon::api
