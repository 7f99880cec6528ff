#include "tests/simulation/linearizability.h"

#include <algorithm>
#include <set>
#include <utility>

namespace symbolon::simulation {
namespace {

class Search {
 public:
  explicit Search(const std::vector<RegisterOperation>& operations) : operations_(operations) {
    for (size_t i = 0; i < operations.size(); ++i) {
      if (operations[i].returned != kForever) must_ |= uint64_t{1} << i;
    }
  }

  // Whether the rest can be put in order after those `done`, which left the register at `value`.
  bool From(uint64_t done, int value) {
    if ((done & must_) == must_) return true;
    if (!seen_.emplace(done, value).second) return false;
    // Next can only be what began before anything else that is left has returned.
    Time first_return = kForever;
    for (size_t i = 0; i < operations_.size(); ++i) {
      if ((done >> i & 1) == 0) first_return = std::min(first_return, operations_[i].returned);
    }
    for (size_t i = 0; i < operations_.size(); ++i) {
      const RegisterOperation& next = operations_[i];
      if ((done >> i & 1) != 0 || next.invoked > first_return) continue;
      if (!next.write && next.value != value) continue;
      if (From(done | uint64_t{1} << i, next.write ? next.value : value)) return true;
    }
    return false;
  }

 private:
  const std::vector<RegisterOperation>& operations_;
  uint64_t must_ = 0;
  std::set<std::pair<uint64_t, int>> seen_;
};

}  // namespace

bool IsLinearizable(const std::vector<RegisterOperation>& operations) {
  return Search(operations).From(0, 0);
}

}  // namespace symbolon::simulation
