#include "node/checkpoint_comparer.h"

#include <algorithm>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "ledger/checkpoint/signed_note.h"
#include "ledger/checkpoint/verifier_key.h"

namespace symbolon::node {

struct CheckpointComparer::Answers {
  std::mutex mutex;
  std::vector<std::pair<uint64_t, absl::StatusOr<Bytes>>> by_node;  // guarded by mutex
};

std::shared_ptr<CheckpointComparer::Answers> CheckpointComparer::MakeAnswers() {
  return std::make_shared<Answers>();
}

void CheckpointComparer::Turn(const ledger::Registry& registry, uint64_t size) {
  TakeAnswers(registry);
  Compare(registry, size);
  AskNext(registry);
}

bool CheckpointComparer::IsOutvoted(const ledger::Registry& registry) const {
  const auto voters = registry.voters();
  const auto others = std::count_if(
      voters.begin(), voters.end(),
      [this](const ledger::Registry::NodeRef& ref) { return differing_.contains(ref.node->number); });
  return static_cast<size_t>(others) > voters.size() / 2;
}

void CheckpointComparer::TakeAnswers(const ledger::Registry& registry) {
  std::vector<std::pair<uint64_t, absl::StatusOr<Bytes>>> answers;
  {
    const std::lock_guard lock(answers_->mutex);
    answers.swap(answers_->by_node);
  }
  for (auto& [number, note] : answers) {
    asked_.erase(number);
    const auto from = registry.FindNode(number);
    if (!note.ok() || !from) continue;  // it may have nothing to show yet
    auto read = Check(*from->node, *std::move(note));
    if (read.ok()) {
      waiting_.insert_or_assign(number, *std::move(read));
    } else {
      callbacks_.refused(*from->node, read.status());
    }
  }
}

absl::StatusOr<CheckpointComparer::Signed> CheckpointComparer::Check(const ledger::Node& from,
                                                                     Bytes bytes) const {
  ASSIGN_OR_RETURN(const ledger::SignedNote note, ledger::ParseNote(bytes));
  ASSIGN_OR_RETURN(ledger::Checkpoint checkpoint, ledger::ParseCheckpoint(note.text));
  if (checkpoint.origin != genesis_.origin) {
    return absl::InvalidArgumentError("its checkpoint is of the log " + checkpoint.origin);
  }
  ASSIGN_OR_RETURN(const auto key,
                   ledger::VerifierKey::Make(ledger::CosigningName(genesis_, from.name),
                                             ledger::SignatureType::kCosignature, from.cosigning_key));
  RETURN_IF_ERROR(ledger::VerifyNote(note, std::span(&key, 1)).status());
  return Signed{std::move(checkpoint), std::move(bytes)};
}

void CheckpointComparer::Compare(const ledger::Registry& registry, uint64_t size) {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    const uint64_t number = it->first;
    const ledger::Checkpoint& theirs = it->second.checkpoint;
    if (theirs.size > size) {
      ++it;
      continue;
    }
    // A tree that cannot be read says nothing; that is found and told elsewhere.
    const auto own_root = callbacks_.root_at(theirs.size);
    if (own_root.ok() && *own_root == theirs.root) {
      uint64_t& agreed = agreed_[number];
      agreed = std::max(agreed, theirs.size);
    } else if (own_root.ok() && differing_.insert(number).second) {
      const auto from = registry.FindNode(number);
      callbacks_.differs({number, from ? from->node->name : "", theirs.size, *own_root, theirs.root,
                          agreed_[number], std::move(it->second.note)});
    }
    it = waiting_.erase(it);
  }
}

void CheckpointComparer::AskNext(const ledger::Registry& registry) {
  std::set<uint64_t> others;
  for (const auto& ref : registry.members()) {
    const uint64_t number = ref.node->number;
    const bool busy = asked_.contains(number) || waiting_.contains(number) || differing_.contains(number);
    if (number != self_ && !busy) others.insert(number);
  }
  if (others.empty()) return;
  auto next = others.upper_bound(last_asked_);
  if (next == others.end()) next = others.begin();
  last_asked_ = *next;
  const bool asked =
      callbacks_.fetch(*next, [answers = answers_, number = *next](absl::StatusOr<Bytes> note) {
        const std::lock_guard lock(answers->mutex);
        answers->by_node.emplace_back(number, std::move(note));
      });
  if (asked) asked_.insert(last_asked_);
}

}  // namespace symbolon::node
