#include "core/temporary_directory.hpp"
#include "core/throws.hpp"

#include <tartan/core/atomic_file.hpp>

#include <atomic>
#include <string>
#include <thread>

namespace tartan {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;
using testing::entries;
using testing::message_of;
using testing::read_text;
using testing::TemporaryDirectory;
using testing::write_text;

TEST(AtomicFile, HoldsTheContentAndNothingElseRemains) {
  TemporaryDirectory const scratch;
  std::string const content("a\0b\n\xff", 5);
  write_file_atomically(scratch / "x", content);
  EXPECT_EQ(read_text(scratch / "x"), content);
  EXPECT_EQ(entries(scratch.path()), Names{"x"});
}

TEST(AtomicFile, ReplacesALongerFile) {
  TemporaryDirectory const scratch;
  write_file_atomically(scratch / "x", "a longer content");
  write_file_atomically(scratch / "x", "short");
  EXPECT_EQ(read_text(scratch / "x"), "short");
  write_file_atomically(scratch / "x", "");
  EXPECT_EQ(read_text(scratch / "x"), "");
  EXPECT_EQ(entries(scratch.path()), Names{"x"});
}

TEST(AtomicFile, ReaderSeesOldOrNewButNeverAPart) {
  TemporaryDirectory const scratch;
  std::string const contents[] = {std::string(300'000, 'a'), std::string(200'000, 'b')};
  write_file_atomically(scratch / "x", contents[0]);
  std::atomic<bool> writing = true;
  std::thread writer([&] {
    for (int i = 0; i < 40; ++i) write_file_atomically(scratch / "x", contents[i % 2]);
    writing = false;
  });
  int parts = 0;
  while (writing) {
    std::string const seen = read_text(scratch / "x");
    parts += seen != contents[0] && seen != contents[1];
  }
  writer.join();
  EXPECT_EQ(parts, 0);
}

TEST(AtomicFile, FailureIsAnIoErrorAndLeavesNothing) {
  TemporaryDirectory const scratch;
  message_of(ExitStatus::io, [&] { write_file_atomically(scratch / "none/x", "a"); });
  fs::create_directory(scratch / "directory");
  write_text(scratch / "directory/keep", "kept");
  message_of(ExitStatus::io, [&] { write_file_atomically(scratch / "directory", "a"); });
  EXPECT_EQ(entries(scratch.path()), Names{"directory"});
  EXPECT_EQ(read_text(scratch / "directory/keep"), "kept");
}

TEST(AtomicFile, WritesIntoWhatIsNoFile) {
  EXPECT_NO_THROW(write_file_atomically("/dev/null", "gone"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(AtomicFile, KeepsASymbolicLink) {
  TemporaryDirectory const scratch;
  write_text(scratch / "target", "before");
  fs::create_symlink("target", scratch / "link");
  write_file_atomically(scratch / "link", "after");
  EXPECT_TRUE(fs::is_symlink(scratch / "link"));
  EXPECT_EQ(read_text(scratch / "target"), "after");
  EXPECT_EQ(entries(scratch.path()), (Names{"link", "target"}));
}

TEST(AtomicFile, FollowsALinkToNothingYet) {
  TemporaryDirectory const scratch;
  fs::create_directory(scratch / "there");
  fs::create_symlink("there/target", scratch / "link");
  EXPECT_NO_THROW(check_writable(scratch / "link"));
  write_file_atomically(scratch / "link", "new");
  EXPECT_TRUE(fs::is_symlink(scratch / "link"));
  EXPECT_EQ(read_text(scratch / "there/target"), "new");
}

TEST(CreateFile, IsForTheFirstOnly) {
  TemporaryDirectory const scratch;
  EXPECT_TRUE(create_file(scratch / "config.ini", "first"));
  EXPECT_FALSE(create_file(scratch / "config.ini", "second"));
  EXPECT_EQ(read_text(scratch / "config.ini"), "first");
  EXPECT_EQ(entries(scratch.path()), Names{"config.ini"});
}

TEST(AtomicDirectory, IsFilledBesideItsPlace) {
  TemporaryDirectory const scratch;
  write_directory_atomically(scratch / "deep/step", [&](fs::path const& temporary) {
    EXPECT_TRUE(fs::is_directory(temporary));
    EXPECT_EQ(temporary.parent_path(), scratch / "deep");
    EXPECT_FALSE(fs::exists(scratch / "deep/step"));
    fs::create_directory(temporary / "sub");
    write_text(temporary / "sub/a", "1");
  });
  EXPECT_EQ(read_text(scratch / "deep/step/sub/a"), "1");
  EXPECT_EQ(entries(scratch / "deep"), Names{"step"});
}

TEST(AtomicDirectory, ReplacesTheOlderVersionWhole) {
  TemporaryDirectory const scratch;
  write_directory_atomically(scratch / "x", [](fs::path const& at) { write_text(at / "old", "1"); });
  write_directory_atomically(scratch / "x", [](fs::path const& at) { write_text(at / "new", "2"); });
  EXPECT_EQ(entries(scratch / "x"), Names{"new"});
  EXPECT_EQ(entries(scratch.path()), Names{"x"});
}

TEST(AtomicDirectory, AThrowingFillKeepsTheOlderVersion) {
  TemporaryDirectory const scratch;
  write_directory_atomically(scratch / "x", [](fs::path const& at) { write_text(at / "old", "1"); });
  auto const fill = [](fs::path const& at) {
    write_text(at / "new", "2");
    fail_io("disk full");
  };
  message_of(ExitStatus::io, [&] { write_directory_atomically(scratch / "x", fill); });
  EXPECT_EQ(entries(scratch / "x"), Names{"old"});
  EXPECT_EQ(entries(scratch.path()), Names{"x"});
}

TEST(AtomicDirectory, SweepsUpAfterAKilledWriter) {
  TemporaryDirectory const scratch;
  for (std::string const name : {"tmp.x", "old.x"}) {
    fs::create_directory(scratch / name);
    write_text(scratch / name / "stale", "0");
  }
  write_directory_atomically(scratch / "x", [](fs::path const& at) { write_text(at / "new", "2"); });
  EXPECT_EQ(entries(scratch / "x"), Names{"new"});
  EXPECT_EQ(entries(scratch.path()), Names{"x"});
}

TEST(RecoverDirectory, PutsBackWhatWasOnItsWayAndSweepsTheRest) {
  TemporaryDirectory const scratch;
  for (std::string const name : {"tmp.x", "old.x", "x", "old.y", "z"}) {
    fs::create_directory(scratch / name);
    write_text(scratch / name / "name", name);
  }
  write_text(scratch / "tmp.run.json", "half");
  recover_directory(scratch.path());
  EXPECT_EQ(entries(scratch.path()), (Names{"x", "y", "z"}));
  EXPECT_EQ(read_text(scratch / "x/name"), "x");
  EXPECT_EQ(read_text(scratch / "y/name"), "old.y");
  EXPECT_NO_THROW(recover_directory(scratch / "none"));
}

TEST(MakeDirectory, MakesWhatIsMissingAndSaysWhatItCannot) {
  TemporaryDirectory const scratch;
  make_directory(scratch / "a/b");
  make_directory(scratch / "a/b");
  EXPECT_TRUE(fs::is_directory(scratch / "a/b"));
  write_text(scratch / "file", "");
  EXPECT_NE(message_of(ExitStatus::io, [&] { make_directory(scratch / "file/b"); }).find("file/b"), std::string::npos);
}

TEST(SwapSymlink, PointsRelativeAndMoves) {
  TemporaryDirectory const scratch;
  for (std::string const step : {"100", "200"}) {
    fs::create_directories(scratch / "exports" / step);
    write_text(scratch / "exports" / step / "name", step);
    swap_symlink(scratch / "best", fs::path("exports") / step);
    EXPECT_EQ(fs::read_symlink(scratch / "best"), fs::path("exports") / step);
    EXPECT_EQ(read_text(scratch / "best/name"), step);
  }
  EXPECT_EQ(entries(scratch.path()), (Names{"best", "exports"}));
}

TEST(SwapSymlink, RefusesToReplaceADirectory) {
  TemporaryDirectory const scratch;
  fs::create_directory(scratch / "best");
  write_text(scratch / "best/keep", "kept");
  message_of(ExitStatus::io, [&] { swap_symlink(scratch / "best", "exports/1"); });
  EXPECT_EQ(read_text(scratch / "best/keep"), "kept");
  EXPECT_EQ(entries(scratch.path()), Names{"best"});
}

TEST(SyncPath, MissingFileIsAnIoError) {
  TemporaryDirectory const scratch;
  EXPECT_NO_THROW(sync_path(scratch.path()));
  message_of(ExitStatus::io, [&] { sync_path(scratch / "none"); });
}

TEST(CheckCanMake, AcceptsWhatCanBeMadeAndMakesNothing) {
  TemporaryDirectory const scratch;
  check_can_make(scratch / "a/b/c", "run.output");
  check_can_make(scratch.path(), "run.output");
  EXPECT_EQ(entries(scratch.path()), Names{});
}

TEST(CheckCanMake, NamesWhatIsInTheWay) {
  TemporaryDirectory const scratch;
  write_text(scratch / "file", "");
  for (char const* const path : {"file", "file/below/it"}) {
    std::string const message = message_of(ExitStatus::usage, [&] { check_can_make(scratch / path, "run.output"); });
    EXPECT_NE(message.find("run.output"), message.npos);
    EXPECT_NE(message.find((scratch / "file").string() + " is not a directory"), message.npos) << message;
  }
}

}  // namespace
}  // namespace tartan
