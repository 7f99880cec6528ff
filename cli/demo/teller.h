#pragma once
// How the demo reports: one line (or JSON object) a step.

#include <string>

#include "cli/console.h"

namespace symbolon::cli {

class Teller {
 public:
  explicit Teller(const Console& console) : console_(console) {}

  // A heading, for people only.
  void Chapter(const std::string& title);
  // {"step": name, "ok": ok, ...details} for scripts. Returns ok.
  bool Step(const std::string& name, bool ok, const std::string& text, Json details = Json::object());

  bool all_ok() const { return all_ok_; }
  int steps() const { return steps_; }

 private:
  const Console& console_;
  bool all_ok_ = true;
  int steps_ = 0;
};

}  // namespace symbolon::cli
