#include "core/temporary_directory.hpp"
#include "core/throws.hpp"

#include <tartan/core/hash.hpp>

#include <string>

namespace tartan {
namespace {

using testing::message_of;
using testing::TemporaryDirectory;
using testing::write_text;

// Values of Python's xxhash.xxh3_64_hexdigest.
constexpr auto hash_of_nothing = "2d06800538d394c2";
constexpr auto hash_of_tartan = "9fc289dc047d1a3c";
constexpr auto hash_of_three_pieces = "2ce140c441f3a060";

std::string three_pieces() {
  std::string bytes(3'000'001, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

TEST(Hash, BytesEqualXxhsum) {
  EXPECT_EQ(to_hex(hash_bytes(std::string(""))), hash_of_nothing);
  EXPECT_EQ(to_hex(hash_bytes(std::string("tartan"))), hash_of_tartan);
  EXPECT_EQ(hash_bytes(std::string("tartan"), 5), 0xb9b1914fde8abbf9);
}

TEST(Hash, FileEqualsXxhsumAcrossPieces) {
  TemporaryDirectory const scratch;
  write_text(scratch / "empty", "");
  write_text(scratch / "short", "tartan");
  write_text(scratch / "long", three_pieces());
  EXPECT_EQ(to_hex(hash_file(scratch / "empty")), hash_of_nothing);
  EXPECT_EQ(to_hex(hash_file(scratch / "short")), hash_of_tartan);
  EXPECT_EQ(to_hex(hash_file(scratch / "long")), hash_of_three_pieces);
}

TEST(Hash, UnreadableFileIsAnIoError) {
  TemporaryDirectory const scratch;
  std::string const missing = message_of(ExitStatus::io, [&] { hash_file(scratch / "none"); });
  EXPECT_NE(missing.find("none: No such file or directory"), missing.npos) << missing;
  message_of(ExitStatus::io, [&] { hash_file(scratch.path()); });
}

TEST(Hash, HexKeepsLeadingZeros) {
  EXPECT_EQ(to_hex(0), "0000000000000000");
  EXPECT_EQ(to_hex(0x0123456789abcdef), "0123456789abcdef");
}

}  // namespace
}  // namespace tartan
