#include "tests/system/nemesis/client/registrar.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/sha256.h"
#include "base/text_encoding.h"
#include "ledger/entries/batch.h"

namespace symbolon::history {
namespace {

constexpr uint32_t kLargestBatch = 3;
constexpr int kWithTagsPercent = 30;
constexpr uint16_t kProfiles = 8;
constexpr int kTagsOfAProfile = 4;
constexpr int kAnotherNodePercent = 15;
constexpr int64_t kFirstPauseMs = 10;
constexpr int64_t kLongestPauseMs = 160;

Digest RandomDigest(Random& random) {
  Digest out;
  for (size_t i = 0; i < out.size(); i += sizeof(uint64_t)) {
    const uint64_t word = random();
    std::memcpy(out.data() + i, &word, sizeof word);
  }
  return out;
}

// With tags a batch is some kilobytes, so that disks fill and logs are cut.
absl::StatusOr<ledger::BatchBody> MakeBody(std::vector<Digest> commitments, Random& random) {
  if (!Chance(random, kWithTagsPercent)) return ledger::BatchBody(std::move(commitments));
  std::vector<std::vector<ledger::LookupTag>> tags(commitments.size());
  for (auto& list : tags) {
    for (int i = 0; i < kProfiles * kTagsOfAProfile; ++i) {
      list.push_back({static_cast<uint16_t>(1 + i % kProfiles), RandomDigest(random)});
    }
  }
  return ledger::BatchBody::WithTags(std::move(commitments), std::move(tags));
}

uint64_t IssueTime(const ledger::Trust& trust) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
  return seconds - seconds % trust.registry().issue_time_granularity_s;
}

// Nobody knows what became of the request, or it was not done for a reason that passes.
bool MaySendAgain(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsResourceExhausted(status);
}

ledger::Status NewStatus(ledger::Status now, Random& random) {
  if (Chance(random, 12)) return ledger::Status::kRevoked;
  return now == ledger::Status::kSuspended ? ledger::Status::kValid : ledger::Status::kSuspended;
}

}  // namespace

Registrar::Registrar(Shared* shared, std::string agency, Network::IssuerKey key, uint64_t seed)
    : shared_(shared),
      agency_(std::move(agency)),
      key_(std::move(key)),
      random_(seed),
      connections_(shared->network, agency_, "registrar", shared->options->call_timeout_ms),
      process_(shared->next_process++) {
  GoElsewhere();
}

void Registrar::GoElsewhere() {
  const auto& agencies = shared_->network->agencies();
  node_ = agencies[Below(random_, agencies.size())];
}

void Registrar::Run() {
  const auto period = static_cast<int64_t>(1e9 / shared_->options->writes_per_second);
  while (!stopping) {
    const int64_t begin = NowNs();
    if (Chance(random_, kAnotherNodePercent)) GoElsewhere();
    const auto target = shared_->known->ToChange(agency_, random_);
    if (target && Chance(random_, shared_->options->status_percent)) {
      ChangeStatus(*target);
    } else {
      Publish();
    }
    Pause((begin + period - NowNs()) / 1'000'000);
  }
}

uint64_t Registrar::NextSequence() {
  const int64_t deadline = NowNs() + int64_t{shared_->options->give_up_ms} * 1'000'000;
  for (int64_t pause = kFirstPauseMs; !stopping; pause = std::min(2 * pause, kLongestPauseMs)) {
    absl::Status status;
    if (auto client = connections_.To(node_); client.ok()) {
      // A node answers from what it has applied: it may be behind what this process knows.
      if (auto next = (*client)->NextSequence(agency_, key_.id); next.ok())
        return std::max(*next, next_known_);
      else
        status = next.status();
    } else {
      status = client.status();
    }
    connections_.Note(node_, status);
    GoElsewhere();
    if (NowNs() > deadline) break;
    Pause(pause);
  }
  return 0;
}

Registrar::Answer Registrar::Submit(uint64_t sequence, const Send& send) {
  const int64_t deadline = NowNs() + int64_t{shared_->options->give_up_ms} * 1'000'000;
  Answer answer;
  bool ambiguous = false;     // some attempt may have reached the log
  bool surely_taken = false;  // the ledger has applied something under this sequence number
  int64_t pause = kFirstPauseMs;
  while (true) {
    ++answer.attempts;
    const auto client = connections_.To(node_);
    absl::StatusOr<api::Submitted> result = client.ok() ? send(**client) : client.status();
    if (result.ok()) {
      answer.outcome = "ok";
      answer.submitted = *std::move(result);
      answer.error = absl::OkStatus();
      return answer;
    }
    answer.error = result.status();
    connections_.Note(node_, answer.error);
    if (absl::IsFailedPrecondition(answer.error) || (absl::IsOutOfRange(answer.error) && surely_taken)) {
      answer.outcome = "fail";
      return answer;
    }
    if (absl::IsOutOfRange(answer.error)) {
      const auto next = (*client)->NextSequence(agency_, key_.id);
      surely_taken = next.ok() && *next > sequence;
      if (surely_taken) continue;  // the same bytes once more: it may be they that took it
    } else if (MaySendAgain(answer.error)) {
      ambiguous = ambiguous || !absl::IsResourceExhausted(answer.error);
      surely_taken = false;  // the next node asked may not have applied it yet
    } else {
      answer.outcome = ambiguous ? "unknown" : "fail";
      return answer;
    }
    if (NowNs() > deadline) {
      answer.outcome = "unknown";
      return answer;
    }
    GoElsewhere();
    Pause(pause);
    pause = std::min(2 * pause, kLongestPauseMs);
  }
}

void Registrar::Describe(const Answer& answer, const Bytes& signed_bytes, Json& operation) {
  operation["complete"] = NowNs();
  operation["outcome"] = answer.outcome;
  operation["attempts"] = answer.attempts;
  operation["node"] = shared_->network->NodeName(node_);
  if (!answer.error.ok()) operation["error"] = ErrorText(answer.error);
  if (answer.outcome != "ok") return;
  const api::Submitted& s = answer.submitted;
  operation["index"] = s.entry_index;
  operation["existing"] = s.existing;
  const auto receipt = ledger::DecodeReceipt(s.receipt);
  if (!receipt.ok()) {
    operation["violation"] = "the receipt cannot be read: " + std::string(receipt.status().message());
    return;
  }
  const auto facts = ledger::VerifyReceipt(*receipt, shared_->network->trust());
  if (!facts.ok()) {
    operation["violation"] = "the receipt does not verify: " + facts.message();
    return;
  }
  const bool same_numbers =
      s.attestation_count == 0 || facts->entry.first_attestation_number == s.first_attestation;
  if (facts->entry.payload != signed_bytes || facts->entry.index != s.entry_index || !same_numbers) {
    operation["violation"] = "the receipt is of another transaction";
  }
  operation["term"] = facts->entry.term;
  operation["leaf"] = ToHex(ledger::EntryLeafHash(receipt->entry_header));
  operation["checkpoint"] = CheckpointJson(facts->checkpoint);
}

void Registrar::Record(Json operation) {
  shared_->history->Add(operation);
  if (operation["outcome"] == "unknown") process_ = shared_->next_process++;
}

void Registrar::Publish() {
  const uint64_t sequence = NextSequence();
  if (sequence == 0) return;
  std::vector<Digest> commitments(1 + Below(random_, kLargestBatch));
  for (Digest& commitment : commitments) commitment = RandomDigest(random_);
  Json operation = {{"process", process_},
                    {"op", "publish"},
                    {"issuer", agency_},
                    {"key_id", key_.id},
                    {"sequence", sequence}};
  for (const Digest& commitment : commitments) operation["commitments"].push_back(ToHex(commitment));
  const auto made = MakeBody(std::move(commitments), random_);
  if (!made.ok()) {
    std::fprintf(stderr, "a batch cannot be made: %s\n", ErrorText(made.status()).c_str());
    std::abort();  // a mistake in this program
  }
  const ledger::BatchBody& body = *made;
  const ledger::BatchHeader header{.network = shared_->network->trust().network(),
                                   .issuer = agency_,
                                   .key_id = key_.id,
                                   .sequence = sequence,
                                   .record_type = shared_->network->RecordTypeOf(agency_),
                                   .version = 1,
                                   .count = static_cast<uint32_t>(body.commitments().size()),
                                   .commitment_root = ledger::CommitmentRoot(body),
                                   .tag_root = ledger::TagRoot(body),
                                   .issue_time_s = IssueTime(shared_->network->trust())};
  const Bytes signed_bytes = ledger::SignBatch(header, key_.key);
  const Bytes body_bytes = ledger::EncodeBatchBody(body);
  operation["digest"] = ToHex(Sha256(signed_bytes));
  operation["invoke"] = NowNs();
  const Answer answer =
      Submit(sequence, [&](api::Client& client) { return client.SubmitBatch(signed_bytes, body_bytes); });
  Describe(answer, signed_bytes, operation);
  if (answer.outcome == "ok") {
    const api::Submitted& s = answer.submitted;
    operation["first"] = s.first_attestation;
    shared_->known->Published(agency_, s.first_attestation, s.attestation_count);
    next_known_ = sequence + 1;
  }
  Record(std::move(operation));
}

void Registrar::ChangeStatus(const KnownAttestations::Target& target) {
  const uint64_t sequence = NextSequence();
  if (sequence == 0) return;
  const ledger::Status status = NewStatus(target.status, random_);
  ledger::StatusTransaction transaction;
  transaction.network = shared_->network->trust().network();
  transaction.issuer = agency_;
  transaction.key_id = key_.id;
  transaction.sequence = sequence;
  transaction.changes = {{target.number, status, std::nullopt}};
  const Bytes signed_bytes = ledger::SignStatusTransaction(transaction, key_.key);
  Json operation = {{"process", process_},
                    {"op", "status"},
                    {"issuer", agency_},
                    {"key_id", key_.id},
                    {"sequence", sequence},
                    {"attestation", target.number},
                    {"status", ledger::StatusName(status)},
                    {"digest", ToHex(Sha256(signed_bytes))},
                    {"invoke", NowNs()}};
  const Answer answer =
      Submit(sequence, [&](api::Client& client) { return client.SubmitStatus(signed_bytes); });
  Describe(answer, signed_bytes, operation);
  if (answer.outcome == "ok") {
    shared_->known->Changed(target.number, status);
    next_known_ = sequence + 1;
  }
  Record(std::move(operation));
}

}  // namespace symbolon::history
