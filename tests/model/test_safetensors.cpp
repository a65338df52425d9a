#include "core/temporary_directory.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/safetensors.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <random>
#include <string>

namespace tartan::model {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;
using testing::read_text;
using testing::TemporaryDirectory;
using testing::write_text;

std::string length_bytes(std::uint64_t length) {
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes;
}

std::string file_of(std::string const& header, std::string const& data) {
  return length_bytes(header.size()) + header + data;
}

std::span<std::byte const> bytes_of(std::string const& text) { return std::as_bytes(std::span(text)); }

std::string text_of(StoredTensor const& tensor) {
  return {reinterpret_cast<char const*>(tensor.bytes.data()), tensor.bytes.size()};
}

//! What reading `content` ends in: ExitStatus::done where it is accepted; the message in `message`.
ExitStatus outcome(fs::path const& path, std::string const& content, std::string* message = nullptr) {
  write_text(path, content);
  try {
    SafetensorsFile const file(path);
    return ExitStatus::done;
  } catch (Error const& error) {
    if (message != nullptr) *message = error.what();
    return error.status();
  }
}

std::string const good_header =
    R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
    R"("b":{"dtype":"U8","shape":[1,3],"data_offsets":[8,11]}})";
std::string const good_data = "01234567abc";

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  std::size_t const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Safetensors, ReadsHandBuiltFile) {
  TemporaryDirectory const directory;
  write_text(directory / "x", file_of(good_header + "   ", good_data));
  SafetensorsFile const file(directory / "x");
  ASSERT_EQ(file.tensors().size(), 2U);
  StoredTensor const& b = file.tensors().at("b");
  EXPECT_EQ(b.dtype, "U8");
  EXPECT_EQ(b.shape, (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(text_of(b), "abc");
  EXPECT_EQ(text_of(file.tensors().at("a")), "01234567");
  EXPECT_EQ(file.metadata(), (std::map<std::string, std::string>{{"format", "pt"}}));
}

TEST(Safetensors, ReadsFileWithoutTensors) {
  TemporaryDirectory const directory;
  EXPECT_EQ(outcome(directory / "x", file_of("{}", "")), ExitStatus::done);
}

TEST(Safetensors, RoundTripsEveryType) {
  std::map<std::string, std::uint64_t> const types = {
      {"BOOL", 1},        {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E8M0", 1}, {"F8_E4M3FNUZ", 1},
      {"F8_E5M2FNUZ", 1}, {"U16", 2}, {"I16", 2}, {"F16", 2},     {"BF16", 2},    {"U32", 4},     {"I32", 4},
      {"F32", 4},         {"U64", 8}, {"I64", 8}, {"F64", 8},     {"C64", 8}};
  TemporaryDirectory const directory;
  std::string const source = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMN";
  std::map<std::string, StoredTensor> tensors;
  for (auto const& [type, size] : types)
    tensors["tensor." + type] = {type, {3, 1, 2}, bytes_of(source).first(static_cast<std::size_t>(6 * size))};
  write_safetensors(directory / "x", tensors, {});
  SafetensorsFile const file(directory / "x");
  ASSERT_EQ(file.tensors().size(), types.size());
  for (auto const& [name, tensor] : tensors) {
    StoredTensor const& read = file.tensors().at(name);
    EXPECT_EQ(read.dtype, tensor.dtype);
    EXPECT_EQ(read.shape, tensor.shape);
    EXPECT_EQ(text_of(read), text_of(tensor));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(read.bytes.data()) % types.at(read.dtype), 0U) << name;
  }
  EXPECT_TRUE(file.metadata().empty());
}

TEST(Safetensors, RoundTripsEmptyScalarAndOddNames) {
  TemporaryDirectory const directory;
  std::string const eight = "87654321";
  std::map<std::string, StoredTensor> const tensors = {{"", {"F64", {}, bytes_of(eight)}},
                                                       {"empty", {"F32", {4, 0, 2}, {}}},
                                                       {"h\xC3\xA4ufig \"quoted\"\n", {"I8", {8}, bytes_of(eight)}}};
  std::map<std::string, std::string> const metadata = {{"format", "pt"}, {"note", "line\nbreak"}};
  write_safetensors(directory / "x", tensors, metadata);
  SafetensorsFile const file(directory / "x");
  ASSERT_EQ(file.tensors().size(), 3U);
  EXPECT_EQ(file.metadata(), metadata);
  for (auto const& [name, tensor] : tensors) {
    EXPECT_EQ(file.tensors().at(name).shape, tensor.shape);
    EXPECT_EQ(text_of(file.tensors().at(name)), text_of(tensor));
  }
}

TEST(Safetensors, WritesEqualBytesWithAlignedData) {
  TemporaryDirectory const directory;
  std::string const data = "0123";
  for (std::size_t extra = 0; extra < 70; ++extra) {
    std::map<std::string, StoredTensor> const tensors = {{std::string(extra + 1, 't'), {"F32", {1}, bytes_of(data)}}};
    write_safetensors(directory / "x", tensors, {{"format", "pt"}});
    write_safetensors(directory / "y", tensors, {{"format", "pt"}});
    std::string const bytes = read_text(directory / "x");
    EXPECT_EQ(bytes, read_text(directory / "y"));
    EXPECT_EQ((bytes.size() - data.size()) % 64, 0U);
    EXPECT_EQ(outcome(directory / "y", bytes), ExitStatus::done);
  }
}

TEST(Safetensors, WriterRefusesItsCallersMistakes) {
  TemporaryDirectory const directory;
  std::string const data = "0123";
  auto const status = [&](std::string const& name, StoredTensor const& tensor) {
    try {
      write_safetensors(directory / "x", {{name, tensor}}, {});
    } catch (Error const& error) {
      return error.status();
    }
    return ExitStatus::done;
  };
  EXPECT_EQ(status("t", {"F32", {2}, bytes_of(data)}), ExitStatus::bug);
  EXPECT_EQ(status("t", {"F31", {1}, bytes_of(data)}), ExitStatus::bug);
  EXPECT_EQ(status("__metadata__", {"F32", {1}, bytes_of(data)}), ExitStatus::bug);
  EXPECT_EQ(status("\xFF", {"F32", {1}, bytes_of(data)}), ExitStatus::data);
  EXPECT_FALSE(fs::exists(directory / "x"));
}

TEST(Safetensors, WriterReportsFullDeviceAndMissingDirectory) {
  TemporaryDirectory const directory;
  std::string const data(1 << 20, 'x');
  std::map<std::string, StoredTensor> const large = {{"t", {"U8", {1 << 20}, bytes_of(data)}}};
  std::map<std::string, StoredTensor> const small = {{"t", {"U8", {1}, bytes_of(data).first(1)}}};
  auto const status = [](fs::path const& path, auto const& tensors) {
    try {
      write_safetensors(path, tensors, {});
    } catch (Error const& error) {
      return error.status();
    }
    return ExitStatus::done;
  };
  EXPECT_EQ(status(directory / "none/x", small), ExitStatus::io);
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_EQ(status("/dev/full", large), ExitStatus::io);
  EXPECT_EQ(status("/dev/full", small), ExitStatus::io);  // seen at close only
}

TEST(Safetensors, MissingFileIsUsage) {
  TemporaryDirectory const directory;
  for (std::string const name : {"none", "", "none/x"}) {
    try {
      SafetensorsFile const file(directory / name);
      FAIL() << name;
    } catch (Error const& error) {
      EXPECT_EQ(error.status(), ExitStatus::usage) << error.what();
    }
  }
}

TEST(Safetensors, RefusesTruncationAtEveryByte) {
  TemporaryDirectory const directory;
  std::string const whole = file_of(good_header, good_data);
  ASSERT_EQ(outcome(directory / "x", whole), ExitStatus::done);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(outcome(directory / "x", whole.substr(0, size)), ExitStatus::data) << size;
}

TEST(Safetensors, RefusesBadLengths) {
  TemporaryDirectory const directory;
  std::string const rest = good_header + good_data;
  for (std::uint64_t const length :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{good_header.size() - 1},
        std::uint64_t{good_header.size() + 1}, std::uint64_t{rest.size()}, std::uint64_t{rest.size() + 1},
        std::uint64_t{1} << 32, ~std::uint64_t{7}, ~std::uint64_t{0}})
    EXPECT_EQ(outcome(directory / "x", length_bytes(length) + rest), ExitStatus::data) << length;
  std::string const long_header = "{}" + std::string(16'000'000, ' ');
  EXPECT_EQ(outcome(directory / "x", file_of(long_header, "")), ExitStatus::data);
  EXPECT_EQ(outcome(directory / "x", file_of(long_header.substr(0, 16'000'000), "")), ExitStatus::done);
}

TEST(Safetensors, RefusesHostileHeaders) {
  std::string const b = R"("b":{"dtype":"U8","shape":[1,3],"data_offsets":[8,11]})";
  auto const with_b = [&](std::string const& entry) { return replaced(good_header, b, entry); };
  std::vector<std::string> const headers = {
      "",
      "null",
      "[]",
      " " + good_header,
      "\xEF\xBB\xBF" + good_header,
      good_header + "{}",
      good_header + "x",
      good_header + "\0"s,
      good_header + "\0junk"s,
      replaced(good_header, "{", "{/**/"),
      replaced(good_header, R"("b")", "'b'"),
      replaced(good_header, R"("b")", "\"b\xFF\""),
      replaced(good_header, R"("b")", R"("\ud800")"),
      replaced(good_header, R"("b")", R"("a")"),
      replaced(good_header, R"("b")", R"("\u0061")"),
      replaced(good_header, R"("b")", R"("__metadata__")"),
      replaced(good_header, R"("pt")", "1"),
      replaced(good_header, R"("pt")", "null"),
      replaced(good_header, R"("pt")", R"(["pt"])"),
      replaced(good_header, R"("pt")", R"({"a":"b"})"),
      replaced(good_header, R"("pt")", R"("pt","format":"pt")"),
      replaced(good_header, R"({"format":"pt"})", "null"),
      replaced(good_header, R"({"format":"pt"})", R"({}, "__metadata__":{})"),
      with_b(R"("b":null)"),
      with_b(R"("b":[])"),
      with_b(R"("b":true)"),
      with_b(R"("b":{})"),
      with_b(R"("b":{"dtype":"U8","shape":[3]})"),
      with_b(R"("b":{"dtype":"U8","data_offsets":[8,11]})"),
      with_b(R"("b":{"shape":[3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[8,11],"more":1})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"shape":[3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","dtype":"U8","shape":[3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"u8","shape":[3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"","shape":[3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"F4","shape":[6],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":8,"shape":[3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":["U8"],"shape":[3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U16","shape":[3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":3,"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":"3","data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":{},"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[[3]],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3.0],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[-3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[-1,-3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[2],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[4],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,3],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3,18446744073709551615],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3,18446744073709551616],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3,1e400],"data_offsets":[8,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[6148914691236517206,3],"data_offsets":[8,10]})"),
      with_b(R"("b":{"dtype":"U64","shape":[2305843009213693952],"data_offsets":[8,8]})"),
      with_b(R"("b":{"dtype":"U8","shape":[0,4611686018427387904,4],"data_offsets":[8,8]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[8]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[8,11,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[11,8]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[7,10]})"),
      with_b(R"("b":{"dtype":"U8","shape":[2],"data_offsets":[9,11]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[0,3]})"),
      with_b(R"("b":{"dtype":"U8","shape":[0],"data_offsets":[4,4]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[9,12]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[8,11e0]})"),
      with_b(R"("b":{"dtype":"U8","shape":[3],"data_offsets":[18446744073709551613,0]})"),
      replaced(good_header, R"("data_offsets":[0,8])", R"("data_offsets":[1,9])"),
      R"({"b":{"dtype":"U8","shape":[11],"data_offsets":[0,11]},)",
      std::string(100'000, '{'),
      R"({"a":)" + std::string(100'000, '['),
      R"({"a":{"shape":)" + std::string(100'000, '['),
  };
  TemporaryDirectory const directory;
  for (std::string const& header : headers) {
    std::string message;
    EXPECT_EQ(outcome(directory / "x", file_of(header, good_data), &message), ExitStatus::data)
        << header.substr(0, 200);
    EXPECT_NE(message.find((directory / "x").string()), std::string::npos) << message;
    EXPECT_LT(message.size(), 800U) << message;
  }
}

TEST(Safetensors, RefusesTrailingBytesAndTooMany) {
  TemporaryDirectory const directory;
  EXPECT_EQ(outcome(directory / "x", file_of(good_header, good_data + "d")), ExitStatus::data);
  EXPECT_EQ(outcome(directory / "x", file_of("{}", "d")), ExitStatus::data);
  auto const many = [](std::size_t count, std::string const& value) {
    std::string header;
    for (std::size_t i = 0; i < count; ++i) header += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":" + value;
    return "{" + header + "}";
  };
  std::string const empty = R"({"dtype":"U8","shape":[0],"data_offsets":[0,0]})";
  EXPECT_EQ(outcome(directory / "x", file_of(many(10'000, empty), "")), ExitStatus::done);
  EXPECT_EQ(outcome(directory / "x", file_of(many(10'001, empty), "")), ExitStatus::data);
  EXPECT_EQ(outcome(directory / "x", file_of(R"({"__metadata__":)" + many(10'001, "\"\"") + "}", "")),
            ExitStatus::data);
}

TEST(Safetensors, MessagesNameTheTensorWithoutControlCharacters) {
  TemporaryDirectory const directory;
  std::string message;
  std::string const header = R"({"evil\u001b[2J":{"dtype":"U8","shape":[4],"data_offsets":[0,11]}})";
  EXPECT_EQ(outcome(directory / "x", file_of(header, good_data), &message), ExitStatus::data);
  EXPECT_NE(message.find("evil"), std::string::npos) << message;
  EXPECT_EQ(message.find('\x1b'), std::string::npos) << message;
}

TEST(Safetensors, SurvivesRandomChanges) {
  TemporaryDirectory const directory;
  std::string const whole = file_of(good_header, good_data);
  std::mt19937 random(1);
  std::string const alphabet = "{}[]\",:0123456789abU8F\\-. \0\xFF"s;
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string changed = whole;
    for (unsigned change = 0; change <= random() % 3; ++change)
      changed[random() % (whole.size() - good_data.size())] = alphabet[random() % alphabet.size()];
    ExitStatus const status = outcome(directory / "x", changed);
    EXPECT_TRUE(status == ExitStatus::data || status == ExitStatus::done);
    refused += status == ExitStatus::data ? 1 : 0;
  }
  EXPECT_GT(refused, 1500);
}

TEST(Safetensors, ReadsFileOfTheReferenceImplementation) {
  fs::path const path = "../shared/oracle/bert/model.safetensors";
  if (!fs::exists(path)) GTEST_SKIP() << path << " is absent";
  SafetensorsFile const file(path);
  EXPECT_EQ(file.tensors().size(), 42U);
  StoredTensor const& words = file.tensors().at("bert.embeddings.word_embeddings.weight");
  EXPECT_EQ(words.dtype, "F32");
  EXPECT_EQ(words.shape, (std::vector<std::int64_t>{97, 32}));
  EXPECT_EQ(file.metadata().at("format"), "pt");
  TemporaryDirectory const directory;
  write_safetensors(directory / "copy", file.tensors(), file.metadata());
  SafetensorsFile const copy(directory / "copy");
  for (auto const& [name, tensor] : file.tensors())
    EXPECT_EQ(text_of(copy.tensors().at(name)), text_of(tensor)) << name;
}

}  // namespace
}  // namespace tartan::model
