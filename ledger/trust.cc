#include "ledger/trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/status_macros.h"
#include "ledger/checkpoint/checkpoint.h"
#include "ledger/checkpoint/signed_note.h"
#include "ledger/index.h"

namespace symbolon::ledger {
namespace {

constexpr char kPart[] = "checkpoint";

NotVerified No(ProofFailure failure) {
  return {failure, kPart};
}

// The latest time at which `needed` of the voters had cosigned; fewer: the latest time of any cosigner.
uint64_t TimeOf(const CheckpointFacts& facts, size_t needed) {
  std::vector<uint64_t> times;
  for (const Cosigner& cosigner : facts.cosigners) {
    if (cosigner.voter || !facts.final) times.push_back(cosigner.time_s);
  }
  std::sort(times.begin(), times.end(), std::greater<>());
  if (times.empty()) return 0;
  return facts.final ? times[needed - 1] : times.front();
}

}  // namespace

absl::StatusOr<Trust> Trust::FromGenesis(ByteView genesis_bytes) {
  Trust trust;
  ASSIGN_OR_RETURN(trust.genesis_, DecodeGenesis(genesis_bytes));
  trust.membership_ = MembershipAtGenesis(trust.genesis_, genesis_bytes);
  RETURN_IF_ERROR(trust.AddEpoch(0));
  return trust;
}

absl::Status Trust::AddEpoch(uint64_t from_size) {
  auto epoch = std::make_shared<Epoch>();
  epoch->from_size = from_size;
  epoch->registry_digest = membership_.digest;
  for (const Registry::NodeRef& ref : registry().members()) {
    ASSIGN_OR_RETURN(VerifierKey log_key,
                     VerifierKey::Make(genesis_.origin, SignatureType::kEd25519, ref.node->log_key));
    ASSIGN_OR_RETURN(VerifierKey cosigning_key,
                     VerifierKey::Make(CosigningName(genesis_, ref.node->name), SignatureType::kCosignature,
                                       ref.node->cosigning_key));
    epoch->keys.push_back(std::move(log_key));
    epoch->keys.push_back(std::move(cosigning_key));
    const bool voter = ref.node->kind == NodeKind::kVoter;
    if (voter) ++epoch->voters;
    epoch->owners.push_back({ref.node->name, ref.agency->id, voter, 0});
  }
  epochs_.push_back(std::move(epoch));
  return absl::OkStatus();
}

absl::Status Trust::Follow(ByteView entry_header) {
  const uint64_t version = membership_.version;
  ASSIGN_OR_RETURN(membership_, ledger::Follow(membership_, entry_header));
  return membership_.version == version ? absl::OkStatus() : AddEpoch(TreeSizeAfter(membership_.decided_at));
}

bool Trust::MayBeRegistry(uint64_t version, const Digest& digest) const {
  return version >= epochs_.size() || epochs_[version]->registry_digest == digest;
}

const Trust::Epoch& Trust::EpochAt(uint64_t tree_size) const {
  const auto after = std::find_if(epochs_.begin(), epochs_.end(),
                                  [&](const auto& epoch) { return epoch->from_size > tree_size; });
  return **std::prev(after);
}

Checked<CheckpointFacts> Trust::VerifyCheckpoint(ByteView note_bytes, const CheckpointPolicy& policy) const {
  const absl::StatusOr<SignedNote> note = ParseNote(note_bytes);
  if (!note.ok()) return No(ProofFailure::kMalformedCheckpoint);
  const absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return No(ProofFailure::kMalformedCheckpoint);
  if (checkpoint->origin != genesis_.origin) return No(ProofFailure::kWrongOrigin);
  const Epoch& epoch = EpochAt(checkpoint->size);
  const absl::StatusOr<std::vector<GoodSignature>> good = VerifyNote(*note, epoch.keys);
  if (absl::IsNotFound(good.status())) return No(ProofFailure::kUnknownNode);
  if (!good.ok()) return No(ProofFailure::kBadCheckpointSignature);

  CheckpointFacts facts;
  facts.size = checkpoint->size;
  facts.root = checkpoint->root;
  size_t voters = 0;
  for (const GoodSignature& signature : *good) {
    Cosigner owner = epoch.owners[signature.key / 2];
    if (epoch.keys[signature.key].type() == SignatureType::kEd25519) {
      facts.log_signers.push_back(std::move(owner.node));
      continue;
    }
    owner.time_s = signature.time_s;
    if (owner.voter) ++voters;
    facts.cosigners.push_back(std::move(owner));
  }
  const size_t majority = epoch.voters / 2 + 1;
  facts.final = voters >= majority;
  facts.time_s = TimeOf(facts, majority);
  if (policy.require_final && !facts.final) return No(ProofFailure::kNotFinal);
  return facts;
}

}  // namespace symbolon::ledger
