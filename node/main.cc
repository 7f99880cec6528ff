// symbolond: one node. Writes structured logs to standard error and nothing else.
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/status_macros.h"
#include "node/config.h"
#include "node/log.h"
#include "node/node.h"
#include "node/repairer.h"

namespace symbolon::node {
namespace {

// docs/operating.md, "Exit codes".
constexpr int kStopped = 0;
constexpr int kFatal = 1;
constexpr int kBadConfiguration = 2;

constexpr const char* kUsage =
    "usage: symbolond --config FILE [--create]\n"
    "  --config FILE  the node's configuration (docs/operating.md)\n"
    "  --create       create the data folder of a node that has never run\n";

struct Arguments {
  std::string config;
  bool create = false;
  bool help = false;
  std::string wrong;
};

Arguments Parse(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--config" && i + 1 < argc) {
      out.config = argv[++i];
    } else if (argument.starts_with("--config=")) {
      out.config = argument.substr(9);
    } else if (argument == "--create") {
      out.create = true;
    } else if (argument == "--help") {
      out.help = true;
    } else {
      out.wrong = "unknown argument";
    }
  }
  if (!out.help && out.wrong.empty() && out.config.empty()) out.wrong = "--config FILE is missing";
  return out;
}

sigset_t SetOf(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal_number : signals) sigaddset(&set, signal_number);
  return set;
}

int Await(std::initializer_list<int> signals) {
  const sigset_t set = SetOf(signals);
  int signal_number = 0;
  sigwait(&set, &signal_number);
  return signal_number;
}

// A disk on which entries are lost again as soon as they were put back is left to whoever minds the service.
constexpr int kRepairs = 3;

// Starts the node, after what its log has lost is had from others. Null when it was asked to stop meanwhile.
absl::StatusOr<std::unique_ptr<Node>> StartWhole(const NodeOptions& options) {
  for (int repairs = 0;; ++repairs) {
    auto node = Node::Start(options);
    if (!IsRepairNeeded(node.status()) || repairs == kRepairs) return node;
    const Repairer::Callbacks callbacks{.done = [] { kill(getpid(), SIGUSR1); },
                                        .failed =
                                            [&options](const absl::Status& why) {
                                              options.log->Error("fatal", {{"reason", why.message()}});
                                              _exit(kFatal);
                                            }};
    ASSIGN_OR_RETURN(const auto repairer, Repairer::Start(options, callbacks));
    if (Await({SIGTERM, SIGINT, SIGUSR1}) != SIGUSR1) return nullptr;
  }
}

int Run(const Arguments& arguments) {
  // Threads inherit the mask: the signals come to Await and nowhere else.
  const sigset_t signals = SetOf({SIGTERM, SIGINT, SIGUSR1});
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  Logger start_log("", LogLevel::kInfo);
  if (sodium_init() < 0) {
    start_log.Error("start_failed", {{"reason", "libsodium does not work on this machine"}});
    return kFatal;
  }
  auto config = LoadConfig(arguments.config);
  if (!config.ok()) {
    start_log.Error("bad_configuration", {{"reason", config.status().message()}});
    return kBadConfiguration;
  }
  auto log =
      std::make_shared<Logger>(std::to_string(config->node_number), LogLevelFromName(config->log_level));
  // Without destructors: nothing may be promised or written after a failed write.
  const auto end = [](const absl::Status&) { _exit(kFatal); };
  const NodeOptions options{
      .config = *std::move(config), .create_store = arguments.create, .log = log, .on_fatal = end};
  auto node = StartWhole(options);
  if (!node.ok()) {
    log->Error("start_failed", {{"reason", node.status().message()}});
    return absl::IsInvalidArgument(node.status()) ? kBadConfiguration : kFatal;
  }
  if (*node == nullptr) return kStopped;
  Await({SIGTERM, SIGINT});
  return (*node)->Stop().ok() ? kStopped : kFatal;
}

}  // namespace
}  // namespace symbolon::node

int main(int argc, char** argv) {
  const auto arguments = symbolon::node::Parse(argc, argv);
  if (arguments.help || !arguments.wrong.empty()) {
    std::fputs(arguments.wrong.empty() ? "" : ("symbolond: " + arguments.wrong + "\n").c_str(), stderr);
    std::fputs(symbolon::node::kUsage, stderr);
    return arguments.help ? 0 : 2;
  }
  return symbolon::node::Run(arguments);
}
