#pragma once
// The table of results: each row a value of this project, a reference of the same run, and their ratio.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace symbolon::bench {

using Json = nlohmann::ordered_json;

struct Row {
  std::string what;
  std::string against;
  std::string unit;
  double value = 0;
  double reference = 0;
  bool lower_is_better = false;
  // Of value / reference; for `as_excess` of value - reference.
  double at_least = 0;
  double aim = 0;
  bool as_excess =
      false;         // the reference is a part that nobody can do without: what counts is what comes on top
  std::string note;  // how it was taken, in a few words

  double score() const { return as_excess ? value - reference : value / reference; }
  // "aim", "least" or "below": which of the two marks the score reaches.
  std::string reached() const;
};

// Figures beside the table that explain it, in the order of measuring.
struct Detail {
  std::string name;
  double value = 0;
  std::string unit;
};

struct Report {
  std::vector<std::pair<std::string, std::string>> setup;
  std::vector<Row> rows;
  std::vector<Detail> details;

  void Add(Row row) { rows.push_back(std::move(row)); }
  void Add(std::string name, double value, std::string unit) {
    details.push_back({std::move(name), value, std::move(unit)});
  }
  std::string Text() const;
  Json ToJson() const;
};

}  // namespace symbolon::bench
