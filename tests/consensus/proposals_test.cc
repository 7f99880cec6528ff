#include "consensus/proposals.h"

#include "tests/consensus/test_node.h"

namespace symbolon::consensus {
namespace {

std::string Text(const std::vector<ProposalOutcome>& outcomes) {
  std::ostringstream out;
  for (const ProposalOutcome& o : outcomes) out << o.position << ' ' << o.outcome << "; ";
  return out.str();
}

std::optional<Term> TermsOf(const std::vector<uint64_t>& terms, Index index) {
  return index.value() <= terms.size() ? std::optional(T(terms[index.value() - 1])) : std::nullopt;
}

TEST(PendingProposals, RB30_CommittedOnlyIfTheEntryStillHasTheTerm) {
  PendingProposals pending;
  pending.Add(At(2, 1), 100);
  pending.Add(At(3, 1), 100);
  const std::vector<uint64_t> log = {1, 1, 2};
  auto term_at = [&](Index i) { return TermsOf(log, i); };
  EXPECT_EQ(Text(pending.Resolve(At(1, 1), term_at)), "");
  EXPECT_EQ(Text(pending.Resolve(At(3, 2), term_at)), "(2, term 1) committed; (3, term 1) dropped; ");
  EXPECT_EQ(pending.size(), 0u);
}

TEST(PendingProposals, ALaterTermCommittedBelowProvesThatTheyAreDropped) {
  PendingProposals pending;
  pending.Add(At(7, 1), 100);
  pending.Add(At(5, 3), 100);
  const std::vector<uint64_t> log = {1, 1, 1, 3, 3};
  auto term_at = [&](Index i) { return TermsOf(log, i); };
  EXPECT_EQ(Text(pending.Resolve(At(4, 3), term_at)), "(7, term 1) dropped; ");
  EXPECT_EQ(Text(pending.Resolve(At(5, 3), term_at)), "(5, term 3) committed; ");
}

TEST(PendingProposals, ExpireAsUnknown) {
  PendingProposals pending;
  pending.Add(At(2, 1), 10);
  pending.Add(At(3, 1), 20);
  EXPECT_EQ(Text(pending.Expire(9)), "");
  EXPECT_EQ(Text(pending.Expire(10)), "(2, term 1) unknown; ");
  pending.ShortenDeadlines(15);
  EXPECT_EQ(Text(pending.Expire(15)), "(3, term 1) unknown; ");
}

}  // namespace
}  // namespace symbolon::consensus
