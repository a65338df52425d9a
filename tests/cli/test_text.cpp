#include "cli/inspect/numbers.hpp"
#include "cli/inspect/table.hpp"
#include "cli/inspect/text.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace tartan::cli {
namespace {

std::string const unknown = "\xef\xbf\xbd";  // U+FFFD

TEST(Numbers, AreGroupedAndRounded) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(1'000), "1,000");
  EXPECT_EQ(thousands(18'446'744'073'709'551'615U), "18,446,744,073,709,551,615");
  EXPECT_EQ(rounded(1234.5), "1,235");
  EXPECT_EQ(plural(1, "file") + plural(2, "file"), "1 file2 files");
  EXPECT_EQ(percent(0.0504), "5.0 %");
}

TEST(Numbers, ThatAreNoneAreShownAsUnknown) {
  for (double const number : {-1.0, 1e300, std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(rounded(number), "?");
    EXPECT_EQ(seconds_text(number), "?");
  }
}

TEST(Numbers, HaveUnits) {
  EXPECT_EQ(bytes_text(1023), "1023 B");
  EXPECT_EQ(bytes_text(130'021), "127.0 KiB");
  EXPECT_EQ(bytes_text(std::uint64_t{3} << 50), "3072.0 TiB");
  EXPECT_EQ(seconds_text(12.62), "12.6 s");
  EXPECT_EQ(seconds_text(320.35), "5 min 20 s");
  EXPECT_EQ(seconds_text(7'265), "2 h 01 min");
}

TEST(Numbers, BarsShowEighthsAndAtLeastASliver) {
  EXPECT_EQ(bar(0, 4), "");
  EXPECT_EQ(bar(0.0001, 4), "▏");
  EXPECT_EQ(bar(0.5, 1), "▌");
  EXPECT_EQ(bar(1, 3), "███");
  EXPECT_EQ(bar(7, 3), "███");
}

TEST(Text, WidthCountsWhatATerminalShows) {
  EXPECT_EQ(width("abc"), 3u);
  EXPECT_EQ(width("né…"), 3u);
  EXPECT_EQ(width("蚂蚁"), 4u);
  EXPECT_EQ(width("e\u0301"), 1u);  // with a combining accent
  EXPECT_EQ(width("\xff\xfe"), 2u);
}

TEST(Text, UnrulyCharactersAreTamed) {
  EXPECT_EQ(visible("a\tb\nc"), "a b c");
  EXPECT_EQ(visible("\x1b[2J\x7f"), unknown + "[2J" + unknown);
  EXPECT_EQ(visible("\u009b\u202e\u2066"), unknown + unknown + unknown);
}

TEST(Text, BrokenUtf8IsReplacedByteByByte) {
  EXPECT_EQ(visible("a\xc3"), "a" + unknown);                                     // cut short
  EXPECT_EQ(visible("\xc0\xaf"), unknown + unknown);                              // longer than need be
  EXPECT_EQ(visible("\xed\xa0\x80"), unknown + unknown + unknown);                // half of a pair
  EXPECT_EQ(visible("\xf5\x80\x80\x80"), unknown + unknown + unknown + unknown);  // beyond Unicode
  EXPECT_EQ(visible("\xe2\x28\xa1"), unknown + "(" + unknown);
}

TEST(Text, LongTextIsCutWithAnEllipsis) {
  EXPECT_EQ(visible("abcdef", 6), "abcdef");
  EXPECT_EQ(visible("abcdefg", 6), "abcde…");
  EXPECT_EQ(visible("蚂蚁蚂蚁", 6), "蚂蚁…");
}

TEST(Text, IsWrappedBetweenWords) {
  std::string const word(40, 'x');
  EXPECT_EQ(wrapped(word + " " + word + " " + word, 2, 3), "  " + word + " " + word + "\n  " + word + "\n");
  EXPECT_EQ(wrapped("", 2, 3), "");
}

TEST(Text, WrappingEndsInAnEllipsisWhereThereIsMore) {
  std::string const out = wrapped(std::string(1'000, 'x'), 4, 2);
  EXPECT_EQ(out.substr(0, 101), "    " + std::string(96, 'x') + "\n");
  EXPECT_EQ(out.substr(101), "    " + std::string(94, 'x') + " …\n");
}

TEST(Text, ParagraphsLeaveEmptyOnesOut) { EXPECT_EQ(paragraphs({"a\n", "", "b\n"}), "a\n\nb\n"); }

TEST(Table, AlignsColumnsByWhatIsSeen) {
  Table table("lr");
  table.add({"蚂", "1"});
  table.add({"abc", "22"});
  table.add({"", ""});
  EXPECT_EQ(table.text(), "  蚂    1\n  abc  22\n\n");
}

}  // namespace
}  // namespace tartan::cli
