#include "passages.hpp"

#include "load_columns.hpp"

#include <tartan/core/error.hpp>

namespace tartan::data {
namespace {

Column<std::uint8_t> load_texts(h5::File const& file, FileMap const& map) {
  h5::Set const set(file, "texts");
  if (!set.is_integer(H5T_SGN_NONE, 1)) set.fail("does not hold uint8");
  return load_column<std::uint8_t>(set, map);
}

Column<std::uint32_t> load_offsets(h5::File const& file, FileMap const& map, std::uint64_t num_tokens) {
  h5::Set const set(file, "token_offsets");
  if (!set.is_integer(H5T_SGN_NONE, 4)) set.fail("does not hold uint32");
  check_size(set, 2 * num_tokens, "ends of tokens");
  return load_column<std::uint32_t>(set, map);
}

std::uint64_t num_texts(h5::File const& file) { return h5::Set(file, "text_starts").size() - 1; }

void check_entries(h5::File const& file, std::uint64_t num_examples) {
  h5::Set const set(file, "example_texts");
  check_size(set, num_examples + 1, "ends of examples");
}

}  // namespace

Passages::Passages(std::filesystem::path const& path, h5::File const& file, FileMap const& map,
                   std::uint64_t num_examples, std::uint64_t num_tokens)
    : path_(path.string()),
      offsets_(load_offsets(file, map, num_tokens)),
      texts_(load_texts(file, map)),
      text_starts_(load_starts(file, "text_starts", map, texts_.values.size())),
      example_texts_(load_starts(file, "example_texts", map, num_texts(file))) {
  check_entries(file, num_examples);
}

void Passages::fail(std::uint64_t example, std::string const& problem) const {
  fail_data(path_ + " row " + std::to_string(example) + " " + problem + "; prepare the data again");
}

std::string_view Passages::text(std::uint64_t number) const {
  std::uint64_t const first = text_starts_.values[number], end = text_starts_.values[number + 1];
  return {reinterpret_cast<char const*>(texts_.values.data()) + first, end - first - 1};
}

Passage Passages::at(std::uint64_t example, std::uint64_t first_token, std::uint64_t last_token) const {
  std::uint64_t const first = example_texts_.values[example], last = example_texts_.values[example + 1];
  if (first >= last || last > text_starts_.values.size() - 1) fail(example, "has example_texts out of order");
  for (std::uint64_t t = first; t < last; ++t)
    if (text_starts_.values[t] >= text_starts_.values[t + 1] || text_starts_.values[t + 1] > texts_.values.size())
      fail(example, "has text_starts out of order");
  Passage passage{text(first), {}, offsets_.values.subspan(2 * first_token, 2 * (last_token - first_token))};
  for (std::uint64_t t = first + 1; t < last; ++t) passage.answers.push_back(text(t));
  for (std::size_t o = 0; o < passage.offsets.size(); o += 2)
    if (passage.offsets[o] > passage.offsets[o + 1] || passage.offsets[o + 1] > passage.context.size())
      fail(example, "has a token that stands outside its context");
  return passage;
}

}  // namespace tartan::data
