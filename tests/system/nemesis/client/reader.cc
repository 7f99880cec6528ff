#include "tests/system/nemesis/client/reader.h"

#include <numeric>

#include "base/status_macros.h"
#include "ledger/entries/status_change.h"
#include "ledger/verification_proof.h"

namespace symbolon::history {
namespace {

constexpr int kLinearizablePercent = 65;
constexpr int kProvePercent = 15;
constexpr int kAnotherNodePercent = 40;
constexpr uint64_t kNumbersAtOnce = 500;
constexpr int64_t kPauseMs = 50;

}  // namespace

Reader::Reader(Shared* shared, std::string agency, uint64_t seed)
    : shared_(shared),
      random_(seed),
      connections_(shared->network, std::move(agency), "verifier", shared->options->call_timeout_ms),
      process_(shared->next_process++) {
  GoElsewhere();
}

void Reader::GoElsewhere() {
  const auto& agencies = shared_->network->agencies();
  node_ = agencies[Below(random_, agencies.size())];
}

void Reader::Run() {
  const auto period = static_cast<int64_t>(1e9 / shared_->options->reads_per_second);
  while (!stopping) {
    const int64_t begin = NowNs();
    if (Chance(random_, kAnotherNodePercent)) GoElsewhere();
    const bool prove = Chance(random_, kProvePercent);
    std::vector<uint64_t> numbers = {shared_->known->ToRead(random_)};
    if (!prove && Chance(random_, 50)) numbers.push_back(shared_->known->ToRead(random_));
    const auto mode = Chance(random_, kLinearizablePercent) ? api::Freshness::Mode::kLinearizable
                                                            : api::Freshness::Mode::kAny;
    if (!Read(numbers, mode, prove).ok()) GoElsewhere();
    Pause((begin + period - NowNs()) / 1'000'000);
  }
}

absl::StatusOr<Reader::Statuses> Reader::Read(const std::vector<uint64_t>& numbers, api::Freshness::Mode mode,
                                              bool prove) {
  Json operation = {{"process", process_},
                    {"op", "read"},
                    {"mode", mode == api::Freshness::Mode::kLinearizable ? "linearizable" : "any"},
                    {"node", shared_->network->NodeName(node_)},
                    {"attestations", numbers},
                    {"invoke", NowNs()}};
  const auto statuses = Ask(numbers, {.mode = mode, .index = 0}, prove, operation);
  operation["complete"] = NowNs();
  operation["outcome"] = statuses.ok() ? "ok" : "fail";
  if (!statuses.ok()) {
    operation["error"] = ErrorText(statuses.status());
    connections_.Note(node_, statuses.status());
  }
  shared_->history->Add(operation);
  return statuses;
}

absl::StatusOr<Reader::Statuses> Reader::Ask(const std::vector<uint64_t>& numbers, api::Freshness freshness,
                                             bool prove, Json& operation) {
  ASSIGN_OR_RETURN(api::Client* const client, connections_.To(node_));
  api::AsOf as_of;
  Statuses statuses;
  if (prove) {
    ASSIGN_OR_RETURN(const api::Verified verified, client->Verify(numbers.front(), freshness));
    as_of = verified.as_of;
    statuses = {verified.status};
    CheckProof(verified, numbers.front(), operation);
  } else {
    ASSIGN_OR_RETURN(statuses, client->GetStatus(numbers, freshness, &as_of));
  }
  for (const api::AttestationStatus status : statuses) operation["statuses"].push_back(StatusText(status));
  operation["index"] = as_of.applied_index;
  return statuses;
}

// An attestation that exists and is not void comes with a proof; what it proves must hold.
void Reader::CheckProof(const api::Verified& verified, uint64_t number, Json& operation) {
  const bool wanted = verified.status == api::AttestationStatus::kValid ||
                      verified.status == api::AttestationStatus::kRevoked ||
                      verified.status == api::AttestationStatus::kSuspended;
  if (!wanted) return;
  const auto proof = ledger::DecodeVerificationProof(verified.proof);
  if (!proof.ok()) {
    operation["violation"] = "the proof cannot be read: " + std::string(proof.status().message());
    return;
  }
  const auto facts = ledger::VerifyProof(*proof, shared_->network->trust());
  if (!facts.ok() || facts->attestation_number != number) {
    operation["violation"] =
        facts.ok() ? "the proof is of another attestation" : "the proof does not verify: " + facts.message();
    return;
  }
  operation["checkpoint"] = CheckpointJson(facts->checkpoint);
  if (facts->sealed) {
    operation["sealed"] = {{"status", ledger::StatusName(facts->sealed->status)},
                           {"as_of", facts->sealed->as_of_index}};
  }
}

absl::StatusOr<Reader::Statuses> Reader::ReadSurely(const std::vector<uint64_t>& numbers,
                                                    int64_t give_up_ms) {
  const int64_t deadline = NowNs() + give_up_ms * 1'000'000;
  while (true) {
    auto statuses = Read(numbers, api::Freshness::Mode::kLinearizable, false);
    if (statuses.ok() || stopping || NowNs() > deadline) return statuses;
    Pause(kPauseMs);
  }
}

absl::Status Reader::ReadEverything(int64_t give_up_ms) {
  for (const std::string& agency : shared_->network->agencies()) {
    node_ = agency;
    bool more = true;
    for (uint64_t first = 0; more; first += kNumbersAtOnce) {
      std::vector<uint64_t> numbers(kNumbersAtOnce);
      std::iota(numbers.begin(), numbers.end(), first);
      const auto statuses = ReadSurely(numbers, give_up_ms);
      if (!statuses.ok()) return Annotate(statuses.status(), "reading at the node of " + agency);
      more = statuses->back() != api::AttestationStatus::kUnknown;
    }
  }
  return absl::OkStatus();
}

}  // namespace symbolon::history
