// The register's chunks are packed as the IETF Token Status List packs them: its published vectors with two bits
// a status (the one with one bit does not apply).
#include <gtest/gtest.h>

#include <string>

#include "base/sha256.h"
#include "base/text_encoding.h"
#include "ledger/status_register.h"
#include "tests/ledger/vectors.h"

namespace symbolon::ledger {
namespace {

// The bytes of all chunks, cut to what `entries` statuses take.
Bytes PackedBytes(const nlohmann::json& c) {
  const uint64_t entries = c["entries"];
  StatusRegister status;
  status.Append(entries, Status::kValid);
  for (const auto& [number, value] : c["statuses"].items()) {
    status.Set(std::stoull(number), static_cast<Status>(value.get<int>()));
  }
  Bytes bytes;
  for (uint64_t i = 0; i < StatusChunkCount(entries); ++i) bytes.append(View(status.Chunk(i)));
  bytes.resize((entries + 3) / 4);
  return bytes;
}

TEST(StatusListVectors, PackedAsPublished) {
  const auto vectors = Vectors("status_list.json");
  int checked = 0;
  for (const auto& c : vectors["cases"]) {
    if (c["bits"] != 2) continue;
    const Bytes bytes = PackedBytes(c);
    if (c.contains("bytes_hex")) {
      EXPECT_EQ(ToHex(bytes), c["bytes_hex"].get<std::string>());
    }
    if (c.contains("sha256_of_bytes")) {
      EXPECT_EQ(ToHex(Sha256(bytes)), c["sha256_of_bytes"].get<std::string>());
    }
    ++checked;
  }
  EXPECT_EQ(checked, 2);
}

TEST(StatusListVectors, ValuesAsPublished) {
  const auto values = Vectors("status_list.json")["values"];
  EXPECT_EQ(static_cast<int>(Status::kValid), values["VALID"].get<int>());
  EXPECT_EQ(static_cast<int>(Status::kRevoked), values["INVALID"].get<int>());
  EXPECT_EQ(static_cast<int>(Status::kSuspended), values["SUSPENDED"].get<int>());
  EXPECT_EQ(static_cast<int>(Status::kVoid), values["APPLICATION_SPECIFIC"].get<int>());
}

}  // namespace
}  // namespace symbolon::ledger
