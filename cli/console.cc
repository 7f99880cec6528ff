#include "cli/console.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace symbolon::cli {
namespace {

constexpr char kGreen[] = "\033[32m";
constexpr char kRed[] = "\033[31m";
constexpr char kPlain[] = "\033[0m";
constexpr int kBarWidth = 30;
constexpr auto kRedraw = std::chrono::milliseconds(100);

bool WantsColour(int fd) { return isatty(fd) == 1 && std::getenv("NO_COLOR") == nullptr; }

void Print(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fputc('\n', to);
  std::fflush(to);
}

}  // namespace

Console::Console(bool json)
    : json_(json), colour_out_(!json && WantsColour(STDOUT_FILENO)), colour_err_(!json && WantsColour(STDERR_FILENO)) {}

void Console::Line(const std::string& text) const {
  if (!json_) Print(stdout, text);
}

void Console::Marked(const char* mark, const char* colour, const std::string& text) const {
  if (json_) return;
  Print(stdout, colour_out_ ? fmt::format("{}{}{} {}", colour, mark, kPlain, text) : fmt::format("{} {}", mark, text));
}

void Console::Good(const std::string& text) const { Marked("✓", kGreen, text); }
void Console::Bad(const std::string& text) const { Marked("✗", kRed, text); }

void Console::Object(const Json& object) const {
  if (json_) Print(stdout, object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void Console::Error(const absl::Status& status) const {
  if (json_) {
    Object({{"ok", false},
            {"error", {{"code", absl::StatusCodeToString(status.code())}, {"message", std::string(status.message())}}}});
    return;
  }
  const std::string message(status.message());
  Print(stderr, colour_err_ ? fmt::format("{}error:{} {}", kRed, kPlain, message) : "error: " + message);
}

void Console::Note(const std::string& text) const {
  if (!json_) Print(stderr, text);
}

Progress::Progress(const Console& console, std::string label, uint64_t total)
    : shown_(!console.json() && isatty(STDERR_FILENO) == 1),
      label_(std::move(label)),
      total_(total),
      start_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  if (shown_ && drawn_ != std::chrono::steady_clock::time_point{}) std::fputs("\r\033[K", stderr);
}

void Progress::Set(uint64_t done) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < kRedraw && done != total_) return;
  drawn_ = now;
  Draw(done);
}

void Progress::Draw(uint64_t done) {
  const double seconds = std::chrono::duration<double>(drawn_ - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string line = fmt::format("\r\033[K{} ", label_);
  if (total_ > 0) {
    const int filled = static_cast<int>(kBarWidth * done / total_);
    for (int i = 0; i < kBarWidth; ++i) line += i < filled ? "█" : "░";
    line += fmt::format(" {:3}%  {} of {}", 100 * done / total_, done, total_);
    if (rate > 0 && done < total_) line += fmt::format(", {:.0f} s left", static_cast<double>(total_ - done) / rate);
  } else {
    line += fmt::format("{}", done);
  }
  line += fmt::format(" ({:.0f}/s)", rate);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace symbolon::cli
