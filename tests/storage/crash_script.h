#pragma once
// A long run of a node that can be stopped anywhere and checked: which entry stands at an index is a function
// of the index alone, and between them come entries of lost leaders that the next ones cut.

#include <functional>
#include <string>
#include <vector>

#include "tests/storage/test_ledger.h"

namespace symbolon::storage {

// What the run was told is durable.
struct Acknowledged {
  uint64_t persisted = 0;
  uint64_t applied = 0;  // and signed
};

class CrashScript {
 public:
  // The entry at `index`, in the term in which it is written now.
  consensus::Entry At(uint64_t index, uint64_t term);
  const TestLedger& ledger() const { return ledger_; }

  // Goes on from where the store is, until `proceed` says no or a step fails (its status is returned).
  // `acknowledge` is called after each step that reported success.
  absl::Status Run(TestNode& node, uint64_t seed, const std::function<bool()>& proceed,
                   const std::function<void(const Acknowledged&)>& acknowledge);

  // Empty, or what is wrong with a node that was opened again: everything acknowledged is there, the log has
  // no hole, and the applied state is what a replay gives.
  std::string Check(TestNode& node, const Acknowledged& acknowledged);

 private:
  TestLedger ledger_;
  std::vector<consensus::Entry> entries_;  // of the script, as far as they were needed
};

}  // namespace symbolon::storage
