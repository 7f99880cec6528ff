#include <fmt/format.h>

#include "ledger/verification_proof.h"
#include "tests/simulation/clients.h"

namespace symbolon::simulation {

using api::AttestationStatus;
using api::Freshness;

bool IsExpected(const Office& office, uint64_t node, const absl::Status& status) {
  if (absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status)) return true;
  const bool damage = absl::IsDataLoss(status) || absl::IsInternal(status);
  if (damage && office.disk_in_trouble(node)) {
    office.world->Count("answers that name damage");
    return true;
  }
  return false;
}

uint64_t Office::AnyNode(Random& dice) const {
  const uint64_t founding = founders->founding_nodes();
  const uint64_t node = dice.Between(1, founders->nodes());
  return node <= founding || network->IsUp(node) ? node : dice.Between(1, founding);
}

void Verifier::Ask(uint64_t dice_seed) {
  Random dice(dice_seed);
  Read read;
  read.node = office_->AnyNode(dice);
  // What is known, and sometimes what is not yet.
  read.attestation = dice.Below(office_->history->known_attestations() + 2);
  read.freshness.mode = dice.Pick(std::array{Freshness::Mode::kAny, Freshness::Mode::kAtLeast,
                                             Freshness::Mode::kLinearizable, Freshness::Mode::kLinearizable});
  if (read.freshness.mode == Freshness::Mode::kAtLeast) {
    read.freshness.index = office_->history->last_acknowledged() + dice.Below(2);
  }
  Begin(read, [](bool) {});
}

void Verifier::AskNode(uint64_t node, std::function<void(bool)> done) {
  Read read;
  read.node = node;
  read.attestation = chance_.Below(office_->history->known_attestations() + 1);
  read.freshness.mode = Freshness::Mode::kLinearizable;
  Begin(read, std::move(done));
}

void Verifier::Begin(Read read, std::function<void(bool)> done) {
  read.invoked = office_->world->now();
  read.committed = office_->checker->committed();
  office_->network->Call<api::Verified>(
      Network::kOutside, read.node, fmt::format("verification of {}", read.attestation), Office::kPatience,
      Office::kReadOwed,
      [read](api::Backend& backend, const api::Abandoned& abandoned, api::Done<api::Verified> answer) {
        if (read.freshness.mode == Freshness::Mode::kAny) return answer(backend.Verify(read.attestation));
        backend.WaitFor(read.freshness, abandoned,
                        [&backend, read, answer = std::move(answer)](const absl::StatusOr<api::AsOf>& fresh) {
                          if (!fresh.ok()) return answer(fresh.status());
                          answer(backend.Verify(read.attestation));
                        });
      },
      [this, read, done = std::move(done)](const absl::StatusOr<api::Verified>& result) {
        OnAnswer(read, result);
        done(result.ok());
      });
}

void Verifier::OnAnswer(Read read, const absl::StatusOr<api::Verified>& result) {
  World& world = *office_->world;
  const bool linearizable = read.freshness.mode == Freshness::Mode::kLinearizable;
  if (linearizable && office_->network->HasCuts()) {
    world.Count(result.ok() ? "linearizable reads while links are cut"
                            : "linearizable reads refused while links are cut");
  }
  if (!result.ok()) {
    world.Count("reads without an answer");
    if (world.tracing()) {
      world.Trace(fmt::format("verifier hears from node {} about attestation {}: {}", read.node,
                              read.attestation, std::string(result.status().message())));
    }
    if (!IsExpected(*office_, read.node, result.status())) {
      world.Violate(fmt::format("node {} refuses to verify {}: {}", read.node, read.attestation,
                                result.status().ToString()));
    }
    return;
  }
  constexpr const char* kCounts[] = {"reads of any freshness", "reads at least as fresh",
                                     "linearizable reads"};
  world.Count(kCounts[static_cast<size_t>(read.freshness.mode)]);
  read.returned = world.now();
  read.status = result->status;
  read.as_of = result->as_of.applied_index;
  if (linearizable && read.as_of < read.committed) {
    world.Violate(fmt::format("I-10: node {} answers as of entry {}; when it was asked, {} were committed",
                              read.node, read.as_of, read.committed));
  }
  office_->history->Add(read);
  world.Mix(read.as_of << 8 | static_cast<uint64_t>(read.status));
  if (world.tracing()) {
    world.Trace(fmt::format("verifier hears from node {}: attestation {} has status {} as of {}", read.node,
                            read.attestation, static_cast<int>(read.status), read.as_of));
  }
  if (result->proof.empty() || !chance_.Chance(0.2)) return;
  const auto proof = ledger::DecodeVerificationProof(result->proof);
  if (!proof.ok()) return world.Violate(fmt::format("node {} gives a proof that cannot be read", read.node));
  const auto facts = ledger::VerifyProof(*proof, office_->trust());
  if (!facts.ok()) {
    return world.Violate(
        fmt::format("node {} gives a proof that does not verify: {}", read.node, facts.message()));
  }
  world.Count(facts->sealed ? "proofs of status verified" : "proofs verified");
}

}  // namespace symbolon::simulation
