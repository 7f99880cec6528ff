// What comes from outside as text is hostile: random and damaged bytes are refused or read, never more; and
// whatever is read has exactly the text that it came from.

#include <gtest/gtest.h>

#include <random>

#include "ledger/checkpoint/checkpoint.h"
#include "ledger/checkpoint/proof_text.h"
#include "ledger/checkpoint/signed_note.h"
#include "ledger/checkpoint/witness_request.h"
#include "ledger/merkle/tile.h"
#include "tests/ledger/note_vectors.h"

namespace symbolon::ledger {
namespace {

constexpr int kRounds = 20'000;

void ReadAll(const Bytes& bytes) {
  if (const auto note = ParseNote(bytes); note.ok()) {
    ASSERT_EQ(*FormatNote(*note), bytes);
  }
  if (const auto checkpoint = ParseCheckpoint(bytes); checkpoint.ok()) {
    ASSERT_EQ(FormatCheckpoint(*checkpoint), bytes);
  }
  if (const auto proof = ParseProofText(bytes); proof.ok()) {
    ASSERT_EQ(FormatProofText(*proof), bytes);
  }
  if (const auto key = VerifierKey::Parse(bytes); key.ok()) {
    ASSERT_EQ(key->ToString(), bytes);
  }
  if (const auto entries = DecodeEntryBundle(bytes, 3); entries.ok()) {
    ASSERT_EQ(EncodeEntryBundle(*entries), bytes);
  }
  ParseAddCheckpoint(bytes).IgnoreError();
}

std::vector<Bytes> GoodTexts() {
  const auto notes = Vectors("signed_note.json"), tlog = Vectors("tlog.json");
  std::vector<Bytes> texts;
  for (const auto& c : notes["generated"]) {
    texts.push_back(c["note"].get<std::string>());
    texts.push_back(c["text"].get<std::string>());
    texts.push_back(c["vkeys"][0].get<std::string>());
  }
  for (const auto& c : tlog["tlog_proof"]) texts.push_back(c["text"].get<std::string>());
  for (const auto& c : tlog["add_checkpoint"]) texts.push_back(c["request"].get<std::string>());
  texts.push_back(*FromHex(tlog["entry_bundle"]["bytes_hex"].get<std::string>()));
  return texts;
}

TEST(HostileText, RandomBytesDoNoHarm) {
  std::mt19937_64 random(7);
  for (int round = 0; round < kRounds; ++round) {
    Bytes bytes(random() % 200, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    ReadAll(bytes);
  }
}

TEST(HostileText, DamagedTextsAreRefusedOrHaveOneForm) {
  std::mt19937_64 random(8);
  const std::vector<Bytes> texts = GoodTexts();
  const std::string_view pieces[] = {"\n",      "\n\n",   " ",      "0",      "+",   "=",
                                     "\u2014 ", "\u3000", "extra ", "index ", "old "};
  for (int round = 0; round < kRounds; ++round) {
    Bytes text = texts[random() % texts.size()];
    for (uint64_t edits = 1 + random() % 3; edits > 0 && !text.empty(); --edits) {
      const size_t at = random() % text.size();
      switch (random() % 5) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, 1 + random() % 8);
          break;
        case 2:
          text.insert(at, pieces[random() % std::size(pieces)]);
          break;
        case 3:
          text.resize(at);
          break;
        case 4:
          text.insert(at, text.substr(random() % text.size(), random() % 60));
          break;
      }
    }
    ReadAll(text);
  }
}

}  // namespace
}  // namespace symbolon::ledger
