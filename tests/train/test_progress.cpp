#include <tartan/train/progress.hpp>

#include <algorithm>
#include <gtest/gtest.h>

namespace tartan::train {
namespace {

//! A clock that the test moves and a place where the text goes.
struct Bench {
  double now = 1000;
  std::string text;
  int writes = 0;

  ProgressSink sink(bool terminal) {
    return {[this](std::string_view part) {
              text += part;
              ++writes;
            },
            [this] { return now; }, terminal};
  }
};

TEST(Progress, LogHasOneLineEveryThirtySeconds) {
  Bench bench;
  Progress progress("joint", 1000, bench.sink(false));
  for (int step = 1; step <= 100; ++step) {
    bench.now += 1;
    progress.update(step, "loss 0.5");
  }
  EXPECT_EQ(bench.writes, 3);
  EXPECT_EQ(bench.text.substr(0, bench.text.find('\n')),
            "joint [                        ] 30/1000, 1.0/s, 0:30 so far, 16:10 left, loss 0.5");
  EXPECT_EQ(std::count(bench.text.begin(), bench.text.end(), '\n'), 3);
  EXPECT_EQ(bench.text.find('\x1b'), std::string::npos);
  EXPECT_EQ(bench.text.find('\r'), std::string::npos);
}

TEST(Progress, TerminalRewritesOneLineTenTimesASecond) {
  Bench bench;
  Progress progress("joint", 1000, bench.sink(true));
  for (int step = 1; step <= 1000; ++step) {
    bench.now += 1.0 / 256;
    progress.update(step, "");
  }
  EXPECT_GE(bench.writes, 35);
  EXPECT_LE(bench.writes, 40);
  EXPECT_EQ(std::count(bench.text.begin(), bench.text.end(), '\r'), bench.writes);
  EXPECT_EQ(bench.text.find('\n'), std::string::npos);
  progress.finish("done");
  EXPECT_EQ(bench.text.back(), '\n');
  EXPECT_NE(bench.text.find("[========================] 1000/1000, 256.0/s, 0:04 so far, done"), std::string::npos);
}

TEST(Progress, ALimitOfTimeCountsWhereItEndsFirst) {
  Bench bench;
  Progress progress("joint", 10'000, bench.sink(false));
  progress.end_within(120);
  bench.now += 30;
  progress.update(30, "");
  EXPECT_EQ(bench.text, "joint [======                  ] 30/10000, 1.0/s, 0:30 so far, 1:30 left\n");
  bench.text.clear();
  bench.now += 30;
  progress.update(9'990, "");
  EXPECT_EQ(bench.text, "joint [======================= ] 9990/10000, 166.5/s, 1:00 so far, 0:00 left\n");
}

TEST(Progress, FinishWritesOnceEvenBeforeTheInterval) {
  Bench bench;
  Progress progress("fit", 4, bench.sink(false));
  bench.now += 8;
  progress.update(4, "");
  EXPECT_EQ(bench.writes, 0);
  progress.finish("");
  progress.finish("");
  progress.update(5, "");
  EXPECT_EQ(bench.writes, 1);
  EXPECT_EQ(bench.text, "fit [========================] 4/4, 2.0 s each, 0:08 so far\n");
}

TEST(Progress, RateCountsThisProcessOnly) {
  Bench bench;
  Progress progress("joint", 1000, bench.sink(false), 900);
  bench.now += 40;
  progress.update(920, "");
  EXPECT_EQ(bench.text, "joint [======================  ] 920/1000, 2.0 s each, 0:40 so far, 2:40 left\n");
}

TEST(Progress, UnknownTotalHasNoBar) {
  Bench bench;
  Progress progress("read", 0, bench.sink(false));
  bench.now += 3700;
  progress.update(7400, "");
  EXPECT_EQ(bench.text, "read 7400, 2.0/s, 1:01:40 so far\n");
}

TEST(Progress, StrangeNumbersStaySmall) {
  Bench bench;
  Progress progress("odd", 10, bench.sink(false));
  progress.finish("");  // no time has passed
  EXPECT_EQ(bench.text, "odd [                        ] 0/10, 0.0/s, 0:00 so far\n");
  Progress beyond("odd", 10, bench.sink(false));
  bench.now += 31;
  beyond.update(62, "");
  EXPECT_NE(bench.text.find("[========================] 62/10, 2.0/s, 0:31 so far\n"), std::string::npos);
}

TEST(Progress, ClearTakesTheLineAwayOnTerminalsOnly) {
  Bench terminal;
  Progress("x", 10, terminal.sink(true)).clear();
  EXPECT_EQ(terminal.text, "\r\x1b[K");
  Bench log;
  Progress("x", 10, log.sink(false)).clear();
  EXPECT_TRUE(log.text.empty());
}

TEST(Progress, DisabledWritesNothing) {
  testing::internal::CaptureStderr();
  Progress progress("x", 10, false);
  progress.update(10, "note");
  progress.clear();
  progress.finish("note");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Progress, StandardSinkWritesToStandardError) {
  testing::internal::CaptureStderr();
  Progress progress("x", 10, true);
  progress.update(10, "");
  progress.finish("note");
  EXPECT_NE(testing::internal::GetCapturedStderr().find("10/10"), std::string::npos);
}

}  // namespace
}  // namespace tartan::train
