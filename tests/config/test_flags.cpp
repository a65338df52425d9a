#include "config/settings_test.hpp"

namespace tartan::config {
namespace {

using Flags = std::vector<std::string>;

class FlagsTest : public SettingsTest {
 protected:
  static TaskOptions bound(Flags const& flags, std::string const& ini = "") {
    Settings settings = read(ini, flags);
    TaskOptions options;
    settings.bind(task_section("task.tapt", options));
    settings.finish();
    return options;
  }
  static std::string label(Flags const& flags) { return bound(flags).label; }
};

TEST_F(FlagsTest, BothSpellings) {
  EXPECT_EQ(bound({"--task.tapt.batch", "32", "--task.tapt.rate=2"}),
            (TaskOptions{32, 2, true, "", "", Role::auxiliary}));
}

TEST_F(FlagsTest, WinOverTheFile) {
  TaskOptions const options = bound({"--task.tapt.batch", "8"}, "[task.tapt]\nbatch = x\nrate = 3\n");
  EXPECT_EQ(options.batch, 8);
  EXPECT_EQ(options.rate, 3);
}

TEST_F(FlagsTest, WorkWithoutAFile) {
  Settings settings = Settings::read({}, {"--task.tapt.batch", "8"});
  TaskOptions options;
  settings.bind(task_section("task.tapt", options));
  settings.finish();
  EXPECT_EQ(options.batch, 8);
}

TEST_F(FlagsTest, ValuesThatLookLikeFlags) {
  EXPECT_EQ(label({"--task.tapt.label", "-3"}), "-3");
  EXPECT_EQ(label({"--task.tapt.label", "-1e-3"}), "-1e-3");
  EXPECT_EQ(label({"--task.tapt.label=-x"}), "-x");
  EXPECT_EQ(label({"--task.tapt.label", "-x"}), "-x");
  EXPECT_EQ(label({"--task.tapt.label=--x"}), "--x");
  EXPECT_EQ(label({"--task.tapt.label", "-"}), "-");
}

TEST_F(FlagsTest, ValuesKeepTheirSpecialCharacters) {
  EXPECT_EQ(label({"--task.tapt.label", "C#C = N"}), "C#C = N");
  EXPECT_EQ(label({"--task.tapt.label=a=b"}), "a=b");
  EXPECT_EQ(label({"--task.tapt.label", "  two words "}), "two words");
  EXPECT_EQ(label({"--task.tapt.label", ""}), "");
}

TEST_F(FlagsTest, WithoutAValue) {
  EXPECT_EQ(refused("", {"--run.seed"}),
            "the required argument for option '--run.seed' is missing; settings are written --section.key VALUE");
  EXPECT_NE(refused("", {"--run.seed="}).find("--run.seed"), std::string::npos);
  for (Flags const& flags :
       {Flags{"--run.seed", "--run.name", "x"}, Flags{"--run.seed", "--json"}, Flags{"--run.seed", "--"}}) {
    std::string const message = refused("", flags);
    EXPECT_TRUE(message.find("--run.seed has no value") == 0 || message.find("'--run.seed' is missing") != message.npos)
        << message;
  }
}

TEST_F(FlagsTest, GivenTwice) {
  EXPECT_EQ(refused("", {"--run.seed", "1", "--run.seed=2"}), "--run.seed is given twice; keep one");
}

TEST_F(FlagsTest, StrayArguments) {
  std::string const form = "; settings are written --section.key VALUE";
  EXPECT_EQ(refused("", {"--run.seed", "1", "2"}), "unexpected argument \"2\"" + form);
  EXPECT_EQ(refused("", {"other.ini"}), "unexpected argument \"other.ini\"" + form);
  EXPECT_EQ(refused("", {"-s", "1"}), "unexpected argument \"-s\"" + form);
  EXPECT_EQ(refused("", {"--", "x"}), "unexpected argument \"x\"" + form);
  EXPECT_EQ(refused("", {"--seed", "1"}), "unrecognised option '--seed'" + form);
  EXPECT_EQ(refused("", {"--run.se*", "1"}), "unrecognised option '--run.se*'" + form);
  EXPECT_EQ(refused("", {"--run.seed,s", "1"}), "unrecognised option '--run.seed,s'" + form);
}

TEST_F(FlagsTest, AreNeverCompleted) {
  Settings settings = read("", {"--task.tapt.batch", "1", "--task.tapt.batch_size", "1", "--task.tapt.bat", "2"});
  TaskOptions options;
  settings.bind(task_section("task.tapt", options));
  EXPECT_EQ(options.batch, 1);
  EXPECT_EQ(settings.origin("task.tapt", "bat"), "--task.tapt.bat");
}

TEST_F(FlagsTest, ControlCharactersAreRefused) {
  EXPECT_EQ(refused("", {"--run.name", "a\nb"}), "--run.name holds a control character; write its value on one line");
}

}  // namespace
}  // namespace tartan::config
