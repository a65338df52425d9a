#include "shard_info.hpp"

#include "h5_set.hpp"

#include <tartan/core/error.hpp>
#include <tartan/data/labels.hpp>

#include <nlohmann/json.hpp>
#include <set>

namespace tartan::data {
namespace {

constexpr char const* schema_name = "tartan.examples";
constexpr std::int64_t supported_version = 1;
constexpr std::uint64_t most_labels = 10'000;  // evaluation counts each pair of them
constexpr char const* way_out = "; write it with this release's jobs/prepare.py";

//! Well-formed UTF-8, by the JSON writer that will meet it in the end.
bool is_utf8(std::string const& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (nlohmann::json::exception const&) {
    return false;
  }
}

void check_schema(h5::File const& file) {
  std::string const schema = file.text("schema");
  if (schema != schema_name) file.fail("has the schema " + schema + " (expected: " + schema_name + ")" + way_out);
  std::int64_t const version = file.integer("version");
  if (version != supported_version)
    file.fail("has version " + std::to_string(version) + " of " + schema_name + " (supported: 1)" + way_out);
}

void check_kind(h5::File const& file, std::string const& kind) {
  if (!is_kind(kind)) file.fail("has the kind " + kind + " (supported: " + known_kinds() + ")" + way_out);
}

std::int64_t checked_id(h5::File const& file, char const* name, std::int64_t vocab_size) {
  std::int64_t const id = file.integer(name);
  if (id < 0 || id >= vocab_size)
    file.fail("has " + std::string(name) + " = " + std::to_string(id) + " outside its vocab_size of " +
              std::to_string(vocab_size) + way_out);
  return id;
}

std::int64_t checked_size(h5::File const& file, char const* name) {
  constexpr std::int64_t end = std::int64_t{1} << 32;  // of what uint32 tokens can name
  std::int64_t const size = file.integer(name);
  if (size < 1 || size >= end)
    file.fail("has " + std::string(name) + " = " + std::to_string(size) + " (expected: 1 to 4294967295)" + way_out);
  return size;
}

std::vector<std::string> read_label_names(h5::File const& file) {
  h5::Set const names(file, "label_names");
  if (!names.is_text()) names.fail("does not hold strings");
  if (names.size() > most_labels)
    names.fail("has " + std::to_string(names.size()) + " names (at most 10,000 are supported)");
  auto const texts = names.texts();
  std::set<std::string> seen;
  for (auto const& text : texts) {
    if (text.empty() || !is_utf8(text)) names.fail("holds a name that is empty or no UTF-8");
    if (!seen.insert(text).second) names.fail("holds the name " + text + " twice");
  }
  return texts;
}

void check_same(std::string const& what, std::string const& a, std::filesystem::path const& path_a,
                std::string const& b, std::filesystem::path const& path_b) {
  if (a == b) return;
  fail_data(path_a.string() + " and " + path_b.string() + " differ in " + what + " (" + a + " and " + b +
            "); prepare both with the same tokenizer");
}

}  // namespace

ShardInfo read_info(h5::File const& file) {
  check_schema(file);
  ShardInfo info;
  info.version = supported_version;
  info.kind = file.text("kind");
  check_kind(file, info.kind);
  info.tokenizer_sha256 = file.text("tokenizer_sha256");
  info.vocab_size = checked_size(file, "vocab_size");
  info.max_length = checked_size(file, "max_length");
  info.pad_id = checked_id(file, "pad_id", info.vocab_size);
  info.cls_id = checked_id(file, "cls_id", info.vocab_size);
  info.sep_id = checked_id(file, "sep_id", info.vocab_size);
  info.mask_id = checked_id(file, "mask_id", info.vocab_size);
  if (file.has_attribute("unk_id")) info.unk_id = checked_id(file, "unk_id", info.vocab_size);
  info.source = file.text("source");
  info.created_with = file.text("created_with");
  LabelLayout const layout = label_layout(info);
  bool const needed = layout.use == LabelUse::columns;
  if (layout.named && (needed || h5::Set::exists(file, "label_names"))) info.label_names = read_label_names(file);
  return info;
}

void check_same_tokenizer(ShardInfo const& a, std::filesystem::path const& path_a, ShardInfo const& b,
                          std::filesystem::path const& path_b) {
  auto const check = [&](char const* what, auto const& of) { check_same(what, of(a), path_a, of(b), path_b); };
  check("tokenizer_sha256", [](ShardInfo const& info) { return info.tokenizer_sha256; });
  check("vocab_size", [](ShardInfo const& info) { return std::to_string(info.vocab_size); });
  check("pad_id", [](ShardInfo const& info) { return std::to_string(info.pad_id); });
  check("cls_id", [](ShardInfo const& info) { return std::to_string(info.cls_id); });
  check("sep_id", [](ShardInfo const& info) { return std::to_string(info.sep_id); });
  check("mask_id", [](ShardInfo const& info) { return std::to_string(info.mask_id); });
}

}  // namespace tartan::data
