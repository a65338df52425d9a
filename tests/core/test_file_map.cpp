#include "core/temporary_directory.hpp"
#include "core/throws.hpp"

#include <tartan/core/file_map.hpp>

#include <csignal>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace tartan {
namespace {

using testing::message_of;
using testing::TemporaryDirectory;
using testing::write_text;

std::string text_of(FileMap const& map) {
  return {reinterpret_cast<char const*>(map.bytes().data()), map.bytes().size()};
}

TEST(FileMap, ShowsTheFile) {
  TemporaryDirectory const directory;
  write_text(directory / "a", "some bytes");
  FileMap map(directory / "a", "name a file");
  EXPECT_EQ(text_of(map), "some bytes");
  FileMap const moved = std::move(map);
  EXPECT_EQ(text_of(moved), "some bytes");
  EXPECT_EQ(moved.path(), directory / "a");
}

TEST(FileMap, AnEmptyFileIsEmpty) {
  TemporaryDirectory const directory;
  write_text(directory / "a", "");
  EXPECT_TRUE(FileMap(directory / "a", "").bytes().empty());
}

TEST(FileMap, RefusesWhatIsNoFile) {
  TemporaryDirectory const directory;
  auto const open = [](std::filesystem::path const& path) { return [=] { FileMap const map(path, "name a file"); }; };
  EXPECT_EQ(message_of(ExitStatus::usage, open(directory / "x")),
            (directory / "x").string() + " does not exist; name a file");
  EXPECT_NE(message_of(ExitStatus::usage, open(directory.path())).find("is not a file"), std::string::npos);
  ASSERT_EQ(::mkfifo((directory / "pipe").c_str(), 0600), 0);
  EXPECT_NE(message_of(ExitStatus::usage, open(directory / "pipe")).find("is not a file"), std::string::npos);
}

void read_a_file_that_is_cut(std::filesystem::path const& path) {
  FileMap const map(path, "");
  std::filesystem::resize_file(path, 10);
  std::byte const volatile last = map.bytes().back();
  static_cast<void>(last);
}

TEST(FileMapDeathTest, AFileThatIsCutIsNamed) {
  TemporaryDirectory const directory;
  write_text(directory / "shard.h5", std::string(100'000, 'x'));
  EXPECT_EXIT(read_a_file_that_is_cut(directory / "shard.h5"), ::testing::ExitedWithCode(74),
              "error: .*shard.h5 was cut or could not be read while it was in use; restore it");
}

TEST(FileMapDeathTest, OtherBusErrorsStayWhatTheyAre) {
  TemporaryDirectory const directory;
  write_text(directory / "a", "x");
  FileMap const map(directory / "a", "");
  EXPECT_EXIT(std::raise(SIGBUS), ::testing::KilledBySignal(SIGBUS), "");
}

}  // namespace
}  // namespace tartan
