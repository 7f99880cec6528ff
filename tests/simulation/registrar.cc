#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/sha256.h"
#include "ledger/receipt.h"
#include "tests/simulation/clients.h"

namespace symbolon::simulation {

using ledger::Status;

Registrar::Registrar(Office* office, uint64_t agency)
    : office_(office),
      agency_(agency),
      id_(Founders::AgencyName(agency)),
      key_(Founders::BatchKeyOf(agency)),
      chance_(office->world->Chance("registrar", agency)) {}

void Registrar::Publish(uint64_t dice) {
  waiting_.push_back({true, dice});
  Go();
}

void Registrar::ChangeStatus(uint64_t dice) {
  waiting_.push_back({false, dice});
  Go();
}

void Registrar::Go() {
  while (!waiting_.empty() && sent_.size() < office_->plan->window) {
    const Wanted wanted = waiting_.front();
    waiting_.pop_front();
    Begin(wanted);
  }
}

void Registrar::Begin(const Wanted& wanted) {
  Random dice(wanted.dice);
  Sent sent;
  bool changeable = false;
  for (const auto& [number, status] : own_) changeable |= status != Status::kRevoked;
  if (wanted.publish || !changeable) {
    sent.transaction = MakeBatch(dice, &sent.count);
  } else {
    sent.transaction = MakeStatus(dice);
  }
  const ByteView signed_part = ByteView(sent.transaction.signed_bytes);
  const uint64_t sequence = next_sequence_++;
  sent.write =
      office_->history->Begin({.agency = id_,
                               .sequence = sequence,
                               .signed_digest = Sha256(signed_part.substr(0, signed_part.size() - 64)),
                               .invoked = office_->world->now(),
                               .acknowledged = {}});
  if (office_->world->tracing()) {
    office_->world->Trace(fmt::format(
        "registrar {} begins {} as sequence {}", id_,
        sent.count != 0 ? fmt::format("a batch of {}", sent.count) : "a change of status", sequence));
  }
  sent_.emplace(sequence, std::move(sent));
  Try(sequence);
}

api::Transaction Registrar::MakeBatch(Random& dice, uint32_t* count) const {
  *count = static_cast<uint32_t>(dice.Between(1, office_->plan->max_batch));
  std::vector<Digest> commitments;
  for (uint32_t i = 0; i < *count; ++i) {
    commitments.push_back(Sha256(fmt::format("{} {} {} {}", id_, next_sequence_, i, dice.Next())));
  }
  const ledger::BatchBody body(std::move(commitments));
  ledger::BatchHeader header;
  header.network = office_->founders->network();
  header.issuer = id_;
  header.key_id = 1;
  header.sequence = next_sequence_;
  header.record_type = 1;
  header.version = 1;
  header.count = *count;
  header.commitment_root = ledger::CommitmentRoot(body);
  header.issue_time_s = 1'700'000'000;
  return {api::Transaction::Kind::kBatch, ledger::SignBatch(header, key_), ledger::EncodeBatchBody(body)};
}

api::Transaction Registrar::MakeStatus(Random& dice) {
  ledger::StatusTransaction transaction;
  transaction.network = office_->founders->network();
  transaction.issuer = id_;
  transaction.key_id = 1;
  transaction.sequence = next_sequence_;
  // One of the changeable ones, and perhaps some after it.
  std::vector<uint64_t> numbers;
  for (const auto& [number, status] : own_) {
    if (status != Status::kRevoked) numbers.push_back(number);
  }
  size_t at = dice.Below(numbers.size());
  do {
    Status& status = own_[numbers[at]];
    const bool revoke = dice.Chance(0.2);
    status = revoke ? Status::kRevoked : status == Status::kValid ? Status::kSuspended : Status::kValid;
    transaction.changes.push_back({numbers[at], status, {}});
  } while (++at < numbers.size() && dice.Chance(0.3));
  return {api::Transaction::Kind::kStatus, ledger::SignStatusTransaction(transaction, key_), {}};
}

// Who must have an answer in time asks each of the others before it asks again whom it has asked in vain: one
// may not hear the leader for ever, another not answer once.
uint64_t Registrar::PickOfThese() {
  std::vector<uint64_t> nodes;
  std::set_difference(only_.begin(), only_.end(), in_vain_.begin(), in_vain_.end(),
                      std::back_inserter(nodes));
  if (!nodes.empty()) return chance_.Pick(nodes);
  in_vain_.clear();
  nodes.assign(only_.begin(), only_.end());
  return chance_.Pick(nodes);
}

uint64_t Registrar::PickNode() {
  if (!only_.empty()) return PickOfThese();
  return chance_.Chance(0.3) ? agency_ : office_->AnyNode(chance_);
}

void Registrar::Try(uint64_t sequence) {
  Send(sequence, PickNode());
  if (chance_.Chance(office_->plan->send_twice)) {
    office_->world->Count("transactions sent to two nodes at once");
    Send(sequence, PickNode());
  }
}

void Registrar::Send(uint64_t sequence, uint64_t node) {
  Sent& sent = sent_.at(sequence);
  ++sent.under_way;
  office_->network->Call<api::Submitted>(
      Network::kOutside, node, fmt::format("submit of {}, sequence {}", id_, sequence), Office::kPatience,
      office_->submission_owed(),
      [caller = api::Caller{id_, api::Role::kRegistrar, 0}, transaction = sent.transaction](
          api::Backend& backend, const api::Abandoned&, api::Done<api::Submitted> done) {
        backend.Submit(caller, transaction, std::move(done));
      },
      [this, sequence, node](const absl::StatusOr<api::Submitted>& result) {
        OnAnswer(sequence, node, result);
      });
}

void Registrar::OnAnswer(uint64_t sequence, uint64_t node, const absl::StatusOr<api::Submitted>& result) {
  const auto found = sent_.find(sequence);
  // A gap, or a pause that is asked for, is an answer of the leader.
  if (absl::IsDeadlineExceeded(result.status()) || absl::IsUnavailable(result.status())) {
    in_vain_.insert(node);
  } else {
    in_vain_.erase(node);
  }
  if (office_->world->tracing()) {
    office_->world->Trace(fmt::format(
        "registrar {} hears from node {} about sequence {}: {}", id_, node, sequence,
        result.ok()
            ? fmt::format("receipt for entry {}{}", result->entry_index, result->existing ? ", existing" : "")
            : std::string(result.status().message())));
  }
  if (found == sent_.end()) {  // a second answer
    if (result.ok()) office_->world->Count("second receipts");
    return;
  }
  --found->second.under_way;
  if (!result.ok()) return OnRefused(sequence, node, result.status());
  OnReceipt(sequence, *result);
}

void Registrar::OnRefused(uint64_t sequence, uint64_t node, const absl::Status& status) {
  World& world = *office_->world;
  const std::string message(status.message());
  if (absl::IsOutOfRange(status)) {
    // The leader may know less than this registrar, never more.
    if (message.find("leaves a gap") == std::string::npos) {
      world.Violate(fmt::format("sequence {} of {} is refused by node {}: {}", sequence, id_, node, message));
    }
    world.Count("submissions refused: out of sequence");
  } else if (absl::IsUnavailable(status)) {
    world.Count(message.find("not in the log") != std::string::npos ? "submissions dropped"
                : message.find("unknown") != std::string::npos      ? "submissions unknown"
                                                                    : "submissions unavailable");
  } else if (absl::IsResourceExhausted(status)) {
    world.Count(message.find("disk") != std::string::npos ? "submissions refused: disk low"
                                                          : "submissions refused: busy");
  } else if (absl::IsDeadlineExceeded(status)) {
    world.Count("submissions without an answer");
  } else if (!IsExpected(*office_, Network::kOutside, status)) {
    world.Violate(
        fmt::format("node {} refuses sequence {} of {}: {}", node, sequence, id_, status.ToString()));
  }
  Sent& sent = sent_.at(sequence);
  if (sent.retry_due || sent.under_way > 0) return;
  sent.retry_due = true;
  world.After(chance_.Between(100, 800) * kMillisecond, [this, sequence] {
    const auto found = sent_.find(sequence);
    if (found == sent_.end()) return;
    found->second.retry_due = false;
    Try(sequence);
  });
}

void Registrar::OnReceipt(uint64_t sequence, const api::Submitted& submitted) {
  const auto found = sent_.find(sequence);
  const Sent sent = std::move(found->second);
  sent_.erase(found);
  office_->history->Acknowledge(sent.write, office_->world->now(), submitted.entry_index,
                                submitted.first_attestation);
  office_->world->Count(submitted.existing ? "transactions acknowledged as existing"
                                           : "transactions acknowledged");
  office_->world->Mix(submitted.entry_index);
  ++acknowledged_;
  if (submitted.entry_index > office_->checker->committed()) {
    office_->world->Violate(
        fmt::format("I-07: sequence {} of {} was acknowledged as entry {}, {} are committed", sequence, id_,
                    submitted.entry_index, office_->checker->committed()));
  }
  for (uint32_t i = 0; i < sent.count; ++i) own_.emplace(submitted.first_attestation + i, Status::kValid);
  if (sent.count != 0) office_->history->Publish(submitted.first_attestation + sent.count);
  CheckReceipt(sent, submitted);
  Go();
}

void Registrar::CheckReceipt(const Sent& sent, const api::Submitted& submitted) {
  World& world = *office_->world;
  const auto wrong = [&](const std::string& what) {
    world.Violate(fmt::format("the receipt for entry {} {}", submitted.entry_index, what));
  };
  const auto receipt = ledger::DecodeReceipt(submitted.receipt);
  if (!receipt.ok()) return wrong("cannot be read");
  const auto facts = ledger::VerifyReceipt(*receipt, office_->trust());
  if (!facts.ok()) return wrong("does not verify: " + facts.message());
  if (facts->entry.index != submitted.entry_index ||
      facts->entry.payload != ByteView(sent.transaction.signed_bytes) ||
      (sent.count != 0 && facts->entry.first_attestation_number != submitted.first_attestation)) {
    return wrong("is for something else");
  }
  const auto root = office_->checker->RootAt(facts->checkpoint.size);
  if (!root || *root != facts->checkpoint.root) return wrong("is under a root that no node has (I-09)");
  handed_.push_back({submitted.entry_index, ledger::EntryLeafHash(receipt->entry_header),
                     facts->checkpoint.size, facts->checkpoint.root});
}

}  // namespace symbolon::simulation
