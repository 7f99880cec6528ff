#include <fmt/format.h>

#include "base/status_macros.h"
#include "ledger/entry_header.h"
#include "ledger/merkle/hash.h"
#include "ledger/merkle/proof.h"
#include "tests/simulation/clients.h"

namespace symbolon::simulation {
namespace {

// One visit: a checkpoint, how it continues an earlier one, and one entry under it.
struct Shown {
  ledger::CheckpointFacts checkpoint;
  std::vector<Digest> consistency;  // when the node is not behind the earlier checkpoint
  uint64_t index = 0;
  api::LedgerEntry entry;
  std::vector<Digest> inclusion;
};

absl::StatusOr<Shown> Visit(api::Backend& backend, const ledger::Trust& trust, uint64_t earlier_size,
                            uint64_t dice) {
  Shown shown;
  ASSIGN_OR_RETURN(const Bytes note, backend.Checkpoint());
  const auto facts = trust.VerifyCheckpoint(note);
  if (!facts.ok()) return absl::InvalidArgumentError("a checkpoint that does not verify: " + facts.message());
  shown.checkpoint = *facts;
  const uint64_t size = facts->size;
  if (earlier_size <= size) {
    ASSIGN_OR_RETURN(shown.consistency, backend.ConsistencyProof(earlier_size, size));
  }
  shown.index = 1 + dice % size;
  ASSIGN_OR_RETURN(shown.entry, backend.ReadEntry(shown.index));
  ASSIGN_OR_RETURN(shown.inclusion, backend.InclusionProof(shown.index, size));
  return shown;
}

}  // namespace

void Auditor::Look(uint64_t dice_seed) {
  Random dice(dice_seed);
  const uint64_t node = office_->AnyNode(dice);
  const uint64_t entry_dice = dice.Next();
  const uint64_t size = size_;
  const Digest root = root_;
  office_->network->Call<Shown>(
      Network::kOutside, node, "audit", Office::kPatience, Office::kReadOwed,
      [trust = &office_->trust(), size, entry_dice](api::Backend& backend, const api::Abandoned&,
                                                    api::Done<Shown> done) {
        done(Visit(backend, *trust, size, entry_dice));
      },
      [this, node, size, root](const absl::StatusOr<Shown>& shown) {
        World& world = *office_->world;
        if (!shown.ok()) {
          if (IsExpected(*office_, node, shown.status())) return;
          return world.Violate(
              fmt::format("node {} refuses an auditor: {}", node, shown.status().ToString()));
        }
        const ledger::CheckpointFacts& now = shown->checkpoint;
        const auto wrong = [&](const char* what) {
          world.Violate(fmt::format("I-09: node {} shows an auditor {} under size {}", node, what, now.size));
        };
        if (office_->checker->RootAt(now.size) != now.root) return wrong("a root that no node has");
        if (size > now.size) {
          world.Count("audits of a node that is behind");
        } else if (!ledger::VerifyConsistency(size, now.size, size == 0 ? ledger::EmptyRoot() : root,
                                              now.root, shown->consistency)
                        .ok()) {
          return wrong("another past");
        }
        const Digest leaf = ledger::EntryLeafHash(shown->entry.header);
        if (!ledger::VerifyInclusion(leaf, shown->index - 1, now.size, shown->inclusion, now.root).ok()) {
          return wrong("an entry that is not there");
        }
        world.Count("audits");
        if (now.size > size_) {
          size_ = now.size;
          root_ = now.root;
        }
      });
}

}  // namespace symbolon::simulation
