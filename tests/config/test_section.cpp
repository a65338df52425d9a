#include "config/settings_test.hpp"

#include <limits>

namespace tartan::config {
namespace {

using tartan::testing::message_of;

class SectionTest : public SettingsTest {
 protected:
  static TaskOptions bind(std::string const& line, std::vector<std::string> const& flags = {}) {
    Settings settings = read("[task.tapt]\n" + line + "\n", flags);
    TaskOptions options;
    settings.bind(task_section("task.tapt", options));
    return options;
  }
  static std::string why(std::string const& line, std::vector<std::string> const& flags = {}) {
    return message_of(ExitStatus::usage, [&] { bind(line, flags); });
  }
};

TEST_F(SectionTest, WholeNumbersAreStrict) {
  EXPECT_EQ(bind("batch = 9223372036854775807").batch, std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(why("batch = x"), "run.ini:2: task.tapt.batch = \"x\" is not a whole number; write for example batch = 32");
  for (std::string const text : {"", "3.0", "1e3", "3 4", "0x10", "+3", "3k", "--3", "１"})
    EXPECT_EQ(why("batch = " + text),
              "run.ini:2: task.tapt.batch = \"" + text + "\" is not a whole number; write for example batch = 32");
  EXPECT_EQ(why("batch = 9223372036854775808"),
            "run.ini:2: task.tapt.batch = \"9223372036854775808\" is out of range; write for example batch = 32");
}

TEST_F(SectionTest, RealNumbersAreStrict) {
  EXPECT_EQ(bind("rate = 1e-4").rate, 1e-4);
  EXPECT_EQ(bind("rate = 3").rate, 3);
  EXPECT_EQ(bind("rate = .5").rate, 0.5);
  for (std::string const text : {"", "x", "1e", "1,5", "1 2", "0x1p3", "+1", "1e-4f"})
    EXPECT_EQ(why("rate = " + text),
              "run.ini:2: task.tapt.rate = \"" + text + "\" is not a number; write for example rate = 1e-04");
  for (std::string const text : {"inf", "-inf", "nan", "INF", "infinity"})
    EXPECT_EQ(why("rate = " + text),
              "run.ini:2: task.tapt.rate = \"" + text + "\" is not a finite number; write for example rate = 1e-04");
  EXPECT_NE(why("rate = 1e999").find("is out of range"), std::string::npos);
}

TEST_F(SectionTest, Switches) {
  for (std::string const text : {"on", "true", "1"}) EXPECT_TRUE(bind("fuse = " + text).fuse);
  for (std::string const text : {"off", "false", "0"}) EXPECT_FALSE(bind("fuse = " + text).fuse);
  EXPECT_EQ(why("fuse = yes"),
            "run.ini:2: task.tapt.fuse = \"yes\" is neither on nor off; write for example fuse = on");
}

TEST_F(SectionTest, Choices) {
  EXPECT_EQ(bind("role = member").role, Role::member);
  EXPECT_EQ(why("role = End"),
            "run.ini:2: task.tapt.role = \"End\" must be one of end, auxiliary, member; write for "
            "example role = auxiliary");
}

TEST_F(SectionTest, Checks) {
  EXPECT_EQ(bind("batch = 1").batch, 1);
  EXPECT_EQ(why("batch = 0"), "run.ini:2: task.tapt.batch = \"0\" must be at least 1; write for example batch = 32");
  EXPECT_NE(why("rate = 0").find("must be greater than 0"), std::string::npos);
  auto const unit = between(0, 1);
  EXPECT_NO_THROW(unit(0));
  EXPECT_NO_THROW(unit(1));
  EXPECT_THROW(unit(-1e-9), std::invalid_argument);
  try {
    unit(1.5);
    ADD_FAILURE() << "1.5 passed";
  } catch (std::invalid_argument const& error) {
    EXPECT_STREQ(error.what(), "must be between 0 and 1");
  }
}

TEST_F(SectionTest, AFlagsMessageSpeaksOfTheFlag) {
  EXPECT_EQ(why("", {"--task.tapt.batch", "x"}),
            "--task.tapt.batch = \"x\" is not a whole number; write for example --task.tapt.batch 32");
}

TEST_F(SectionTest, ACommentBehindAValueIsPointedOut) {
  EXPECT_EQ(why("batch = 3 # small"),
            "run.ini:2: task.tapt.batch = \"3 # small\" is not a whole number; write for example batch = 32 "
            "(comments stand on a line of their own)");
}

TEST_F(SectionTest, ARefusedValueLeavesTheTarget) {
  TaskOptions options;
  Settings settings = read("[task.tapt]\nbatch = 0\n");
  message_of(ExitStatus::usage, [&] { settings.bind(task_section("task.tapt", options)); });
  EXPECT_EQ(options, TaskOptions{});
}

TEST_F(SectionTest, OptionsInTableOrderWithDefaults) {
  TaskOptions options;
  Section const section = task_section("task.tapt", options);
  std::vector<std::string> keys, defaults;
  for (auto const& option : section.options()) {
    keys.push_back(option.key);
    defaults.push_back(option.default_text);
  }
  EXPECT_EQ(keys, (std::vector<std::string>{"batch", "rate", "fuse", "label", "data", "role"}));
  EXPECT_EQ(defaults, (std::vector<std::string>{"32", "1e-04", "on", "", "", "auxiliary"}));
  EXPECT_EQ(section.options().back().help, "what the task is for (end, auxiliary, member)");
}

TEST_F(SectionTest, OurOwnMistakesAreBugs) {
  std::int64_t number = 0;
  message_of(ExitStatus::bug, [&] { Section("run").add("a", number, "").add("a", number, ""); });
  message_of(ExitStatus::bug, [&] { Section("run").add("a.b", number, ""); });
  message_of(ExitStatus::bug, [&] { Section("run").add("a b", number, ""); });
  message_of(ExitStatus::bug, [&] { Section("run").add("a", number, "", at_least(1)); });
  Role role = Role::member;
  message_of(ExitStatus::bug, [&] { Section("run").choice("a", role, {{"end", Role::end}}, ""); });
}

}  // namespace
}  // namespace tartan::config
