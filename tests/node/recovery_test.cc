// A node whose disk was damaged comes back by itself, and never says more than it knows (CONSENSUS section
// 5).
#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "ledger/entry_header.h"
#include "node/repairer.h"
#include "storage/atomic_file.h"
#include "storage/database.h"
#include "storage/keys.h"
#include "storage/rebuild.h"
#include "tests/node/test_network.h"

namespace symbolon::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class RecoveryTest : public testing::Test {
 protected:
  RecoveryTest() : net_({.nodes = 3, .transport = Transport::kLocal}) {
    const absl::Status started = net_.StartAll();
    EXPECT_TRUE(started.ok()) << started;
  }
  // Some batches by way of the leader, applied everywhere that runs.
  void Publish(int batches) {
    const int leader = net_.AwaitLeader();
    ASSERT_GE(leader, 0) << net_.LogLines();
    for (int i = 0; i < batches; ++i) {
      const TestBatch batch = net_.MakeBatch(leader, ++sequences_[leader], 20);
      const auto submitted =
          net_.NewClient(leader, api::Role::kRegistrar, leader)->SubmitBatch(batch.signed_bytes, batch.body);
      ASSERT_TRUE(submitted.ok()) << submitted.status() << net_.LogLines();
      last_ = submitted->entry_index;
    }
    for (int i = 0; i < net_.size(); ++i) {
      if (net_.running(i)) ExpectAllAt(i);
    }
  }
  void ExpectAllAt(int i) {
    EXPECT_TRUE(Eventually([&] { return net_.backend(i).State().applied_index >= last_; }))
        << net_.LogLines();
  }
  // The same bytes as on another node.
  void ExpectSameLedger(int i, int as) {
    ExpectAllAt(i);
    EXPECT_TRUE(Eventually([&] { return net_.backend(i).AppliedIndex() >= last_; })) << net_.LogLines();
    for (uint64_t index = 1; index <= last_; ++index) {
      const auto here = net_.backend(i).ReadEntry(index);
      const auto there = net_.backend(as).ReadEntry(index);
      ASSERT_TRUE(here.ok()) << here.status();
      ASSERT_TRUE(there.ok()) << there.status();
      EXPECT_EQ(here->header, there->header) << "entry " << index;
      EXPECT_EQ(here->body, there->body) << "entry " << index;
    }
  }
  int NotTheLeader() { return (net_.AwaitLeader() + 1) % net_.size(); }
  std::string File(int i, const std::string& name) const { return net_.DataDir(i) + "/" + name; }
  // Flips a bit of these bytes in every table file that holds them, under a node that may have it open. Says
  // in how many.
  int Rot(int i, const Bytes& piece) {
    int found = 0;
    for (const auto& file : fs::directory_iterator(File(i, "db"))) {
      if (file.path().extension() != ".sst") continue;
      const auto bytes = storage::ReadWholeFile(file.path(), size_t{64} << 20);
      const size_t at = bytes.ok() ? bytes->find(piece) : Bytes::npos;  // a compaction may have deleted it
      if (at == Bytes::npos) continue;
      const size_t middle = at + piece.size() / 2;
      std::fstream out(file.path(), std::ios::in | std::ios::out | std::ios::binary);
      out.seekp(static_cast<std::streamoff>(middle));
      out.put(static_cast<char>((*bytes)[middle] ^ 0x10));
      if (out.flush().good()) ++found;
    }
    return found;
  }
  // A compaction may be copying the bytes meanwhile, so the copy rots too; or it may meet the rot first, and
  // the node ends at its next write.
  void RotUntilItIsFound(int i, const Bytes& piece) {
    EXPECT_TRUE(Eventually([&] {
      Rot(i, piece);
      const std::string lines = net_.LogLines();
      return lines.find(R"("event":"damage")") != std::string::npos ||
             lines.find(R"("event":"fatal")") != std::string::npos;
    })) << net_.LogLines();
  }
  // The body of some batch that node `i` has applied.
  Bytes SomeBody(int i) {
    uint64_t batch = 3;
    while (net_.backend(i).ReadEntry(batch)->body.empty()) ++batch;
    return net_.backend(i).ReadEntry(batch)->body;
  }
  // Rots a node that does not run, in one place.
  void Damage(int i, const Bytes& piece) { ASSERT_EQ(Rot(i, piece), 1); }

  // The entries that node `i`, which does not run, has lost, from nodes that answer so.
  using Answer = std::function<absl::StatusOr<api::LedgerEntry>(const api::Peer* self, uint64_t index)>;
  absl::Status Repair(int i, const Answer& answer) {
    node::NodeOptions options = net_.OptionsFor(i);
    options.make_peer = [answer](const api::PeerOptions&) { return std::make_unique<Source>(answer); };
    return TestNetwork::Repair(options);
  }

  class Source final : public api::Peer {
   public:
    explicit Source(Answer answer) : answer_(std::move(answer)) {}
    void Send(const consensus::Message&) override {}
    bool Reachable() const override { return true; }
    absl::Status LinkStatus() const override { return absl::OkStatus(); }
    void Forward(const api::Transaction&, api::Done<api::Forwarded>) override {}
    void FetchEntries(const std::vector<uint64_t>& indexes,
                      api::Done<std::vector<api::LedgerEntry>> done) override {
      std::vector<api::LedgerEntry> entries;
      for (const uint64_t index : indexes) {
        auto entry = answer_(this, index);
        if (!entry.ok() && entries.empty()) return done(entry.status());
        if (!entry.ok()) break;
        entries.push_back(*std::move(entry));
      }
      done(std::move(entries));
    }
    void FetchCheckpoint(api::Done<Bytes>) override {}

   private:
    const Answer answer_;
  };

  TestNetwork net_;
  std::map<int, uint64_t> sequences_;
  uint64_t last_ = 0;
};

// L15, S-31.
TEST_F(RecoveryTest, DamagedEntriesAreHadFromTheOthers) {
  Publish(12);
  const int node = NotTheLeader();
  const int other = net_.AwaitLeader();
  const auto header_of_5 = net_.backend(node).ReadEntry(5);
  const auto body_of_9 = net_.backend(node).ReadEntry(9);
  ASSERT_TRUE(header_of_5.ok() && body_of_9.ok());
  ASSERT_TRUE(net_.StopNode(node).ok());
  Damage(node, header_of_5->header);
  Damage(node, body_of_9->body.substr(0, 512));
  Publish(2);
  const absl::Status started = net_.StartNode(node);
  ASSERT_TRUE(started.ok()) << started << net_.LogLines();
#ifdef __SANITIZE_THREAD__  // no process of its own reads the damaged copy: the sanitizer bears no threads
                            // there
  EXPECT_THAT(net_.LogLines(), HasSubstr("\"event\":\"repair\",\"missing\":"));
#else
  EXPECT_THAT(net_.LogLines(), HasSubstr("\"event\":\"repair\",\"missing\":2,\"first\":5"));
#endif
  EXPECT_THAT(net_.LogLines(), HasSubstr("\"event\":\"repaired\""));
  EXPECT_TRUE(fs::exists(File(node, "db.damaged"))) << "the evidence is kept";
  ExpectSameLedger(node, other);
  Publish(1);
}

// L20: what nobody reads is read all the same, while the node serves; the next start repairs.
TEST_F(RecoveryTest, L20RotInARunningNodeIsFoundBeforeAnybodyAsks) {
  Publish(30);
  const int node = NotTheLeader();
  const int other = net_.AwaitLeader();
  const Bytes body = SomeBody(node);
  ASSERT_TRUE(net_.StopNode(node).ok());  // so that everything is in tables, and nothing in caches
  ASSERT_TRUE(net_.StartNode(node).ok());
  ExpectAllAt(node);
  EXPECT_THAT(net_.LogLines(), Not(HasSubstr("\"event\":\"damage\"")));
  RotUntilItIsFound(node, body.substr(0, 512));
  EXPECT_TRUE(Eventually([&] { return fs::exists(File(node, "DAMAGE")); }));
  EXPECT_THAT(net_.backend(node).State().last_error, HasSubstr("Corruption"));
  net_.KillNode(node);
  Publish(1);
  ASSERT_TRUE(net_.StartNode(node).ok()) << net_.LogLines();
  EXPECT_FALSE(fs::exists(File(node, "DAMAGE")));
  ExpectSameLedger(node, other);
}

// A leader answers for all nodes: one that cannot read everything any more lets another one lead.
TEST_F(RecoveryTest, ALeaderThatFindsRotStepsAside) {
  Publish(30);
  const Bytes body = SomeBody(0);
  for (int i = 0; i < net_.size(); ++i) ASSERT_TRUE(net_.StopNode(i).ok());
  ASSERT_TRUE(net_.StartAll().ok());
  const int leader = net_.AwaitLeader();
  ASSERT_GE(leader, 0) << net_.LogLines();
  RotUntilItIsFound(leader, body.substr(0, 512));
  EXPECT_TRUE(Eventually([&] { return net_.AwaitLeader() != leader; })) << net_.LogLines();
  net_.KillNode(leader);
  Publish(1);
}

// A node that gives wrong bytes, in one way after another, is passed over.
TEST_F(RecoveryTest, AWrongEntryIsRefusedAndAnotherNodeIsAsked) {
  Publish(8);
  const int node = NotTheLeader();
  const int other = net_.AwaitLeader();
  const auto entry_5 = net_.backend(node).ReadEntry(5);
  ASSERT_TRUE(entry_5.ok());
  ASSERT_TRUE(net_.StopNode(node).ok());
  Damage(node, entry_5->header);
  // Whoever is asked first lies.
  std::atomic<const api::Peer*> liar = nullptr;
  std::atomic<int> lies = 0;
  const auto answer = [&](const api::Peer* self, uint64_t index) -> absl::StatusOr<api::LedgerEntry> {
    const api::Peer* none = nullptr;
    liar.compare_exchange_strong(none, self);
    auto entry = net_.backend(other).ReadEntry(index);
    if (self != liar || !entry.ok()) return entry;
    switch (lies++ % 4) {
      case 0:
        entry->header.back() ^= 1;
        return entry;
      case 1:
        entry->body += "x";
        return entry;
      case 2:
        return net_.backend(other).ReadEntry(index + 1);
      default:
        return absl::OutOfRangeError("I have no such entry");
    }
  };
  const absl::Status repaired = Repair(node, answer);
  ASSERT_TRUE(repaired.ok()) << repaired;
  EXPECT_GT(lies, 0);
  EXPECT_THAT(net_.LogLines(), HasSubstr("\"event\":\"repair_refused\""));
  ASSERT_TRUE(net_.StartNode(node).ok());
  ExpectSameLedger(node, other);
}

// Where the tree is lost too, entries are proved together: one liar must not spoil what the honest one says.
TEST_F(RecoveryTest, ALieAmongEntriesThatAreProvedTogetherSpoilsOnlyItsOwnRound) {
  Publish(8);
  const int node = NotTheLeader();
  const int other = net_.AwaitLeader();
  const auto entry_5 = net_.backend(node).ReadEntry(5);
  ASSERT_TRUE(entry_5.ok());
  ASSERT_TRUE(net_.StopNode(node).ok());
  Damage(node, entry_5->header);
  const Digest leaf = ledger::EntryLeafHash(entry_5->header);
  Damage(node, Bytes(View(leaf)));
  std::atomic<const api::Peer*> liar = nullptr;
  std::atomic<uint64_t> about = 0;
  const auto answer = [&](const api::Peer* self, uint64_t index) -> absl::StatusOr<api::LedgerEntry> {
    const api::Peer* none = nullptr;
    if (liar.compare_exchange_strong(none, self)) about = index;
    auto entry = net_.backend(other).ReadEntry(index);
    if (self != liar || !entry.ok()) return entry;
    // It never gives more than one entry, so that others must complete what it began.
    if (index != about) return absl::OutOfRangeError("I have no such entry");
    entry->header.back() ^= 1;
    return entry;
  };
  const absl::Status repaired = Repair(node, answer);
  ASSERT_TRUE(repaired.ok()) << repaired;
  EXPECT_NE(liar, nullptr);
  ASSERT_TRUE(net_.StartNode(node).ok());
  ExpectSameLedger(node, other);
}

// L14, S-32: an acknowledged end that is lost comes back from the leader, and the node is a member again.
TEST_F(RecoveryTest, ALostEndOfTheLogComesBackFromTheLeader) {
  Publish(3);
  const int node = NotTheLeader();
  ASSERT_TRUE(net_.StopNode(node).ok());
  fs::copy(File(node, "db"), File(node, "db.old"), fs::copy_options::recursive);
  ASSERT_TRUE(net_.StartNode(node).ok());
  Publish(4);
  ASSERT_TRUE(net_.StopNode(node).ok());
  fs::remove_all(File(node, "db"));
  fs::rename(File(node, "db.old"), File(node, "db"));  // but the mark stays
  Publish(1);
  const absl::Status started = net_.StartNode(node);
  ASSERT_TRUE(started.ok()) << started;
  EXPECT_THAT(net_.LogLines(), HasSubstr("votes as if it had them"));
  ExpectSameLedger(node, net_.AwaitLeader());
  const std::string so_far = net_.LogLines();
  ASSERT_TRUE(net_.StopNode(node).ok());
  ASSERT_TRUE(net_.StartNode(node).ok());
  ExpectAllAt(node);
  EXPECT_THAT(net_.LogLines().substr(so_far.size()), Not(HasSubstr("votes as if it had them")));
}

// LV-19: what the log is known to hold committed is applied before a start needs memory for each entry.
TEST_F(RecoveryTest, DerivedStateThatIsMadeAgainIsAppliedAsFarAsItWasSigned) {
  Publish(9);
  const int node = NotTheLeader();
  ASSERT_TRUE(
      Eventually([&] { return net_.backend(node).AppliedIndex() >= last_; }));  // served, hence signed
  ASSERT_TRUE(net_.StopNode(node).ok());
  {
    storage::Options options;
    options.dir = net_.DataDir(node);
    const auto store = storage::Store::Open(options, {net_.network(), net_.number(node)});
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE(storage::DropDerivedState(store->get()).ok());
  }
  const std::string so_far = net_.LogLines();
  ASSERT_TRUE(net_.StartNode(node).ok());
  const std::string lines = net_.LogLines().substr(so_far.size());
  EXPECT_THAT(lines, HasSubstr(R"("event":"applying_again","from":1)"));
  const auto started = lines.find(R"("event":"started","applied_index":)");
  ASSERT_NE(started, std::string::npos) << lines;
  EXPECT_GE(std::stoull(lines.substr(lines.find(':', started + 20) + 1)), last_) << lines;
  ExpectSameLedger(node, net_.AwaitLeader());
  Publish(1);
}

// A bit that changed before it got its checksum: RocksDB calls it whole, and it makes no sense.
TEST_F(RecoveryTest, StateThatMakesNoSenseIsMadeAgain) {
  Publish(3);
  const int node = NotTheLeader();
  ASSERT_TRUE(net_.StopNode(node).ok());
  {
    storage::Options options;
    options.dir = net_.DataDir(node);
    const auto store = storage::Store::Open(options, {net_.network(), net_.number(node)});
    ASSERT_TRUE(store.ok()) << store.status();
    storage::Database& database = (*store)->database();
    Bytes chunk;
    ASSERT_TRUE(database.Get(storage::Family::kStatus, storage::StatusChunkKey(0), &chunk).ok());
    chunk[0] ^= 1;
    rocksdb::WriteBatch batch;
    batch.Put(database.handle(storage::Family::kStatus), storage::StatusChunkKey(0), chunk);
    ASSERT_TRUE(database.Write(&batch, /*sync=*/true, "test").ok());
  }
  Publish(2);
  const absl::Status started = net_.StartNode(node);
  ASSERT_TRUE(started.ok()) << started;
  EXPECT_THAT(net_.LogLines(), HasSubstr("the stored state"));
  ExpectAllAt(node);
  ExpectSameLedger(node, net_.AwaitLeader());
}

// L9, L18: it follows and answers, but neither its vote nor its signature is worth anything.
TEST_F(RecoveryTest, WithoutItsMarkANodeObserves) {
  Publish(3);
  const int node = NotTheLeader();
  ASSERT_TRUE(net_.StopNode(node).ok());
  ASSERT_TRUE(storage::WriteFileAtomically(File(node, "MARK"), Bytes(16384, 'x')).ok());
  Publish(2);
  for (int start = 0; start < 2; ++start) {
    const absl::Status started = net_.StartNode(node);
    ASSERT_TRUE(started.ok()) << started;
    ExpectAllAt(node);
    EXPECT_THAT(net_.LogLines(), HasSubstr("this node only observes"));
    EXPECT_FALSE(net_.backend(node).Checkpoint().ok());
    ASSERT_TRUE(net_.StopNode(node).ok());
  }
}

// L9, L11: the backup is older than the starts since; the others hear the node all the same.
TEST_F(RecoveryTest, ARestoredBackupReadsAlongAfterManyStarts) {
  Publish(2);
  const int node = NotTheLeader();
  ASSERT_TRUE(net_.StopNode(node).ok());
  fs::copy(net_.DataDir(node), net_.DataDir(node) + ".backup", fs::copy_options::recursive);
  for (int start = 0; start < 3; ++start) {
    ASSERT_TRUE(net_.StartNode(node).ok());
    Publish(1);
    ASSERT_TRUE(net_.StopNode(node).ok());
  }
  fs::remove_all(net_.DataDir(node));
  fs::rename(net_.DataDir(node) + ".backup", net_.DataDir(node));
  ASSERT_TRUE(storage::WriteFileAtomically(File(node, "OBSERVER"), "restored from a backup\n").ok());
  ASSERT_TRUE(net_.StartNode(node).ok());
  Publish(2);  // and awaits that it has applied them
  EXPECT_THAT(net_.LogLines(), Not(HasSubstr("copies of one disk")));
  EXPECT_FALSE(net_.backend(node).Checkpoint().ok()) << "it vouches for nothing";
}

}  // namespace
}  // namespace symbolon::test
