#include "ledger/checkpoint/witness_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/ledger/note_vectors.h"

namespace symbolon::ledger {
namespace {

using ::testing::HasSubstr;

const Digest kOtherRoot = LeafHash("another tree");

// A witness that last cosigned `size` leaves of the published tree.
WitnessedLog LogAt(uint64_t size) {
  WitnessedLog log;
  log.keys = {VerifierKeysOf(ExampleNote()["vkeys"])[0]};
  log.latest_size = size;
  log.latest_root = DigestOf(Vectors("rfc6962.json")["roots"][size]);
  return log;
}

WitnessDecision Decide(const Bytes& request, const WitnessedLog& log) {
  return DecideAddCheckpoint(request, [&](std::string_view origin) -> const WitnessedLog* {
    return origin == "symbolon.example/net1" ? &log : nullptr;
  });
}

Bytes RequestFrom(uint64_t old_size) {
  const auto v = Vectors("tlog.json")["add_checkpoint"];
  for (const auto& c : v) {
    if (c["old"] == old_size && c["expect_status"] == 200) return c["request"].get<std::string>();
  }
  return "";
}

TEST(AddCheckpoint, PublishedRequestsGetThePublishedAnswers) {
  const auto v = Vectors("tlog.json")["add_checkpoint"];
  for (const auto& c : v) {
    const uint64_t old_size = c["old"];
    const uint64_t latest = c.contains("witness_latest") ? c["witness_latest"].get<uint64_t>() : old_size;
    WitnessedLog log = LogAt(latest <= 8 ? latest : 0);
    if (c.contains("old_root")) {
      EXPECT_EQ(ToHex(LogAt(old_size).latest_root), c["old_root"].get<std::string>());
    }
    const WitnessDecision decision = Decide(c["request"].get<std::string>(), log);
    EXPECT_EQ(decision.http_status, c["expect_status"].get<int>()) << old_size << ": " << decision.reason;
    EXPECT_EQ(decision.accepted.has_value(), c["expect_status"] == 200);
    EXPECT_EQ(decision.reason.empty(), c["expect_status"] == 200);
    if (decision.accepted) {
      EXPECT_EQ(decision.accepted->size, 8u);
    }
    if (c.contains("expect_body")) {
      EXPECT_EQ(decision.body, c["expect_body"].get<std::string>());
      EXPECT_EQ(decision.content_type, c["expect_content_type"].get<std::string>());
    }
  }
}

TEST(AddCheckpoint, AnUnknownOriginIsNotFound) {
  const auto nobody = [](std::string_view) -> const WitnessedLog* { return nullptr; };
  EXPECT_EQ(DecideAddCheckpoint(RequestFrom(3), nobody).http_status, 404);
}

TEST(AddCheckpoint, OnlyATrustedLogsSignatureCounts) {
  WitnessedLog log = LogAt(3);
  log.keys = {
      VerifierKeysOf(ExampleNote()["vkeys"])[1]};  // a cosigner is no log; its signature is good, though
  EXPECT_EQ(Decide(RequestFrom(3), log).http_status, 200);
  log.keys = {};
  EXPECT_EQ(Decide(RequestFrom(3), log).http_status, 403);
  Bytes forged = RequestFrom(3);
  forged.replace(forged.find("\n8\n"), 3, "\n9\n");
  EXPECT_EQ(Decide(forged, LogAt(3)).http_status, 403);
}

TEST(AddCheckpoint, TheProofMustLeadFromTheTreeThatWasCosigned) {
  WitnessedLog log = LogAt(3);
  log.latest_root = kOtherRoot;
  EXPECT_EQ(Decide(RequestFrom(3), log).http_status, 422);
  Bytes shortened = RequestFrom(3);
  shortened.erase(shortened.find('\n') + 1, 45);
  EXPECT_EQ(Decide(shortened, LogAt(3)).http_status, 422);
}

TEST(AddCheckpoint, TheSameTreeAgainIsAcceptedAndAnotherOfItsSizeIsNot) {
  const Bytes again = "old 8\n\n" + ExampleNote()["note"].get<std::string>();
  EXPECT_EQ(Decide(again, LogAt(8)).http_status, 200);
  WitnessedLog split = LogAt(8);
  split.latest_root = kOtherRoot;
  const WitnessDecision decision = Decide(again, split);
  EXPECT_EQ(decision.http_status, 409);
  EXPECT_THAT(decision.reason, HasSubstr("another root of 8 leaves"));
}

TEST(AddCheckpoint, WhatCannotBeReadIsABadRequest) {
  const std::string note = "\n" + ExampleNote()["note"].get<std::string>();
  const std::string hash = ToBase64(Bytes(32, 'h')) + "\n";
  std::string too_many = "old 3\n";
  for (size_t i = 0; i <= kMaxConsistencyLines; ++i) too_many += hash;
  const std::vector<std::string> bad = {
      "",
      "old 3",
      "old 3\n",
      "old 03\n" + note,
      "old -1\n" + note,
      "old\n",
      "new 3\n" + note,
      "old 3 \n",
      "old 3\nAAAA\n" + note,
      too_many + note,
      "old 3\n\n",
      "old 3\n" + hash,
      "old 3\n\nx\n",
      "old 3\n" + note + "more\n",
      Bytes(kMaxAddCheckpointSize + 1, 'x'),
  };
  for (const std::string& body : bad) {
    EXPECT_EQ(Decide(body, LogAt(3)).http_status, 400) << body.substr(0, 100);
  }
  const auto extended = Vectors("signed_note.json")["generated"][2];
  EXPECT_EQ(Decide("old 0\n\n" + extended["note"].get<std::string>(), LogAt(0)).http_status, 400);
}

}  // namespace
}  // namespace symbolon::ledger
