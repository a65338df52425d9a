#include "byte_level.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/json_file.hpp>
#include <tartan/data/vocabulary.hpp>

#include <algorithm>

namespace tartan::data {
namespace fs = std::filesystem;
using Json = nlohmann::json;
namespace {

constexpr char const* way_out = "name the directory of the tokenizer that the data were prepared with";

[[noreturn]] void refuse(fs::path const& path, std::string const& problem) {
  fail_data(path.string() + " " + problem + "; " + way_out);
}

std::string type_of(Json const& json, char const* part) {
  auto const found = json.find(part);
  return found != json.end() && found->is_object() ? found->value("type", "") : "";
}

}  // namespace

void Vocabulary::add(fs::path const& path, std::string const& token, std::int64_t id) {
  if (id < 0) refuse(path, "gives the token " + token + " a negative id");
  tokens_[id] = token;
  highest_id_ = std::max(highest_id_, id);
}

Vocabulary Vocabulary::read(fs::path const& path) {
  Json const json = read_json_file(path, way_out, max_tokenizer_bytes);
  Vocabulary result;
  try {
    std::string const type = type_of(json, "model");
    bool const byte_level = type == "BPE" && type_of(json, "decoder") == "ByteLevel";
    if (type != "WordPiece" && !byte_level)
      refuse(path, "holds a tokenizer of type \"" + type + "\" (supported: WordPiece and byte-level BPE)");
    result.kind_ = byte_level ? Kind::byte_level : Kind::word_piece;
    result.continuing_prefix_ = json.at("model").value("continuing_subword_prefix", "##");
    for (auto const& [token, id] : json.at("model").at("vocab").items())
      result.add(path, token, id.get<std::int64_t>());
    for (auto const& added : json.value("added_tokens", Json::array())) {
      auto const id = added.at("id").get<std::int64_t>();
      result.add(path, added.at("content").get<std::string>(), id);
      result.added_.insert(id);
    }
  } catch (Json::exception const& error) {
    refuse(path, std::string("is no tokenizer.json of Hugging Face (") + error.what() + ")");
  }
  return result;
}

std::string Vocabulary::decode(std::span<std::int64_t const> ids) const {
  return kind_ == Kind::byte_level ? bytes(ids) : word_pieces(ids);
}

std::string Vocabulary::name_of(std::int64_t id) const {
  auto const found = tokens_.find(id);
  return found == tokens_.end() ? "<id " + std::to_string(id) + ">" : found->second;
}

std::string Vocabulary::word_pieces(std::span<std::int64_t const> ids) const {
  std::string text;
  for (std::int64_t const id : ids) {
    std::string const token = name_of(id);
    bool const continues = !continuing_prefix_.empty() && !text.empty() && token.starts_with(continuing_prefix_) &&
                           token.size() > continuing_prefix_.size();
    if (!continues && !text.empty()) text += ' ';
    text += continues ? token.substr(continuing_prefix_.size()) : token;
  }
  return text;
}

std::string Vocabulary::bytes(std::span<std::int64_t const> ids) const {
  std::string text;
  for (std::int64_t const id : ids)
    text += added_.contains(id) || !tokens_.contains(id) ? name_of(id) : bytes_of(name_of(id));
  return text;
}

}  // namespace tartan::data
