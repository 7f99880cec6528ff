#pragma once
// A QR code as an SVG picture, for print and for screens.

#include <absl/status/status.h>

#include <string>

namespace symbolon::cli {

// ResourceExhausted when the text does not fit one code (2,953 bytes): disclose less, or hand over the file.
absl::Status WriteQrCode(const std::string& file, const std::string& text);

}  // namespace symbolon::cli
