#include "node/log_tail.h"

namespace symbolon::node {

LogTail::Item LogTail::Describe(const consensus::Entry& entry) const {
  Item item;
  item.index = entry.index.value();
  item.term = entry.term.value();
  item.time_ms = last_time_ms();
  item.next_attestation_number =
      next_attestation_number() + ledger::AttestationsConsumedBy(entry.data->header);
  const auto header = ledger::DecodeEntryHeader(entry.data->header);
  if (!header.ok()) return item;  // of a faulty leader; it will be rejected
  item.time_ms = std::max(item.time_ms, header->time_ms);
  item.seal = header->kind == ledger::Kind::kSeal;
  item.membership = header->kind == ledger::Kind::kGovernance || header->kind == ledger::Kind::kConfiguration;
  if (header->kind == ledger::Kind::kNoOp || item.seal) return item;
  const ledger::DecodedPayload payload = ledger::DecodePayload(header->kind, header->payload, {});
  if (payload.configuration() != nullptr) item.configuration = *payload.configuration();
  if (const auto place = ledger::SequencePlaceOf(payload)) {
    item.key.emplace(place->issuer, place->key_id);
    item.sequence = place->sequence;
    item.signed_digest = place->signed_digest;
  }
  return item;
}

void LogTail::Append(const consensus::Entry& entry) {
  const uint64_t index = entry.index.value();
  if (index <= base_.index) return;  // applied: it cannot be another
  if (index <= last_index()) {
    const Item& here = items_[index - items_.front().index];
    if (here.term == entry.term.value()) return;  // the same entry, by log matching
    while (!items_.empty() && items_.back().index >= index) PopBack();
  }
  Item item = Describe(entry);
  if (item.key) {
    sequences_[*item.key].push_back(item.sequence);
    by_digest_.emplace(item.signed_digest, entry.position());
  }
  if (item.seal) ++seals_;
  if (item.membership) ++membership_entries_;
  items_.push_back(std::move(item));
}

void LogTail::Forget(const Item& item) {
  if (item.seal) --seals_;
  if (item.membership) --membership_entries_;
  if (!item.key) return;
  const auto found = by_digest_.find(item.signed_digest);
  if (found != by_digest_.end() && found->second.index.value() == item.index) by_digest_.erase(found);
}

void LogTail::PopBack() {
  const Item& item = items_.back();
  Forget(item);
  if (item.key) {
    const auto found = sequences_.find(*item.key);
    found->second.pop_back();
    if (found->second.empty()) sequences_.erase(found);
  }
  items_.pop_back();
}

void LogTail::DropThrough(uint64_t index) {
  while (!items_.empty() && items_.front().index <= index) {
    const Item& item = items_.front();
    base_ = {item.index, item.time_ms, item.next_attestation_number};
    Forget(item);
    if (item.key) {
      const auto found = sequences_.find(*item.key);
      found->second.pop_front();
      if (found->second.empty()) sequences_.erase(found);
    }
    items_.pop_front();
  }
}

const ledger::Configuration* LogTail::NewestConfiguration() const {
  if (membership_entries_ == 0) return nullptr;
  for (auto item = items_.rbegin(); item != items_.rend(); ++item) {
    if (item->configuration) return &*item->configuration;
  }
  return nullptr;
}

std::optional<consensus::LogPosition> LogTail::Find(const Digest& signed_digest) const {
  const auto found = by_digest_.find(signed_digest);
  if (found == by_digest_.end()) return std::nullopt;
  return found->second;
}

std::optional<uint64_t> LogTail::LastSequence(const std::string& issuer, uint32_t key_id) const {
  const auto found = sequences_.find(Key(issuer, key_id));
  if (found == sequences_.end()) return std::nullopt;
  return found->second.back();
}

}  // namespace symbolon::node
