#include "ledger/trust.h"

#include <algorithm>
#include <functional>

#include "base/status_macros.h"
#include "ledger/checkpoint/checkpoint.h"
#include "ledger/checkpoint/signed_note.h"

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
  trust.network_ = NetworkId(genesis_bytes);
  for (const Registry::NodeRef& ref : trust.registry().nodes()) {
    ASSIGN_OR_RETURN(VerifierKey log_key,
                     VerifierKey::Make(trust.genesis_.origin, SignatureType::kEd25519, ref.node->log_key));
    ASSIGN_OR_RETURN(VerifierKey cosigning_key,
                     VerifierKey::Make(CosigningName(trust.genesis_, *ref.node), SignatureType::kCosignature,
                                       ref.node->cosigning_key));
    trust.keys_.push_back(std::move(log_key));
    trust.keys_.push_back(std::move(cosigning_key));
    const bool voter = ref.node->kind == NodeKind::kVoter;
    if (voter) ++trust.voters_;
    trust.owners_.push_back({ref.node->name, ref.agency->id, voter, 0});
  }
  return trust;
}

Checked<CheckpointFacts> Trust::VerifyCheckpoint(ByteView note_bytes, const CheckpointPolicy& policy) const {
  const absl::StatusOr<SignedNote> note = ParseNote(note_bytes);
  if (!note.ok()) return No(ProofFailure::kMalformedCheckpoint);
  const absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(note->text);
  if (!checkpoint.ok()) return No(ProofFailure::kMalformedCheckpoint);
  if (checkpoint->origin != genesis_.origin) return No(ProofFailure::kWrongOrigin);
  const absl::StatusOr<std::vector<GoodSignature>> good = VerifyNote(*note, keys_);
  if (absl::IsNotFound(good.status())) return No(ProofFailure::kUnknownNode);
  if (!good.ok()) return No(ProofFailure::kBadCheckpointSignature);

  CheckpointFacts facts;
  facts.size = checkpoint->size;
  facts.root = checkpoint->root;
  size_t voters = 0;
  for (const GoodSignature& signature : *good) {
    Cosigner owner = owners_[signature.key / 2];
    if (keys_[signature.key].type() == SignatureType::kEd25519) {
      facts.log_signers.push_back(std::move(owner.node));
      continue;
    }
    owner.time_s = signature.time_s;
    if (owner.voter) ++voters;
    facts.cosigners.push_back(std::move(owner));
  }
  const size_t majority = voters_ / 2 + 1;
  facts.final = voters >= majority;
  facts.time_s = TimeOf(facts, majority);
  if (policy.require_final && !facts.final) return No(ProofFailure::kNotFinal);
  return facts;
}

}  // namespace symbolon::ledger
