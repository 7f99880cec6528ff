#include "base/toml_table.h"

#include <gtest/gtest.h>

namespace symbolon {
namespace {

TomlTable Parse(const std::string& text) {
  return TomlTable::Parse(text, "node.toml").value();
}

TEST(TomlTable, ReadsFields) {
  TomlTable t = Parse("a = 'x'\nn = 7\nlist = ['p', 'q']\n[sub]\nb = 'y'\n[[item]]\nc = 'z'\n");
  EXPECT_EQ(t.String("a").value(), "x");
  EXPECT_EQ(t.StringOr("none", "d").value(), "d");
  EXPECT_EQ(t.Integer("n", 0, 10).value(), 7);
  EXPECT_EQ(t.Strings("list").value(), (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(t.Table("sub")->String("b").value(), "y");
  EXPECT_EQ(t.Tables("item")->at(0).String("c").value(), "z");
  EXPECT_TRUE(t.Tables("none")->empty());
}

TEST(TomlTable, ErrorsNameFileLineAndField) {
  TomlTable t = Parse("a = 'x'\nn = 70\n[[item]]\nc = 1\n");
  EXPECT_EQ(t.Integer("n", 0, 10).status().message(), "node.toml, line 2, field n: must be from 0 to 10");
  EXPECT_EQ(t.Integer("a", 0, 10).status().message(), "node.toml, line 1, field a: must be a whole number");
  EXPECT_EQ(t.Tables("item")->at(0).String("c").status().message(),
            "node.toml, line 4, field item[1].c: must be a text in quotes");
  EXPECT_FALSE(t.String("none").ok());
}

TEST(TomlTable, UnknownFieldsAndSyntaxErrorsAreRefused) {
  EXPECT_EQ(Parse("a = 1\nbb = 2\n").OnlyThese({"a"}).message(),
            "node.toml, line 2, field bb: is not known here");
  EXPECT_EQ(TomlTable::Parse("a = 1\nb = [\n", "f").status().message().substr(0, 8), "f, line ");
}

TEST(TomlTable, ListsItsKeys) {
  EXPECT_EQ(Parse("b = 1\na = 2\n[c]\nd = 3\n").Keys(), (std::vector<std::string>{"a", "b", "c"}));
}

TEST(TomlTable, DeepOrHugeFilesAreRefusedNotRecursedInto) {
  std::string lines;
  for (int i = 0; i < 100000; ++i) lines += "[\n";
  std::string dotted = "a";
  for (int i = 0; i < 100000; ++i) dotted += ".a";
  for (const std::string& deep : {"a = " + std::string(100000, '['), "a = " + lines,
                                  "a = " + std::string(100000, '{'), dotted + " = 1", "[" + dotted + "]"}) {
    EXPECT_FALSE(TomlTable::Parse(deep, "f").ok());
  }
  EXPECT_FALSE(TomlTable::Parse("a = '" + std::string(1 << 20, 'x') + "'", "f").ok());
  // Brackets and dots in texts and comments nest nothing.
  const std::string many(1000, '[');
  EXPECT_TRUE(TomlTable::Parse(
                  "# " + many + "...\na = \"" + many + "\\\"[\"\nb = '" + std::string(999, '.') + "'\n", "f")
                  .ok());
}

}  // namespace
}  // namespace symbolon
