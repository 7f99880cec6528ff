#include "cli/demo/teller.h"

namespace symbolon::cli {

void Teller::Chapter(const std::string& title) { console_.Line("\n" + title); }

bool Teller::Step(const std::string& name, bool ok, const std::string& text, Json details) {
  ++steps_;
  all_ok_ = all_ok_ && ok;
  ok ? console_.Good(text) : console_.Bad(text);
  Json object = {{"step", name}, {"ok", ok}};
  object.update(details);
  console_.Object(object);
  return ok;
}

}  // namespace symbolon::cli
