#include "core/throws.hpp"

#include <tartan/core/problems.hpp>

namespace tartan {
namespace {

using testing::message_of;

TEST(Problems, NothingWrongIsNoComplaint) {
  Problems problems;
  problems.attempt([] {});
  EXPECT_NO_THROW(problems.refuse_any("files", "copy them again"));
}

TEST(Problems, OneComplaintNamesThemAll) {
  Problems problems;
  problems.attempt([] { fail_data("a is cut; copy it again"); });
  problems.attempt([] {});
  problems.attempt([] { fail_usage("b is gone"); });
  EXPECT_EQ(message_of(ExitStatus::data, [&] { problems.refuse_any("files of x", "copy them again"); }),
            "2 of 3 files of x are wrong: a is cut, b is gone; copy them again");
}

TEST(Problems, LongListsAreShortened) {
  Problems problems;
  for (int i = 0; i < 20; ++i) problems.attempt([] { fail_data("a is cut"); });
  std::string const message = message_of(ExitStatus::data, [&] { problems.refuse_any("files", "copy them"); });
  EXPECT_TRUE(message.ends_with("a is cut and 8 more; copy them")) << message;
}

TEST(Problems, AFailingDiskEndsTheSearch) {
  Problems problems;
  message_of(ExitStatus::io, [&] { problems.attempt([] { fail_io("cannot read a"); }); });
}

}  // namespace
}  // namespace tartan
