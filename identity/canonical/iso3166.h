#pragma once
// Country codes of ISO 3166, compiled in. Codes are upper case. Pure.

#include <optional>
#include <string_view>

namespace symbolon::identity {

// ISO 3166-1 alpha-2 to alpha-3.
std::optional<std::string_view> Alpha3Of(std::string_view alpha2);
// ISO 3166-1 alpha-3, current.
bool IsAlpha3(std::string_view code);
// ISO 3166-3: alpha-3 of a country that no longer has it (SUN, YUG, CSK).
bool IsFormerAlpha3(std::string_view code);

}  // namespace symbolon::identity
