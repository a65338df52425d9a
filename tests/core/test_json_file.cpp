#include "core/temporary_directory.hpp"
#include "core/throws.hpp"

#include <tartan/core/json_file.hpp>

namespace tartan {
namespace {

using testing::message_of;
using testing::TemporaryDirectory;
using testing::write_text;

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonFile, IsReadWhole) {
  TemporaryDirectory const directory;
  write_text(directory / "x.json", R"({"a": [1, {"b": "c"}]})");
  EXPECT_EQ(read_json_file(directory / "x.json", "write it again")["a"][1]["b"], "c");
}

TEST(JsonFile, GarbageIsRefusedWithTheWayOut) {
  for (std::string const text : {"", "{", "nonsense", "{} {}", "\xff\xfe"}) {
    std::string const message = message_of(ExitStatus::data, [&] { parse_json(text, "x.json", "write it again"); });
    EXPECT_TRUE(message.starts_with("x.json is no JSON (")) << message;
    EXPECT_TRUE(message.ends_with("; write it again")) << message;
  }
}

TEST(JsonFile, DeepNestingIsRefusedBeforeItOverflowsTheStack) {
  EXPECT_EQ(parse_json(nested(max_json_depth), "x.json", "").size(), 1u);
  message_of(ExitStatus::data, [] { parse_json(nested(max_json_depth + 2), "x.json", ""); });
  EXPECT_NE(message_of(ExitStatus::data, [] { parse_json(nested(3'000'000), "x.json", ""); }).find("nested deeper"),
            std::string::npos);
}

TEST(JsonFile, LargeFilesAndMissingOnesAreRefused) {
  TemporaryDirectory const directory;
  write_text(directory / "x.json", "[" + std::string(2 << 20, ' ') + "]");
  EXPECT_NE(message_of(ExitStatus::data, [&] { read_json_file(directory / "x.json", "", 1 << 20); }).find("1 MiB"),
            std::string::npos);
  EXPECT_EQ(read_json_file(directory / "x.json", "").size(), 0u);
  message_of(ExitStatus::usage, [&] { read_json_file(directory / "gone.json", "write it"); });
  message_of(ExitStatus::usage, [&] { read_json_file(directory.path(), "write it"); });
}

}  // namespace
}  // namespace tartan
