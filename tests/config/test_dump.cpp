#include "config/settings_test.hpp"

#include <tartan/config/describe.hpp>

#include <bit>
#include <cmath>
#include <limits>

namespace tartan::config {
namespace {

namespace fs = std::filesystem;

class Dump : public SettingsTest {
 protected:
  static TaskOptions parse(std::string const& ini) {
    Settings settings = read(ini);
    TaskOptions options;
    settings.bind(task_section("task.tapt", options));
    settings.finish();
    return options;
  }
  static std::string dump_of(TaskOptions& options) {
    Settings settings;
    settings.bind(task_section("task.tapt", options));
    return settings.dump();
  }
};

TEST_F(Dump, SectionsAndKeysInTableOrder) {
  Settings settings = read("[task.tapt]\nrole = end\nbatch = 007\n[run]\nseed = 3\n");
  std::int64_t seed = 1;
  TaskOptions options;
  settings.bind(Section("run").add("seed", seed, ""));
  settings.bind(task_section("task.tapt", options));
  EXPECT_EQ(settings.dump(),
            "[run]\nseed = 3\n\n[task.tapt]\nbatch = 7\nrate = 1e-04\nfuse = on\nlabel =\ndata =\nrole = end\n");
}

TEST_F(Dump, APathOrAWord) {
  std::string data = "dev";
  auto const path_of = [](std::string const& text) { return text == "dev" ? fs::path() : fs::path(text); };
  Settings settings = read("[probe]\ndata = here/there/\n");
  settings.bind(Section("probe").add_path_or_word("data", data, "", path_of));
  EXPECT_EQ(data, "here/there/");
  EXPECT_EQ(settings.dump(), "[probe]\ndata = " + (fs::current_path() / "here/there").string() + "\n");
  EXPECT_EQ(settings.values()[0].default_text, "dev");
  data = "dev";
  EXPECT_EQ(settings.dump(), "[probe]\ndata = dev\n");
}

TEST_F(Dump, ReadsBackToTheSame) {
  TaskOptions written{12, 0.1 + 0.2, false, "C#C ; = [x]", fs::current_path() / "a # b", Role::member};
  std::string const first = dump_of(written);
  TaskOptions read_back = parse(first);
  EXPECT_EQ(read_back, written);
  EXPECT_EQ(dump_of(read_back), first);
}

TEST_F(Dump, RealNumbersKeepTheirBits) {
  using Limits = std::numeric_limits<double>;
  for (double const value :
       {0.1, 1.0 / 3, 1e-4, 1e22, 5e-324, Limits::min(), Limits::max(), Limits::epsilon(), 123456789.0}) {
    TaskOptions written;
    written.rate = value;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(parse(dump_of(written)).rate), std::bit_cast<std::uint64_t>(value));
  }
}

TEST_F(Dump, PathsBecomeAbsoluteButStayAsWrittenForUse) {
  Settings settings = read("[task.tapt]\ndata = some/../data/x/\n");
  TaskOptions options;
  settings.bind(task_section("task.tapt", options));
  EXPECT_EQ(options.data, "some/../data/x/");
  std::string const line = "data = " + (fs::current_path() / "data/x").string() + "\n";
  EXPECT_NE(settings.dump().find(line), std::string::npos) << settings.dump();
}

TEST_F(Dump, FlagsAreInIt) {
  Settings settings = read("[task.tapt]\nbatch = 2\n", {"--task.tapt.batch", "3"});
  TaskOptions options;
  settings.bind(task_section("task.tapt", options));
  EXPECT_NE(settings.dump().find("batch = 3\n"), std::string::npos);
}

TEST_F(Dump, DescribeListsHelpAndDefaults) {
  std::int64_t seed = 1;
  TaskOptions options;
  Section run("run");
  run.add("seed", seed, "names all draws");
  std::string const text = describe({run, task_section("task.NAME", options)});
  EXPECT_EQ(text,
            "[run]\n# names all draws\nseed = 1\n\n[task.NAME]\n# examples of one optimiser step\nbatch = 32\n"
            "# learning rate\nrate = 1e-04\n# pack all tasks into one forward\nfuse = on\nlabel =\n"
            "# holds train.h5\n# and perhaps dev.h5, test.h5\ndata =\n"
            "# what the task is for (end, auxiliary, member)\nrole = auxiliary\n");
}

TEST_F(Dump, DescribeKeepsTheDefaultAfterBinding) {
  Settings settings = read("[task.tapt]\nbatch = 2\n");
  TaskOptions options;
  Section const section = task_section("task.tapt", options);
  settings.bind(section);
  EXPECT_NE(describe({section}).find("batch = 32\n"), std::string::npos);
}

TEST_F(Dump, DescribeCanBeReadAsAFile) {
  TaskOptions options;
  EXPECT_EQ(parse(describe({task_section("task.tapt", options)})), TaskOptions{});
}

TEST_F(Dump, OriginNamesFileFlagOrDefault) {
  Settings const settings = read("[task.tapt]\n\nbatch = 2\nrate = 1\n", {"--task.tapt.rate", "3"});
  EXPECT_EQ(settings.origin("task.tapt", "batch"), "run.ini:3");
  EXPECT_EQ(settings.origin("task.tapt", "rate"), "--task.tapt.rate");
  EXPECT_EQ(settings.origin("task.tapt", "label"), "the default of task.tapt.label");
  EXPECT_TRUE(settings.given("task.tapt", "batch"));
  EXPECT_FALSE(settings.given("task.tapt", "label"));
  EXPECT_FALSE(settings.given("task.other", "batch"));
}

TEST_F(Dump, TwoRoomsMayShareASection) {
  Settings settings = read("[run]\nseed = 3\nevery = 4\n");
  std::int64_t seed = 1, every = 1, again = 1;
  settings.bind(Section("run").add("seed", seed, ""));
  settings.bind(Section("run").add("every", every, "").add("seed", again, ""));
  settings.finish();
  EXPECT_EQ(std::vector({seed, every, again}), (std::vector<std::int64_t>{3, 4, 3}));
  EXPECT_EQ(settings.dump(), "[run]\nseed = 3\nevery = 4\n");
}

TEST_F(Dump, ValuesTellWhatIsSetAndWhatWouldBe) {
  Settings settings = read("[task.tapt]\nbatch = 2\n");
  TaskOptions options;
  settings.bind(task_section("task.tapt", options));
  auto const values = settings.values();
  ASSERT_FALSE(values.empty());
  EXPECT_EQ(values[0].name, "task.tapt.batch");
  EXPECT_EQ(values[0].value, "2");
  EXPECT_EQ(values[0].default_text, "32");
}

TEST_F(Dump, FlagsAreGroupedAlignedAndBrokenBetweenWords) {
  std::int64_t seed = 1;
  std::string name;
  Section run("run");
  run.add("seed", seed, "names all draws").note("For all.");
  run.add("label_of_a_considerable_length_so_that_it_has_no_place", name, "words " + std::string(90, 'x') + " more");
  EXPECT_EQ(
      describe_flags({run}),
      "[run]\n  For all.\n  --run.seed 1  names all draws\n"
      "  --run.label_of_a_considerable_length_so_that_it_has_no_place …\n                words\n                " +
          std::string(90, 'x') + "\n                more\n");
}

TEST_F(Dump, MarkdownTablesKeepTheirCells) {
  std::int64_t seed = 1;
  std::string name;
  Section run("run");
  run.add("seed", seed, "a|b").add("name", name, "c");
  EXPECT_EQ(describe_markdown({run}),
            "**`[run]`**\n\n| key | default | meaning |\n|---|---|---|\n| `seed` | `1` | a\\|b |\n| `name` |  | c |\n");
}

}  // namespace
}  // namespace tartan::config
