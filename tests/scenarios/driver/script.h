#pragma once
// A scenario file as lines of words; cases, `with` and `repeat` unfolded. The language: ../README.md.

#include <absl/status/statusor.h>

#include <istream>
#include <string>
#include <vector>

namespace symbolon::consensus {

struct Line {
  size_t number = 0;               // in the file, from 1
  std::string text;                // as written, without the comment
  std::vector<std::string> words;  // "..." and [...] are one word each
};

// One history, from its set-up to its end.
struct Case {
  std::string name;  // of the `case` line, and the values of `with`; empty when the file tells one history
  std::vector<Line> lines;
};

struct Script {
  std::string file;
  std::vector<Case> cases;
};

// InvalidArgument with file:line when the text is not of the language's form. What the verbs mean is not
// looked at.
absl::StatusOr<Script> ParseScript(std::string file, std::istream& text);

// Reads the file, too. NotFound when there is none.
absl::StatusOr<Script> LoadScript(const std::string& path);

}  // namespace symbolon::consensus
