#pragma once
// Published test vectors, from tests/vectors/.

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/text_encoding.h"

namespace symbolon {

inline nlohmann::json Vectors(const std::string& name) {
  std::ifstream in(std::string(SYMBOLON_SOURCE_DIR "/tests/vectors/") + name);
  return nlohmann::json::parse(in);
}

inline Digest DigestOf(const nlohmann::json& hex) {
  return DigestFromHex(hex.get<std::string>()).value();
}

inline std::vector<Digest> DigestsOf(const nlohmann::json& list) {
  std::vector<Digest> out;
  for (const auto& hex : list) out.push_back(DigestOf(hex));
  return out;
}

}  // namespace symbolon
