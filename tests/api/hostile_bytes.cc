#include "tests/api/hostile_bytes.h"

namespace symbolon::api {

std::string HostileBytes::Random(size_t max_size) {
  std::string bytes(Below(max_size + 1), '\0');
  for (char& c : bytes) c = static_cast<char>(random_());
  return bytes;
}

std::string HostileBytes::Next(const std::vector<std::string>& seeds) {
  const size_t choice = Below(16);
  if (choice == 0 || seeds.empty()) return Random(300);
  std::string bytes = seeds[Below(seeds.size())];
  if (choice == 1) return bytes;
  for (size_t i = 1 + Below(4); i > 0; --i) Damage(&bytes, seeds);
  return bytes;
}

void HostileBytes::Damage(std::string* bytes, const std::vector<std::string>& seeds) {
  const size_t at = Below(bytes->size() + 1);
  switch (Below(7)) {
    case 0:  // a bit
      if (at < bytes->size()) (*bytes)[at] = static_cast<char>((*bytes)[at] ^ (1 << Below(8)));
      return;
    case 1:  // a byte
      if (at < bytes->size()) (*bytes)[at] = static_cast<char>(random_());
      return;
    case 2:  // the end is missing
      bytes->resize(at);
      return;
    case 3:  // something between
      bytes->insert(at, Random(12));
      return;
    case 4:  // something missing
      bytes->erase(at, Below(12));
      return;
    case 5:  // the largest number where a length or index may stand
      bytes->insert(at, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
      return;
    default:  // a piece of another message
      bytes->insert(at, seeds[Below(seeds.size())].substr(0, Below(64)));
      return;
  }
}

}  // namespace symbolon::api
