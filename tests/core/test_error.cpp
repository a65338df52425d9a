#include "core/throws.hpp"

#include <tartan/core/log.hpp>

#include <cerrno>

namespace tartan {
namespace {

using testing::message_of;

TEST(Error, EachKindCarriesItsStatus) {
  EXPECT_EQ(message_of(ExitStatus::usage, [] { fail_usage("a"); }), "a");
  EXPECT_EQ(message_of(ExitStatus::data, [] { fail_data("b"); }), "b");
  EXPECT_EQ(message_of(ExitStatus::diverged, [] { fail_diverged("c"); }), "c");
  EXPECT_EQ(message_of(ExitStatus::bug, [] { fail_bug("d"); }), "d (a bug of tartan; please report it)");
}

TEST(Error, StatusesAreThoseOfTheShell) {
  EXPECT_EQ(static_cast<int>(ExitStatus::done), 0);
  EXPECT_EQ(static_cast<int>(ExitStatus::usage), 2);
  EXPECT_EQ(static_cast<int>(ExitStatus::data), 65);
  EXPECT_EQ(static_cast<int>(ExitStatus::bug), 70);
  EXPECT_EQ(static_cast<int>(ExitStatus::rank_failed), 71);
  EXPECT_EQ(static_cast<int>(ExitStatus::io), 74);
  EXPECT_EQ(static_cast<int>(ExitStatus::stopped), 75);
  EXPECT_EQ(static_cast<int>(ExitStatus::diverged), 76);
}

TEST(Error, IoAppendsTheSystemsReason) {
  auto const fail = [](int code) {
    return message_of(ExitStatus::io, [code] {
      errno = code;
      fail_io("cannot read x");
    });
  };
  EXPECT_EQ(fail(ENOENT), "cannot read x: No such file or directory");
  EXPECT_EQ(fail(0), "cannot read x");
}

TEST(Error, ExpectsThrowsOnlyWhereFalse) {
  EXPECT_NO_THROW(expects(true, "fine"));
  EXPECT_EQ(message_of(ExitStatus::bug, [] { expects(false, "e"); }), "e (a bug of tartan; please report it)");
}

TEST(Log, OnlyRankZeroLogsAndOthersNameThemselves) {
  set_log_rank(1, 2);
  ::testing::internal::CaptureStderr();
  log("from rank 0 only");
  warn("from rank 0 only");
  log_local("from every rank");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "tartan[1]: from every rank\n");

  set_log_rank(0, 1);
  ::testing::internal::CaptureStderr();
  log("a");
  warn("b");
  log_local("c");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "tartan: a\ntartan: warning: b\ntartan: c\n");
}

}  // namespace
}  // namespace tartan
