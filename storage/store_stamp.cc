#include "storage/store_stamp.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "base/text_encoding.h"

namespace symbolon::storage {
namespace {

constexpr size_t kMaxStampSize = 4096;

// Takes "<name> <value>\n" off the front.
std::optional<std::string_view> TakeField(std::string_view* text, std::string_view name) {
  if (!text->starts_with(name) || text->size() <= name.size() || (*text)[name.size()] != ' ')
    return std::nullopt;
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text->substr(name.size() + 1, end - name.size() - 1);
  text->remove_prefix(end + 1);
  return value;
}

template <typename T>
std::optional<T> ParseNumber(std::optional<std::string_view> text) {
  T value{};
  if (!text) return std::nullopt;
  const auto result = std::from_chars(text->data(), text->data() + text->size(), value);
  if (result.ec != std::errc() || result.ptr != text->data() + text->size()) return std::nullopt;
  return value;
}

}  // namespace

Bytes EncodeStamp(const Stamp& stamp) {
  return fmt::format("symbolon-store {}\nnetwork {}\nnode {}\n", stamp.format, ToHex(stamp.identity.network),
                     stamp.identity.node_number);
}

Bytes EncodeIdentity(const Identity& identity) {
  return Writer().Fixed(identity.network).U64(identity.node_number).Take();
}

absl::StatusOr<Stamp> ReadStamp(const Disk& disk, const std::string& path) {
  ASSIGN_OR_RETURN(const Bytes file, disk.Read(path, kMaxStampSize));
  std::string_view text = file;
  Stamp stamp;
  const auto format = ParseNumber<uint32_t>(TakeField(&text, "symbolon-store"));
  if (!format) return absl::DataLossError(fmt::format("{} is damaged or no stamp of a store", path));
  stamp.format = *format;
  if (stamp.format != kStoreFormat) {
    return absl::FailedPreconditionError(
        fmt::format("{}: the store has format {}, this program knows format {}: use the program version that "
                    "wrote it, or "
                    "rebuild the store from the ledger with this one",
                    path, stamp.format, kStoreFormat));
  }
  const auto network = TakeField(&text, "network");
  const auto node = ParseNumber<uint64_t>(TakeField(&text, "node"));
  const auto digest = network ? DigestFromHex(*network) : absl::InvalidArgumentError("");
  if (!digest.ok() || !node || !text.empty()) return absl::DataLossError(fmt::format("{} is damaged", path));
  stamp.identity = {*digest, *node};
  return stamp;
}

absl::Status CheckStamp(const Disk& disk, const std::string& path, const Identity& identity) {
  ASSIGN_OR_RETURN(const Stamp stamp, ReadStamp(disk, path));
  if (stamp.identity.network != identity.network) {
    return absl::FailedPreconditionError(
        fmt::format("{}: the store belongs to network {}, not to {}: check the configured folder", path,
                    ToHex(stamp.identity.network), ToHex(identity.network)));
  }
  if (stamp.identity.node_number != identity.node_number) {
    return absl::FailedPreconditionError(
        fmt::format("{}: the store belongs to node {}, not to node {}: check the configured folder", path,
                    stamp.identity.node_number, identity.node_number));
  }
  return absl::OkStatus();
}

}  // namespace symbolon::storage
