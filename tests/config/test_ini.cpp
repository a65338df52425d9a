#include "config/settings_test.hpp"

namespace tartan::config {
namespace {

class Ini : public SettingsTest {
 protected:
  static TaskOptions bound(std::string const& ini) {
    Settings settings = read(ini);
    TaskOptions options;
    settings.bind(task_section("task.tapt", options));
    settings.finish();
    return options;
  }
  static std::string label(std::string const& line) { return bound("[task.tapt]\n" + line + "\n").label; }
};

TEST_F(Ini, ReadsEachKind) {
  TaskOptions const options =
      bound("[task.tapt]\nbatch = 64\nrate=2.5e-5\n fuse = off \nlabel = a text\ndata = data/x\nrole = end\n");
  EXPECT_EQ(options, (TaskOptions{64, 2.5e-5, false, "a text", "data/x", Role::end}));
}

TEST_F(Ini, AnEmptyFileKeepsTheDefaults) {
  EXPECT_EQ(bound(""), TaskOptions{});
  EXPECT_EQ(bound("\n# only a comment\n\n[task.tapt]"), TaskOptions{});
}

TEST_F(Ini, CommentsAreWholeLines) {
  EXPECT_EQ(bound("# first\n[task.tapt]\n  # batch = 1\n#batch = 2\nbatch = 3\n").batch, 3);
}

TEST_F(Ini, ValuesKeepTheirSpecialCharacters) {
  EXPECT_EQ(label("label = C#CC(=O)N#N"), "C#CC(=O)N#N");
  EXPECT_EQ(label("label = #1"), "#1");
  EXPECT_EQ(label("label = a # b"), "a # b");
  EXPECT_EQ(label("label = a ; b"), "a ; b");
  EXPECT_EQ(label("label = a=b"), "a=b");
  EXPECT_EQ(label("label = [x]"), "[x]");
  EXPECT_EQ(label("label = \"quoted\""), "\"quoted\"");
  EXPECT_EQ(label("label = Grüße"), "Grüße");
  EXPECT_EQ(label("label ="), "");
  EXPECT_EQ(label("label =   two  words\t"), "two  words");
}

TEST_F(Ini, WindowsLineEndsAndByteOrderMark) {
  EXPECT_EQ(bound("\xEF\xBB\xBF[task.tapt]\r\nlabel = a\r\n\r\nbatch = 5\r\n"),
            (TaskOptions{5, 1e-4, true, "a", "", Role::auxiliary}));
}

TEST_F(Ini, KeyIsWhatFollowsTheLastDot) {
  EXPECT_EQ(bound("[task]\ntapt.batch = 7\n").batch, 7);
  EXPECT_EQ(bound("[ task.tapt ]\nbatch = 7\n").batch, 7);
  EXPECT_EQ(bound("[task.tapt]\nbatch = 7\n[task.tapt]\nrate = 1\n").rate, 1);
}

TEST_F(Ini, SemicolonLineIsRefused) {
  std::string const sentence = "run.ini:2: comments begin with #, not with ;";
  EXPECT_EQ(refused("[run]\n; seed = 2\n"), sentence);
  EXPECT_EQ(refused("[run]\n  ;\n"), sentence);
}

TEST_F(Ini, RepeatedKeyNamesBothLines) {
  EXPECT_EQ(refused("[run]\nseed = 1\n# x\nseed = 1\n"),
            "run.ini:4: run.seed is already set at run.ini:2; keep one of the two");
  EXPECT_EQ(refused("[run]\nseed = 1\n[task.a]\n[run]\nseed = 1\n"),
            "run.ini:5: run.seed is already set at run.ini:2; keep one of the two");
}

TEST_F(Ini, MalformedLines) {
  EXPECT_EQ(refused("[run]\nseed 1\n"),
            "run.ini:2: \"seed 1\" is neither [section] nor key = value; comments begin with #");
  EXPECT_EQ(refused("[run]\nseed 1 # x\n"),
            "run.ini:2: \"seed 1 # x\" is neither [section] nor key = value; comments begin with #");
  EXPECT_EQ(refused("seed = 1\n[run]\n"),
            "run.ini:1: \"seed = 1\" stands before the first section; write [run] or another above it");
  EXPECT_EQ(refused("[run]\n= 1\n"), "run.ini:2: \"= 1\" has no proper key; keys are letters, digits, _ and -");
  EXPECT_EQ(refused("[run]\na b = 1\n"), "run.ini:2: \"a b = 1\" has no proper key; keys are letters, digits, _ and -");
  EXPECT_EQ(refused("[run]\na#b = 1\n"), "run.ini:2: \"a#b = 1\" has no proper key; keys are letters, digits, _ and -");
}

TEST_F(Ini, MalformedHeaders) {
  for (std::string const header : {"[", "[]", "[run", "[run] # x", "[task.]", "[.run]", "[a..b]", "[a b]", "[a#b]"})
    EXPECT_EQ(refused("\n" + header + "\n"),
              "run.ini:2: \"" + header +
                  "\" is no section; write [NAME] with letters, digits, _, - and dots, alone on its line");
}

TEST_F(Ini, ControlCharactersAreRefused) {
  std::string const sentence = "run.ini:2: the line holds a control character; save the file as plain UTF-8 text";
  EXPECT_EQ(refused(std::string("[run]\na = b\0c\n", 14)), sentence);
  EXPECT_EQ(refused("[run]\na = b\x01 c\n"), sentence);
}

TEST_F(Ini, MissingFileAndDirectory) {
  auto const fails = [](std::string const& file) {
    return tartan::testing::message_of(ExitStatus::usage, [&] { Settings::read(file, {}); });
  };
  EXPECT_EQ(fails("none.ini"), "cannot read none.ini: No such file or directory; name an INI file that exists");
  EXPECT_EQ(fails("."), "cannot read .: it is a directory; name an INI file");
}

TEST_F(Ini, NamesInTheOrderOfTheFileThenOfTheFlags) {
  Settings const settings = read("[task.b]\n[run]\n[task.a]\nbatch = 1\n[tasks.c]\n[task.b]\nbatch = 1\n",
                                 {"--task.z.batch", "1", "--task.a.rate", "1", "--task.d.e.rate", "1"});
  EXPECT_EQ(settings.names("task"), (std::vector<std::string>{"b", "a", "z", "d.e"}));
  EXPECT_EQ(settings.names("stage"), std::vector<std::string>{});
}

}  // namespace
}  // namespace tartan::config
