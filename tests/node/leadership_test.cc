// Who leads, and what a node says before anybody does.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>

#include "storage/atomic_file.h"
#include "tests/node/test_network.h"

namespace symbolon::test {
namespace {

// Remembers what the health service was told last.
class WatchedServer final : public api::Server {
 public:
  WatchedServer(std::unique_ptr<api::Server> server, std::atomic<int>* serving)
      : server_(std::move(server)), serving_(serving) {}
  int port() const override { return server_->port(); }
  api::InFlight in_flight() const override { return server_->in_flight(); }
  void SetServing(bool serving) override {
    *serving_ = serving;
    server_->SetServing(serving);
  }
  void Shutdown(int grace_ms) override { server_->Shutdown(grace_ms); }

 private:
  const std::unique_ptr<api::Server> server_;
  std::atomic<int>* const serving_;
};

TEST(Leadership, HealthIsServingOnceALeaderIsKnown) {
  TestNetwork net({.nodes = 3});
  std::atomic<int> serving{-1};
  node::NodeOptions options = net.OptionsFor(0);
  options.make_server = [&serving, make = options.make_server](const api::ServerOptions& server,
                                                               api::Backend* backend) {
    auto made = make(server, backend);
    return made.ok() ? absl::StatusOr<std::unique_ptr<api::Server>>(
                           std::make_unique<WatchedServer>(*std::move(made), &serving))
                     : std::move(made);
  };
  const auto alone = node::Node::Start(std::move(options));
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(serving, 0);
  ASSERT_TRUE(net.StartNode(1).ok());
  EXPECT_TRUE(Eventually([&] { return serving == 1; })) << net.LogLines();
}

// Election priority, by each node's own configuration.
TEST(Leadership, WhoWaitsLongerLeavesTheOfficeToTheOthers) {
  TestNetwork net({.nodes = 3});
  for (int i = 0; i < 2; ++i) {
    std::ifstream file(net.ConfigFile(i));
    std::string text{std::istreambuf_iterator<char>(file), {}};
    text.replace(text.find("[consensus]\n"), 12, "[consensus]\nelection_delay_ticks = 400\n");
    ASSERT_TRUE(storage::WriteFileAtomically(net.ConfigFile(i), text).ok());
  }
  ASSERT_TRUE(net.StartAll().ok());
  EXPECT_EQ(net.AwaitLeader(), 2);
}

}  // namespace
}  // namespace symbolon::test
