#include "cli/network/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

extern char** environ;

namespace symbolon::cli {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(10);
constexpr int kKillGraceMs = 10000;

// Whether the process is there and not just a zombie; reaps it when it is our child.
bool Alive(pid_t pid) {
  waitpid(pid, nullptr, WNOHANG);
  if (kill(pid, 0) != 0) return false;
  std::ifstream stat(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(stat, line);
  const size_t name_end = line.rfind(')');
  return name_end != std::string::npos && name_end + 2 < line.size() && line[name_end + 2] != 'Z';
}

bool WaitGone(pid_t pid, int ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(ms);
  while (Alive(pid)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPoll);
  }
  return true;
}

}  // namespace

absl::StatusOr<Path> Sibling(const std::string& program) {
  std::error_code error;
  const Path self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return absl::InternalError("cannot find the path of this program");
  const Path found = self.parent_path() / program;
  if (access(found.c_str(), X_OK) != 0) {
    return absl::NotFoundError(fmt::format("{} is missing: build or install it beside {}", found.string(),
                                           self.filename().string()));
  }
  return found;
}

absl::StatusOr<pid_t> SpawnDetached(const std::vector<std::string>& arguments, const Path& log) {
  std::vector<char*> argv;
  for (const std::string& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0640);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A session of its own: Ctrl-C at the terminal is for the command line, not for the nodes.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);

  pid_t pid = 0;
  const int error = posix_spawn(&pid, argv[0], &files, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) return absl::InternalError(fmt::format("cannot start {}: {}", arguments[0], std::strerror(error)));
  return pid;
}

absl::StatusOr<pid_t> RunningProcess(const Path& pid_file, const std::string& argument) {
  std::ifstream in(pid_file);
  pid_t pid = 0;
  if (!(in >> pid) || pid <= 1 || !Alive(pid)) return absl::NotFoundError("not running");
  std::ifstream command(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
  std::stringstream line;
  line << command.rdbuf();
  if (line.str().find(argument) == std::string::npos) return absl::NotFoundError("not running");
  return pid;
}

absl::Status EndProcess(pid_t pid, int grace_ms) {
  if (kill(pid, SIGTERM) != 0 && errno == EPERM) {
    return absl::PermissionDeniedError(fmt::format("process {} belongs to another user", pid));
  }
  return WaitGone(pid, grace_ms) ? absl::OkStatus() : KillProcess(pid);
}

absl::Status KillProcess(pid_t pid) {
  kill(pid, SIGKILL);
  if (!WaitGone(pid, kKillGraceMs)) return absl::InternalError(fmt::format("process {} does not end", pid));
  return absl::OkStatus();
}

}  // namespace symbolon::cli
