// Processes killed and power lost at random points: everything that was reported durable is there afterwards.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>

#include "storage/file_descriptor.h"
#include "tests/storage/crash_script.h"
#include "tests/storage/fault_injector.h"
#include "tests/storage/test_store.h"

namespace symbolon::storage {
namespace {

constexpr const char* kFolderVariable = "SYMBOLON_CRASH_TEST_FOLDER";
constexpr const char* kSeedVariable = "SYMBOLON_CRASH_TEST_SEED";
constexpr int kAcknowledgementFd = 3;

Options CrashOptions(const std::string& folder) {
  Options options;
  options.dir = folder + "/store";
  options.create_if_missing = true;
  options.verify = Verification::kFull;
  options.block_cache_bytes = size_t{2} << 20;
  options.write_buffer_bytes = size_t{1} << 20;  // small, so that flushes happen too
  options.reserve_bytes = 0;
  return options;
}

// Not a test of its own: the process that KilledAtAnyMoment starts and kills. It tells what was acknowledged.
TEST(CrashTestChild, RunsUntilKilled) {
  const char* folder = std::getenv(kFolderVariable);
  if (folder == nullptr) return;
  CrashScript script;
  auto node = TestNode::Open(CrashOptions(folder), script.ledger());
  ASSERT_OK(node.status());
  ASSERT_OK(script.Run(
      *node, std::strtoull(std::getenv(kSeedVariable), nullptr, 10), [] { return true; },
      [](const Acknowledged& acknowledged) {
        if (::write(kAcknowledgementFd, &acknowledged, sizeof acknowledged) != sizeof acknowledged)
          ::_exit(1);
      }));
}

// Kills the child after some acknowledgements; returns the last one that it gave. `before_kill` runs beside
// the child.
Acknowledged RunAndKill(
    const std::string& folder, uint64_t seed, uint64_t acknowledgements,
    const std::function<void()>& before_kill = [] {}) {
  ::setenv(kFolderVariable, folder.c_str(), 1);
  ::setenv(kSeedVariable, std::to_string(seed).c_str(), 1);
  int ends[2];
  EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  FileDescriptor read_end(ends[0]), write_end(ends[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), kAcknowledgementFd);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  char program[] = "/proc/self/exe", filter[] = "--gtest_filter=CrashTestChild.*";
  char* arguments[] = {program, filter, nullptr};
  pid_t child = 0;
  EXPECT_EQ(::posix_spawn(&child, program, &actions, nullptr, arguments, environ), 0);
  ::posix_spawn_file_actions_destroy(&actions);
  ::unsetenv(kFolderVariable);
  write_end = FileDescriptor();

  Acknowledged last, next;
  for (uint64_t n = 0; ::read(read_end.get(), &next, sizeof next) == sizeof next; ++n) {
    last = next;
    if (n != acknowledgements) continue;
    before_kill();
    ::kill(child, SIGKILL);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
  return last;
}

TEST(CrashTest, KilledAtAnyMoment) {
  std::mt19937_64 random(1);
  CrashScript script;
  for (int store = 0; store < 5; ++store) {
    TemporaryFolder folder;
    Acknowledged acknowledged;
    for (int round = 0; round < 10; ++round) {
      SCOPED_TRACE(testing::Message() << "store " << store << " round " << round);
      acknowledged = RunAndKill(folder.path(), random(), random() % 30);
      if (random() % 3 == 0) continue;  // the next child finds what this one left
      auto node = TestNode::Open(CrashOptions(folder.path()), script.ledger());
      ASSERT_OK(node.status());
      ASSERT_EQ(script.Check(*node, acknowledged), "");
    }
  }
}

TEST(CrashTest, ASecondProcessIsKeptOutUntilTheFirstIsGone) {
  TemporaryFolder folder;
  CrashScript script;
  RunAndKill(folder.path(), 7, 0, [&] {
    const absl::Status second = Store::Open(CrashOptions(folder.path()), script.ledger().identity()).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(second)) << second;
    EXPECT_NE(second.message().find("in use by another process"), absl::string_view::npos) << second;
  });
  EXPECT_OK(Store::Open(CrashOptions(folder.path()), script.ledger().identity()).status());
}

// What RocksDB writes and does not sync is cut, or half of it is left as junk.
TEST(CrashTest, PowerLostAtAnyMoment) {
  std::mt19937_64 random(2);
  CrashScript script;
  int cut_and_went_on = 0;
  for (int store = 0; store < 5; ++store) {
    TemporaryFolder folder;
    const auto faults = FaultInjector::Create();
    Options options = CrashOptions(folder.path());
    options.env = faults->env();
    options.warn = [&](const std::string& line) {
      cut_and_went_on += line.find("the rest is cut") != std::string::npos;
    };
    ASSERT_OK(Store::Open(options, script.ledger().identity()).status());
    for (int round = 0; round < 6; ++round) {
      SCOPED_TRACE(testing::Message() << "store " << store << " round " << round);
      Acknowledged acknowledged;
      {
        auto node = TestNode::Open(options, script.ledger());
        ASSERT_OK(node.status());
        ASSERT_EQ(script.Check(*node, acknowledged), "");
        acknowledged = {node->ledger->applied_index(), node->ledger->last_signed().size};
        faults->FailFrom(1 + random() % 200, false);
        const absl::Status end = script.Run(
            *node, random(), [] { return true; }, [&](const Acknowledged& a) { acknowledged = a; });
        EXPECT_FALSE(end.ok());
      }
      faults->LosePower(random());
      faults->Heal();
      auto node = TestNode::Open(options, script.ledger());
      ASSERT_OK(node.status());
      ASSERT_EQ(script.Check(*node, acknowledged), "");
    }
  }
  EXPECT_GT(cut_and_went_on, 0);
}

// RB-48, LV-14: whichever write fails, it is reported, nothing is written after it, and nothing acknowledged
// is lost.
TEST(CrashTest, EveryFailedWriteIsReportedAndFinal) {
  CrashScript script;
  TemporaryFolder folder;
  const std::string fresh = folder.path() + "/fresh";
  ASSERT_OK(Store::Open(CrashOptions(fresh), script.ledger().identity()).status());
  uint64_t fails = 0;
  for (uint64_t operation = 1; operation <= 40; ++operation) {
    SCOPED_TRACE(testing::Message() << "operation " << operation);
    const std::string copy = folder.path() + "/copy";
    std::filesystem::remove_all(copy);
    std::filesystem::copy(fresh, copy, std::filesystem::copy_options::recursive);
    const auto faults = FaultInjector::Create();
    Options options = CrashOptions(copy);
    options.env = faults->env();
    Acknowledged acknowledged;
    {
      auto node = TestNode::Open(options, script.ledger());
      ASSERT_OK(node.status());
      faults->FailFrom(operation, /*disk_full=*/operation % 3 == 0);
      int steps = 0;
      const absl::Status end = script.Run(
          *node, operation, [&] { return ++steps < 20; }, [&](const Acknowledged& a) { acknowledged = a; });
      ASSERT_EQ(end.ok(), !faults->failed()) << end;
      if (!end.ok()) {
        ++fails;
        faults->Heal();  // space came back: too late for this process
        const absl::Status after = node->Persist({script.At(1, 1000)});
        EXPECT_TRUE(absl::IsFailedPrecondition(after)) << after;
        EXPECT_EQ(after, node->ledger->RecordSigned({}));
        EXPECT_EQ(after, node->store->failure());
      }
    }
    faults->Heal();
    auto node = TestNode::Open(options, script.ledger());
    ASSERT_OK(node.status());
    ASSERT_EQ(script.Check(*node, acknowledged), "");
  }
  EXPECT_GT(fails, 20u);
}

// The durable mark is written beside RocksDB, and its failure is as final.
TEST(CrashTest, AMarkThatCannotBeWrittenStopsTheStore) {
  TemporaryFolder folder;
  CrashScript script;
  {
    auto node = TestNode::Open(CrashOptions(folder.path()), script.ledger());
    ASSERT_OK(node.status());
    ASSERT_OK(node->Persist({script.At(1, 1)}));
    // Whatever descriptor leads to the mark now leads to a device that is always full.
    const std::string mark = std::filesystem::canonical(folder.path() + "/store/MARK");
    const FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    int replaced = 0;
    for (int fd = 3; fd < 1000; ++fd) {
      std::error_code error;
      if (std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), error) != mark) continue;
      EXPECT_NE(::fcntl(fd, F_GETFL) & O_DSYNC, 0) << "what is written would only be on its way to the disk";
      ASSERT_EQ(::dup2(full.get(), fd), fd);
      ++replaced;
    }
    ASSERT_EQ(replaced, 1);
    const absl::Status status = node->Persist({script.At(2, 1)});
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_TRUE(absl::IsFailedPrecondition(node->Persist({script.At(2, 1)})));
    EXPECT_EQ(node->log->LastIndex(), consensus::Index(1));
  }
  auto node = TestNode::Open(CrashOptions(folder.path()), script.ledger());
  ASSERT_OK(node.status());
  EXPECT_EQ(script.Check(*node, {1, 0}), "");
}

}  // namespace
}  // namespace symbolon::storage
