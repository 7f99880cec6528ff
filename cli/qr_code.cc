#include "cli/qr_code.h"

#include <fmt/format.h>
#include <qrencode.h>

#include <memory>

#include "storage/atomic_file.h"

namespace symbolon::cli {
namespace {

constexpr int kQuietZone = 4;  // modules around the code, as ISO/IEC 18004 asks

}  // namespace

absl::Status WriteQrCode(const std::string& file, const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeData(static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0,
                        QR_ECLEVEL_L),
      &QRcode_free);
  if (!code) {
    return absl::ResourceExhaustedError(
        fmt::format("{} bytes do not fit a QR code: disclose fewer attributes, leave out the status proof, or hand "
                    "over the presentation as a file",
                    text.size()));
  }
  std::string path;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1) != 0) path += fmt::format("M{} {}h1v1h-1z", x + kQuietZone, y + kQuietZone);
    }
  }
  const int side = code->width + 2 * kQuietZone;
  return storage::WriteFileAtomically(
      file,
      fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" shape-rendering=\"crispEdges\">"
                  "<path fill=\"#fff\" d=\"M0 0h{0}v{0}H0z\"/><path d=\"{1}\"/></svg>\n",
                  side, path),
      0600);
}

}  // namespace symbolon::cli
