#include "ledger/state_snapshot.h"

#include <fmt/format.h>

#include "base/encoding.h"

namespace symbolon::ledger {
namespace {

// A local record, neither hashed nor signed: it has a version of its own instead of a label.
constexpr uint8_t kVersion = 1;
constexpr size_t kMaxRange = 64;
constexpr size_t kMaxSeal = 0xffff;

void WriteRoots(const StateRoots& roots, Writer& out) {
  out.U64(roots.index)
      .Fixed(roots.status_root)
      .U64(roots.status_count)
      .U64(roots.registry_version)
      .Fixed(roots.registry_digest);
}

StateRoots ReadRoots(Reader& in) {
  StateRoots roots;
  roots.index = in.U64("captured index");
  roots.status_root = in.Fixed32("captured status root");
  roots.status_count = in.U64("captured status count");
  roots.registry_version = in.U64("captured registry version");
  roots.registry_digest = in.Fixed32("captured registry digest");
  return roots;
}

std::optional<LastSeal> ReadLastSeal(Reader& in) {
  const uint8_t present = in.U8("last seal");
  if (present > 1) in.Fail("last seal", "neither there nor not");
  if (!in.ok() || present == 0) return std::nullopt;
  LastSeal last;
  last.entry_index = in.U64("last seal's index");
  absl::StatusOr<Seal> seal = DecodeSeal(in.Vec16("last seal", 1, kMaxSeal));
  if (!seal.ok()) {
    in.Fail("last seal", "is not a seal");
    return std::nullopt;
  }
  last.seal = *std::move(seal);
  return last;
}

}  // namespace

Bytes EncodeStateMeta(const StateMeta& meta) {
  Writer out;
  out.U8(kVersion)
      .Fixed(meta.network)
      .U64(meta.applied_index)
      .U64(meta.last_term)
      .U64(meta.last_time_ms)
      .U64(meta.attestation_count)
      .U64(meta.last_change_index);
  out.U8(static_cast<uint8_t>(meta.ledger_range.size()));
  for (const Digest& hash : meta.ledger_range) out.Fixed(hash);
  out.U64(meta.registry_version).Fixed(meta.registry_digest);
  WriteRoots(meta.captured, out);
  out.U8(meta.last_seal.has_value() ? 1 : 0);
  if (meta.last_seal.has_value())
    out.U64(meta.last_seal->entry_index).Vec16(EncodeSeal(meta.last_seal->seal));
  out.U8(static_cast<uint8_t>(meta.status_versions.size()));
  for (const StatusVersion& version : meta.status_versions) {
    out.U64(version.version).U64(version.count).Fixed(version.root);
  }
  return out.Take();
}

absl::StatusOr<StateMeta> DecodeStateMeta(ByteView bytes) {
  Reader in(bytes, "state record");
  StateMeta meta;
  if (in.U8("version") != kVersion)
    in.Fail("version", "was written by another version: rebuild from the ledger");
  meta.network = in.Fixed32("network");
  meta.applied_index = in.U64("applied index");
  meta.last_term = in.U64("last term");
  meta.last_time_ms = in.U64("last time");
  meta.attestation_count = in.U64("attestation count");
  meta.last_change_index = in.U64("last change");
  const uint8_t range = in.U8("ledger range");
  if (range > kMaxRange) in.Fail("ledger range", "more hashes than bits");
  for (uint8_t i = 0; i < range && in.ok(); ++i) meta.ledger_range.push_back(in.Fixed32("ledger range"));
  meta.registry_version = in.U64("registry version");
  meta.registry_digest = in.Fixed32("registry digest");
  meta.captured = ReadRoots(in);
  meta.last_seal = ReadLastSeal(in);
  const uint8_t versions = in.U8("status versions");
  for (uint8_t i = 0; i < versions && in.ok(); ++i) {
    StatusVersion version;
    version.version = in.U64("status version");
    version.count = in.U64("status version's count");
    version.root = in.Fixed32("status version's root");
    meta.status_versions.push_back(version);
  }
  if (absl::Status end = in.ExpectEnd(); !end.ok()) return absl::DataLossError(end.message());
  return meta;
}

}  // namespace symbolon::ledger
