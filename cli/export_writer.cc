#include "cli/export_writer.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "storage/atomic_file.h"

namespace symbolon::cli {

absl::Status ExportWriter::Write(const std::string& name, ByteView bytes) {
  const std::filesystem::path path = std::filesystem::path(folder_) / name;
  RETURN_IF_ERROR(storage::CreateDirectories(path.parent_path().string()));
  return storage::WriteFileAtomically(path.string(), bytes);
}

absl::Status ExportWriter::WriteTile(size_t level) {
  Level& l = levels_[level];
  const ledger::TileId tile{static_cast<uint8_t>(level), l.tiles};
  Bytes bytes;
  for (const Digest& item : l.items) bytes.append(View(item));
  return Write(ledger::TilePath(tile, static_cast<uint32_t>(l.items.size())), bytes);
}

absl::Status ExportWriter::AddHash(size_t level, const Digest& hash) {
  if (level == levels_.size()) levels_.emplace_back();
  levels_[level].items.push_back(hash);
  if (levels_[level].items.size() < ledger::kTileWidth) return absl::OkStatus();
  RETURN_IF_ERROR(WriteTile(level));
  const Digest parent = ledger::HashItems(levels_[level].items);
  levels_[level].items.clear();
  ++levels_[level].tiles;
  return AddHash(level + 1, parent);
}

absl::Status ExportWriter::WriteBundle() {
  const uint64_t number = (entries_ - 1) / ledger::kTileWidth;
  RETURN_IF_ERROR(Write(ledger::EntriesPath(number, static_cast<uint32_t>(bundle_.size())),
                        ledger::EncodeEntryBundle(bundle_)));
  bundle_.clear();
  return absl::OkStatus();
}

absl::Status ExportWriter::Add(const Bytes& header, const Bytes& body, const Digest& leaf_hash) {
  ++entries_;
  bundle_.push_back(header);
  if (!body.empty()) {
    ++bodies_;
    RETURN_IF_ERROR(Write("body/" + ledger::TileIndexPath(entries_), body));
  }
  if (bundle_.size() == ledger::kTileWidth) RETURN_IF_ERROR(WriteBundle());
  return AddHash(0, leaf_hash);
}

absl::Status ExportWriter::Finish(ByteView genesis, const std::vector<Bytes>& members, ByteView checkpoint) {
  if (!bundle_.empty()) RETURN_IF_ERROR(WriteBundle());
  for (size_t level = 0; level < levels_.size(); ++level) {
    if (!levels_[level].items.empty()) RETURN_IF_ERROR(WriteTile(level));
  }
  RETURN_IF_ERROR(Write("genesis", genesis));
  if (!members.empty()) {
    Writer out;
    for (const Bytes& header : members) out.Vec16(header);
    RETURN_IF_ERROR(Write("membership", out.bytes()));
  }
  return Write("checkpoint", checkpoint);
}

}  // namespace symbolon::cli
