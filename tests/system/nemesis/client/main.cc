// symbolon-history-client: puts load on a network and writes down every operation, for a checker of histories
// (docs/history-format.md). Also looks at the nodes from outside for whoever does them harm meanwhile.
#include <signal.h>
#include <sodium.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <thread>
#include <vector>

#include "base/status_macros.h"
#include "tests/system/nemesis/client/reader.h"
#include "tests/system/nemesis/client/registrar.h"
#include "tests/system/nemesis/client/watch.h"

namespace symbolon::history {
namespace {

constexpr int64_t kFinalReadGiveUpMs = 60000;

void CatchSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stopping = true; };
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

absl::Status RunLoad(const Options& options, const Network& network) {
  ASSIGN_OR_RETURN(const auto history, HistoryFile::Open(options.history));
  KnownAttestations known;
  Shared shared{.options = &options, .network = &network, .history = history.get(), .known = &known};
  Random random(options.seed);
  std::vector<std::thread> threads;
  for (int i = 0; i < options.registrars; ++i) {
    for (const std::string& agency : network.agencies()) {
      ASSIGN_OR_RETURN(Network::IssuerKey key, network.LoadKey(agency));
      threads.emplace_back([&shared, agency, seed = random(), key = std::move(key)]() mutable {
        Registrar(&shared, agency, std::move(key), seed).Run();
      });
    }
  }
  for (int i = 0; i < options.readers; ++i) {
    const std::string& agency = network.agencies()[static_cast<size_t>(i) % network.agencies().size()];
    threads.emplace_back([&shared, agency, seed = random()] { Reader(&shared, agency, seed).Run(); });
  }
  for (std::thread& thread : threads) thread.join();
  return absl::OkStatus();
}

absl::Status ReadAll(const Options& options, const Network& network) {
  ASSIGN_OR_RETURN(const auto history, HistoryFile::Open(options.history));
  KnownAttestations known;
  Shared shared{.options = &options, .network = &network, .history = history.get(), .known = &known};
  shared.next_process = int64_t{1} << 40;  // after all of the load's
  return Reader(&shared, network.agencies().front(), options.seed).ReadEverything(kFinalReadGiveUpMs);
}

int Main(int argc, char** argv) {
  CLI::App app("Puts load on a network and writes down its history");
  app.require_subcommand(1);
  Options options;
  absl::Status status;
  const auto add = [&](const char* name, const char* help, auto work) {
    CLI::App* command = app.add_subcommand(name, help);
    command->add_option("--network", options.network, "Folder of the network")->required();
    command->callback([&, work] {
      auto network = Network::Open(options.network);
      status = network.ok() ? work(*network) : network.status();
    });
    return command;
  };

  CLI::App* run = add("run", "Publish, change statuses and read, until SIGTERM",
                      [&](const Network& network) { return RunLoad(options, network); });
  run->add_option("--history", options.history, "File to append the operations to")->required();
  run->add_option("--seed", options.seed, "Of all choices");
  run->add_option("--registrars", options.registrars, "Of each agency; they share its key");
  run->add_option("--readers", options.readers, "In all");
  run->add_option("--writes-per-second", options.writes_per_second, "Of each registrar, at most");
  run->add_option("--reads-per-second", options.reads_per_second, "Of each reader, at most");
  run->add_option("--status-percent", options.status_percent, "Of the writes that change a status");
  run->add_option("--call-timeout-ms", options.call_timeout_ms, "Of one call");
  run->add_option("--give-up-ms", options.give_up_ms, "After it the outcome of an operation is unknown");

  CLI::App* read = add("read-all", "Read every attestation linearizably at every node",
                       [&](const Network& network) { return ReadAll(options, network); });
  read->add_option("--history", options.history, "File to append the operations to")->required();

  int64_t interval_ms = 200;
  add("watch", "Print the nodes' states, until SIGTERM", [&](const Network& network) {
    return WatchNodes(network, interval_ms);
  })->add_option("--interval-ms", interval_ms, "Between two questions to a node");

  std::string agency;
  std::string file;
  CLI::App* ledger = add("ledger", "Write down the ledger of one node",
                         [&](const Network& network) { return DumpLedger(network, agency, file); });
  ledger->add_option("--agency", agency, "Whose node")->required();
  ledger->add_option("--out", file, "File to append the entries to")->required();

  CatchSignals();
  CLI11_PARSE(app, argc, argv);
  if (status.ok()) return 0;
  std::fprintf(stderr, "symbolon-history-client: %s\n", ErrorText(status).c_str());
  return 1;
}

}  // namespace
}  // namespace symbolon::history

int main(int argc, char** argv) {
  if (sodium_init() < 0) return 1;
  return symbolon::history::Main(argc, argv);
}
