#include "tests/simulation/shrink.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "tests/simulation/simulation.h"

namespace symbolon::simulation {
namespace {

// What is said, without the numbers in it.
std::string Kind(std::string violation) {
  std::erase_if(violation, [](unsigned char c) { return std::isdigit(c) != 0; });
  return violation.substr(0, 40);
}

class Shrinker {
 public:
  Shrinker(const Plan& plan, const std::string& violation,
           const std::function<void(const std::string&)>& tell)
      : plan_(plan), kind_(Kind(violation)), tell_(tell) {}

  Edits Run() {
    best_.faults.emplace();
    best_.operations.emplace();
    for (const Fault& fault : plan_.faults) best_.faults->insert(fault.number);
    for (const Operation& operation : plan_.operations) best_.operations->insert(operation.number);
    for (size_t before = SIZE_MAX; Weight() < before;) {
      before = Weight();
      Thin(&Edits::faults);
      Thin(&Edits::operations);
      Quieten();
    }
    return best_;
  }

 private:
  size_t Weight() const {
    return best_.faults->size() + best_.operations->size() + 64 - best_.settings.size();
  }

  bool StillFails(const Edits& edits) {
    Plan plan = plan_;
    if (!plan.Apply(edits).ok()) return false;
    ++runs_;
    const Result result = Simulation::Run(plan);
    return Kind(result.violation) == kind_;
  }

  bool Try(const Edits& edits) {
    if (!StillFails(edits)) return false;
    best_ = edits;
    tell_(fmt::format("{} faults, {} operations after {} runs", best_.faults->size(),
                      best_.operations->size(), runs_));
    return true;
  }

  // Leaves out runs of a half, a quarter, an eighth... of what is left (Zeller and Hildebrandt 2002).
  void Thin(std::optional<std::set<size_t>> Edits::*which) {
    for (size_t chunk = (best_.*which)->size(); chunk > 0; chunk /= 2) {
      for (size_t from = 0; from < (best_.*which)->size();) {
        Edits edits = best_;
        std::set<size_t>& kept = *(edits.*which);
        auto first = std::next(kept.begin(), static_cast<ptrdiff_t>(from));
        auto last = std::next(first, static_cast<ptrdiff_t>(std::min(chunk, kept.size() - from)));
        kept.erase(first, last);
        if (!Try(edits)) from += chunk;
      }
    }
  }

  void Quieten() {
    Set({{"drop", "0"}});
    Set({{"duplicate", "0"}});
    Set({{"call_loss", "0"}});
    Set({{"send_twice", "0"}});
    Set({{"in_order", "true"}});
    Set({{"min_delay_us", "100"}, {"max_delay_us", "200"}});
    Set({{"max_turn_us", "50"}});
    Set({{"min_sync_us", "200"}, {"max_sync_us", "300"}});
    Set({{"max_apply_us", "100"}});
    Set({{"max_batch", "1"}});
    Set({{"window", "1"}});
    Set({{"learners", "0"}});
    Set({{"voters", "3"}});
    Set({{"safety_us", fmt::format("{}", LastMoment())}});
  }

  // A little after the last thing that is left.
  Time LastMoment() const {
    Time last = 0;
    for (const Fault& fault : plan_.faults) {
      if (best_.faults->contains(fault.number)) last = std::max(last, fault.at + fault.duration);
    }
    for (const Operation& operation : plan_.operations) {
      if (best_.operations->contains(operation.number)) last = std::max(last, operation.at);
    }
    return std::min(plan_.safety, last + 2 * kSecond);
  }

  void Set(const std::map<std::string, std::string>& settings) {
    Edits edits = best_;
    for (const auto& [name, value] : settings) edits.settings[name] = value;
    Plan before = plan_, after = plan_;
    if (!before.Apply(best_).ok() || !after.Apply(edits).ok()) return;
    if (before.Settings() != after.Settings()) Try(edits);
  }

  const Plan& plan_;
  const std::string kind_;
  const std::function<void(const std::string&)>& tell_;
  Edits best_;
  size_t runs_ = 0;
};

}  // namespace

Edits Shrink(const Plan& plan, const std::string& violation,
             const std::function<void(const std::string&)>& tell) {
  return Shrinker(plan, violation, tell).Run();
}

}  // namespace symbolon::simulation
