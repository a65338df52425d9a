#include "config/settings_test.hpp"

namespace tartan::config {
namespace {

constexpr auto keys_way_out = "; tartan config default lists all keys";
constexpr auto sections_way_out = "; tartan config default lists all sections";

class Unknown : public SettingsTest {
 protected:
  // Binds [run], [model] and the tasks that the file names.
  static std::string finish(std::string const& ini, std::vector<std::string> const& flags = {}) {
    Settings settings = read(ini, flags);
    std::int64_t seed = 1, every = 100;
    std::string path;
    std::vector<TaskOptions> tasks(settings.names("task").size());
    settings.bind(Section("run").add("seed", seed, "").add("checkpoint_every", every, ""));
    settings.bind(Section("model").add("path", path, ""));
    for (std::size_t i = 0; i < tasks.size(); ++i)
      settings.bind(task_section("task." + settings.names("task")[i], tasks[i]));
    return tartan::testing::message_of(ExitStatus::usage, [&] { settings.finish(); });
  }
};

TEST_F(Unknown, KeyWithTheNearestOfItsSection) {
  EXPECT_EQ(finish("[task.tapt]\nrole = end\nbach = 3\n"),
            std::string("run.ini:3: unknown key task.tapt.bach (did you mean batch?)") + keys_way_out);
  EXPECT_EQ(finish("[run]\nsede = 3\n"),
            std::string("run.ini:2: unknown key run.sede (did you mean seed?)") + keys_way_out);
  EXPECT_EQ(finish("[run]\ncheckpoint-evry = 3\n"),
            std::string("run.ini:2: unknown key run.checkpoint-evry (did you mean checkpoint_every?)") + keys_way_out);
}

TEST_F(Unknown, FlagIsNamed) {
  EXPECT_EQ(finish("[task.tapt]\n", {"--task.tapt.bach", "3"}),
            std::string("--task.tapt.bach: unknown key task.tapt.bach (did you mean batch?)") + keys_way_out);
}

TEST_F(Unknown, KeyOfAnotherSection) {
  EXPECT_EQ(finish("[task.tapt]\n[run]\npath = x\n"),
            std::string("run.ini:3: unknown key run.path (did you mean model.path?)") + keys_way_out);
  EXPECT_EQ(finish("[task.a]\nseeds = 1\n"),
            std::string("run.ini:2: unknown key task.a.seeds (did you mean run.seed?)") + keys_way_out);
}

TEST_F(Unknown, KeyUnlikeAnyOther) {
  EXPECT_EQ(finish("[run]\ntemperature = 3\n"), std::string("run.ini:2: unknown key run.temperature") + keys_way_out);
}

TEST_F(Unknown, SectionWithAMistypedPrefix) {
  EXPECT_EQ(finish("[taks.x]\nbatch = 1\n"),
            std::string("run.ini:1: unknown section [taks.x] (did you mean [task.x]?)") + sections_way_out);
  EXPECT_EQ(finish("[task.x]\n[tsk.y]\n"),
            std::string("run.ini:2: unknown section [tsk.y] (did you mean [task.y]?)") + sections_way_out);
}

TEST_F(Unknown, SectionNearABoundOne) {
  EXPECT_EQ(finish("[modle]\npath = x\n"),
            std::string("run.ini:1: unknown section [modle] (did you mean [model]?)") + sections_way_out);
  EXPECT_EQ(finish("", {"--modle.path", "x"}),
            std::string("--modle.path: unknown section [modle] (did you mean [model]?)") + sections_way_out);
}

TEST_F(Unknown, SectionUnlikeAnyOtherEvenWhenEmpty) {
  EXPECT_EQ(finish("[run]\n\n[extras]\n"), std::string("run.ini:3: unknown section [extras]") + sections_way_out);
}

TEST_F(Unknown, KeyOfAParentSection) {
  EXPECT_EQ(finish("[task]\nbatch = 1\n[task.a]\n"),
            std::string("run.ini:1: unknown section [task]") + sections_way_out);
}

TEST_F(Unknown, FirstOfTheFileIsReported) {
  EXPECT_NE(finish("[run]\nzzz = 1\naaa = 1\n").find("run.zzz"), std::string::npos);
}

}  // namespace
}  // namespace tartan::config
