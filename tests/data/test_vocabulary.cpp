#include "core/temporary_directory.hpp"
#include "data/expect_error.hpp"

#include <tartan/data/vocabulary.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tartan::data {
namespace {

using tartan::testing::expect_error;
using tartan::testing::TemporaryDirectory;
using tartan::testing::write_text;
using Json = nlohmann::json;
using Ids = std::vector<std::int64_t>;

Json word_pieces() {
  return {{"added_tokens", {{{"id", 0}, {"content", "[CLS]"}}, {{"id", 1}, {"content", "[SEP]"}}}},
          {"model",
           {{"type", "WordPiece"},
            {"continuing_subword_prefix", "##"},
            {"vocab", {{"[CLS]", 0}, {"[SEP]", 1}, {"un", 2}, {"##help", 3}, {"##ful", 4}, {"word", 5}, {"##", 6}}}}}};
}

//! Ġ is the blank, Ã and © are the two bytes of é, Ċ is the end of a line.
Json byte_level() {
  return {{"added_tokens", {{{"id", 0}, {"content", "<s>"}}, {{"id", 1}, {"content", "Ġmask"}}}},
          {"decoder", {{"type", "ByteLevel"}}},
          {"model",
           {{"type", "BPE"},
            {"vocab", {{"<s>", 0}, {"Caf", 2}, {"Ã", 3}, {"©", 4}, {"Ġau", 5}, {"Ċ", 6}, {"Ń", 7}, {"語", 8}}}}}};
}

std::string decoded(Json const& tokenizer, Ids const& ids) {
  TemporaryDirectory const directory;
  write_text(directory / "tokenizer.json", tokenizer.dump());
  return Vocabulary::read(directory / "tokenizer.json").decode(ids);
}

void expect_refused(std::string const& text, std::string const& words) {
  TemporaryDirectory const directory;
  write_text(directory / "tokenizer.json", text);
  expect_error(ExitStatus::data, words, [&] { Vocabulary::read(directory / "tokenizer.json"); });
}

TEST(Vocabulary, JoinsWordPieces) {
  EXPECT_EQ(decoded(word_pieces(), {0, 2, 3, 4, 5, 1}), "[CLS] unhelpful word [SEP]");
  EXPECT_EQ(decoded(word_pieces(), {}), "");
}

TEST(Vocabulary, APrefixAloneOrInFrontIsShown) {
  EXPECT_EQ(decoded(word_pieces(), {3, 5}), "##help word");
  EXPECT_EQ(decoded(word_pieces(), {5, 6, 5}), "word ## word");
}

TEST(Vocabulary, IdsWithoutATokenAreShownAsNumbers) {
  EXPECT_EQ(decoded(word_pieces(), {5, 99, -1}), "word <id 99> <id -1>");
  EXPECT_EQ(decoded(byte_level(), {2, 99}), "Caf<id 99>");
}

TEST(Vocabulary, ByteLevelTokensBecomeTheirBytes) {
  EXPECT_EQ(decoded(byte_level(), {0, 2, 3, 4, 5, 6}), "<s>Café au\n");
  EXPECT_EQ(decoded(byte_level(), {2, 3}), "Caf\xc3");  // half a character
  EXPECT_EQ(decoded(byte_level(), {7}), "\xad");
}

TEST(Vocabulary, AddedTokensAndOtherCharactersStayAsTheyAre) {
  EXPECT_EQ(decoded(byte_level(), {1}), "Ġmask");
  EXPECT_EQ(decoded(byte_level(), {8}), "語");
}

TEST(Vocabulary, KnowsItsSize) {
  TemporaryDirectory const directory;
  write_text(directory / "tokenizer.json", word_pieces().dump());
  Vocabulary const vocabulary = Vocabulary::read(directory / "tokenizer.json");
  EXPECT_EQ(vocabulary.size(), 7u);
  EXPECT_EQ(vocabulary.highest_id(), 6);
}

TEST(Vocabulary, OtherTokenizersAreRefused) {
  Json unigram = word_pieces(), plain = byte_level();
  unigram["model"]["type"] = "Unigram";
  plain.erase("decoder");
  expect_refused(unigram.dump(), "type \"Unigram\" (supported: WordPiece and byte-level BPE)");
  expect_refused(plain.dump(), "type \"BPE\"");
}

TEST(Vocabulary, MalformedFilesAreRefused) {
  Json negative = word_pieces(), text = word_pieces(), list = word_pieces(), added = word_pieces();
  negative["model"]["vocab"]["word"] = -5;
  text["model"]["vocab"]["word"] = "5";
  list["model"] = {1, 2};
  added["added_tokens"] = {{{"id", 1}}};
  expect_refused("", "is no JSON");
  expect_refused("[]", "holds a tokenizer of type");
  expect_refused(negative.dump(), "gives the token word a negative id");
  for (Json const& json : {text, added}) expect_refused(json.dump(), "is no tokenizer.json of Hugging Face");
  expect_refused(list.dump(), "holds a tokenizer of type");
  expect_error(ExitStatus::usage, "is not there", [] { Vocabulary::read("nowhere/tokenizer.json"); });
}

}  // namespace
}  // namespace tartan::data
