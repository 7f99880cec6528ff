#include "cli/export.h"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>

#include "base/encoding.h"
#include "base/status_macros.h"
#include "base/toml_table.h"
#include "cli/export_writer.h"
#include "cli/files.h"
#include "ledger/checkpoint/checkpoint.h"
#include "ledger/entry_header.h"
#include "ledger/membership.h"
#include "ledger/merkle/tile.h"
#include "storage/atomic_file.h"
#include "storage/durable_mark.h"
#include "storage/key_file.h"
#include "storage/ledger_store.h"
#include "storage/store.h"

namespace symbolon::cli {
namespace {

using std::filesystem::path;

constexpr size_t kMaxConfigBytes = 1 << 20;
constexpr size_t kMaxGenesisBytes = 4 << 20;
constexpr size_t kMaxNoteBytes = 1 << 20;
constexpr size_t kMaxMembershipBytes = 256 << 20;
constexpr size_t kMaxBundleBytes = ledger::kTileWidth * (2 + ledger::kMaxEntryHeaderSize);
constexpr size_t kMaxBodyBytes = 16 << 20;

absl::Status PrepareFolder(const std::string& out) {
  std::error_code error;
  if (std::filesystem::exists(out, error) && !std::filesystem::is_empty(out, error)) {
    return absl::AlreadyExistsError(fmt::format("{} is not empty: name another folder", out));
  }
  return storage::CreateDirectories(out);
}

// What an offline export needs of a node's configuration.
struct NodeFiles {
  std::string data_dir;
  std::string genesis;
  std::string log_key;
};

absl::StatusOr<NodeFiles> ReadNodeConfig(const std::string& file) {
  ASSIGN_OR_RETURN(Bytes text, storage::ReadWholeFile(file, kMaxConfigBytes));
  ASSIGN_OR_RETURN(TomlTable table, TomlTable::Parse(text, file));
  const path folder = path(file).parent_path();
  NodeFiles files;
  ASSIGN_OR_RETURN(files.data_dir, table.String("data_dir"));
  ASSIGN_OR_RETURN(files.genesis, table.String("genesis"));
  ASSIGN_OR_RETURN(files.log_key, table.String("log_key"));
  for (std::string* p : {&files.data_dir, &files.genesis, &files.log_key}) *p = (folder / *p).string();
  return files;
}

// Gathers what proves who the nodes were, from entries as they lie on disk: what does not follow was rejected, or
// is damaged, which the audit will say.
class MembersInEntries {
 public:
  MembersInEntries(const ledger::Genesis& genesis, ByteView genesis_bytes)
      : membership_(ledger::MembershipAtGenesis(genesis, genesis_bytes)) {}

  void Add(const Bytes& header) {
    const auto decoded = ledger::DecodeEntryHeader(header);
    if (!decoded.ok() || (decoded->kind != ledger::Kind::kGovernance && decoded->kind != ledger::Kind::kConfiguration)) {
      return;
    }
    auto next = ledger::Follow(membership_, header);
    if (!next.ok()) return;
    membership_ = *std::move(next);
    headers_.push_back(header);
  }
  const std::vector<Bytes>& headers() const { return headers_; }

 private:
  ledger::Membership membership_;
  std::vector<Bytes> headers_;
};

}  // namespace

absl::StatusOr<ExportSummary> ExportFromNode(const Console& console, const ClientProfile& profile,
                                             const std::string& out) {
  RETURN_IF_ERROR(PrepareFolder(out));
  ASSIGN_OR_RETURN(ledger::Trust trust, LoadTrust(profile));
  ASSIGN_OR_RETURN(std::unique_ptr<api::Client> client, Connect(profile));
  ASSIGN_OR_RETURN(const api::MembershipState members, FollowMembers(*client, trust));
  ASSIGN_OR_RETURN(Bytes genesis, client->Genesis());
  ASSIGN_OR_RETURN(Bytes checkpoint, client->Checkpoint());
  const auto facts = trust.VerifyCheckpoint(checkpoint);
  if (!facts.ok()) return absl::DataLossError("the node's checkpoint: " + facts.message());
  ExportWriter writer(out);
  Progress progress(console, "exporting", facts->size);
  RETURN_IF_ERROR(client->ReadEntries(1, facts->size, [&](api::LedgerEntry entry) {
    progress.Set(writer.entries());
    return writer.Add(entry.header, entry.body, ledger::EntryLeafHash(entry.header));
  }));
  RETURN_IF_ERROR(writer.Finish(genesis, members.headers, checkpoint));
  return ExportSummary{writer.entries(), writer.bodies()};
}

absl::StatusOr<ExportSummary> ExportFromData(const Console& console, const std::string& node_config,
                                             const std::string& out) {
  RETURN_IF_ERROR(PrepareFolder(out));
  ASSIGN_OR_RETURN(NodeFiles files, ReadNodeConfig(node_config));
  ASSIGN_OR_RETURN(Bytes genesis_bytes, storage::ReadWholeFile(files.genesis, kMaxGenesisBytes));
  ASSIGN_OR_RETURN(ledger::Genesis genesis, ledger::DecodeGenesis(genesis_bytes));
  ASSIGN_OR_RETURN(SigningKey log_key, storage::ReadKeyFile(files.log_key));
  storage::Options options;
  options.dir = files.data_dir;
  ASSIGN_OR_RETURN(std::unique_ptr<storage::Store> store, storage::Store::OpenReadOnlyForExport(options));
  ASSIGN_OR_RETURN(std::unique_ptr<storage::LedgerStore> entries, storage::LedgerStore::Open(store.get()));
  ASSIGN_OR_RETURN(const storage::Promises promised,
                   storage::DurableMark::Read(*options.disk, path(files.data_dir) / "MARK"));
  const storage::SignedTree tree{promised.signed_size, promised.signed_root};
  if (tree.size == 0) return absl::FailedPreconditionError("this node has not signed any checkpoint yet");

  ExportWriter writer(out);
  MembersInEntries members(genesis, genesis_bytes);
  Progress progress(console, "exporting", tree.size);
  for (uint64_t index = 1; index <= tree.size; ++index) {
    progress.Set(index);
    ASSIGN_OR_RETURN(Bytes header, entries->Header(index));
    ASSIGN_OR_RETURN(Bytes body, entries->Body(index));
    ASSIGN_OR_RETURN(Digest leaf, entries->LeafHash(index));
    members.Add(header);
    RETURN_IF_ERROR(writer.Add(header, body, leaf));
  }
  ASSIGN_OR_RETURN(Bytes checkpoint, ledger::SignCheckpoint({genesis.origin, tree.size, tree.root}, log_key));
  RETURN_IF_ERROR(writer.Finish(genesis_bytes, members.headers(), checkpoint));
  return ExportSummary{writer.entries(), writer.bodies()};
}

absl::StatusOr<ExportReader> ExportReader::Open(const std::string& folder) {
  ExportReader reader;
  reader.folder_ = folder;
  ASSIGN_OR_RETURN(reader.genesis_, storage::ReadWholeFile(path(folder) / "genesis", kMaxGenesisBytes));
  ASSIGN_OR_RETURN(reader.checkpoint_, storage::ReadWholeFile(path(folder) / "checkpoint", kMaxNoteBytes));
  return reader;
}

absl::Status ExportReader::FollowMembers(ledger::Trust& trust) const {
  const path file = path(folder_) / "membership";
  if (!storage::FileExists(file.string())) return absl::OkStatus();  // the genesis's
  ASSIGN_OR_RETURN(const Bytes bytes, storage::ReadWholeFile(file.string(), kMaxMembershipBytes));
  Reader in(bytes, "membership");
  const uint64_t known = trust.membership().history.empty() ? 0 : trust.membership().history.back();
  while (in.remaining() > 0) {
    const ByteView header = in.Vec16("header", 1);
    RETURN_IF_ERROR(in.status());
    const auto decoded = ledger::DecodeEntryHeader(header);
    if (decoded.ok() && decoded->index <= known) continue;  // the trust bundle has it
    RETURN_IF_ERROR(Annotate(trust.Follow(header), file.string()));
  }
  return absl::OkStatus();
}

absl::Status ExportReader::Load(uint64_t bundle, uint64_t size) {
  loaded_ = UINT64_MAX;  // nothing, should this fail half-way
  const uint32_t width = ledger::TileWidthAt(size, {0, bundle});
  const std::string entries = path(folder_) / ledger::EntriesPath(bundle, width);
  const std::string tile = path(folder_) / ledger::TilePath({0, bundle}, width);
  ASSIGN_OR_RETURN(Bytes bytes, storage::ReadWholeFile(entries, kMaxBundleBytes));
  auto headers = ledger::DecodeEntryBundle(bytes, width);
  if (!headers.ok())
    return absl::DataLossError(fmt::format("{}: {}", entries, std::string(headers.status().message())));
  headers_ = *std::move(headers);
  ASSIGN_OR_RETURN(Bytes hashes, storage::ReadWholeFile(tile, ledger::kTileWidth * sizeof(Digest)));
  if (hashes.size() != width * sizeof(Digest)) {
    return absl::DataLossError(
        fmt::format("{}: has {} bytes, not {}", tile, hashes.size(), width * sizeof(Digest)));
  }
  leaves_.resize(width);
  for (uint32_t i = 0; i < width; ++i) {
    std::memcpy(leaves_[i].data(), hashes.data() + i * sizeof(Digest), sizeof(Digest));
  }
  loaded_ = bundle;
  return absl::OkStatus();
}

absl::StatusOr<ExportedEntry> ExportReader::Read(uint64_t index, uint64_t size) {
  const uint64_t leaf = index - 1;
  if (loaded_ != leaf / ledger::kTileWidth) RETURN_IF_ERROR(Load(leaf / ledger::kTileWidth, size));
  ExportedEntry entry;
  entry.header = headers_[leaf % ledger::kTileWidth];
  entry.leaf_hash = leaves_[leaf % ledger::kTileWidth];
  const std::string body = path(folder_) / "body" / ledger::TileIndexPath(index);
  if (storage::FileExists(body)) {
    ASSIGN_OR_RETURN(entry.body, storage::ReadWholeFile(body, kMaxBodyBytes));
  }
  return entry;
}

}  // namespace symbolon::cli
