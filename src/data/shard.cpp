#include "load_columns.hpp"
#include "passages.hpp"
#include "shard_info.hpp"

#include <tartan/core/error.hpp>
#include <tartan/data/labels.hpp>
#include <tartan/data/shard.hpp>

#include <mutex>
#include <optional>
#include <variant>

namespace tartan::data {

using Tokens = std::variant<Column<std::uint16_t>, Column<std::uint32_t>>;

struct Shard::Impl {
  explicit Impl(std::filesystem::path const& shard_path) : path(shard_path), map(shard_path, "check `data`") {}
  std::filesystem::path path;
  FileMap map;
  ShardInfo info;
  Tokens tokens;
  Column<std::uint64_t> sequence_starts;
  Column<std::uint64_t> example_starts;
  Column<std::uint8_t> segments;
  LabelLayout label_layout;
  std::vector<float> labels;    // of examples
  Column<std::int32_t> places;  // labels of sequences or tokens
  std::optional<Passages> passages;
  std::once_flag ids_read;
  std::vector<std::string> ids;
};

namespace {

constexpr char const* segments_name = "segments";

Tokens load_tokens(h5::File const& file, FileMap const& map) {
  h5::Set const set(file, "tokens");
  if (set.is_integer(H5T_SGN_NONE, 2)) return load_column<std::uint16_t>(set, map);
  if (set.is_integer(H5T_SGN_NONE, 4)) return load_column<std::uint32_t>(set, map);
  set.fail("does not hold uint16 or uint32");
}

std::uint64_t size_of(Tokens const& tokens) {
  return std::visit([](auto const& column) { return static_cast<std::uint64_t>(column.values.size()); }, tokens);
}

Column<std::uint8_t> load_segments(h5::File const& file, FileMap const& map, std::uint64_t num_tokens) {
  h5::Set const set(file, segments_name);
  if (!set.is_integer(H5T_SGN_NONE, 1)) set.fail("does not hold uint8");
  check_size(set, num_tokens, "tokens");
  return load_column<std::uint8_t>(set, map);
}

std::vector<float> load_labels(h5::File const& file, ShardInfo const& info, std::uint64_t num_examples) {
  LabelLayout const layout = label_layout(info);
  if (layout.use == LabelUse::none || layout.per != LabelPer::example) return {};
  h5::Set const set(file, info.kind.c_str());
  bool const real = layout.use == LabelUse::value;
  if (real && !set.is_real()) set.fail("does not hold floating point numbers");
  if (!real && !(set.is_integer() && set.is_signed())) set.fail("does not hold signed integers");
  check_size(set, num_examples * layout.width, layout.width == 1 ? "examples" : "labels of examples");
  std::vector<float> labels(set.size());
  set.read(H5T_NATIVE_FLOAT, labels.data());
  return labels;
}

Column<std::int32_t> load_places(h5::File const& file, FileMap const& map, ShardInfo const& info,
                                 std::uint64_t sequences, std::uint64_t tokens) {
  LabelLayout const layout = label_layout(info);
  if (layout.per == LabelPer::example) return {};
  h5::Set const set(file, info.kind.c_str());
  if (!set.is_integer(H5T_SGN_2, 4)) set.fail("does not hold int32");
  bool const of_tokens = layout.per == LabelPer::token;
  check_size(set, (of_tokens ? tokens : sequences) * layout.width, of_tokens ? "tokens" : "pairs of sequences");
  return load_column<std::int32_t>(set, map);
}

h5::Set open_ids(h5::File const& file, std::uint64_t num_examples) {
  h5::Set set(file, "example_id");
  if (!set.is_integer() && !set.is_text()) set.fail("holds neither integers nor strings");
  check_size(set, num_examples, "examples");
  return set;
}

std::vector<std::string> load_ids(std::filesystem::path const& path, std::uint64_t num_examples) {
  h5::Session const session;
  h5::File const file(path);
  return open_ids(file, num_examples).texts();
}

}  // namespace

Shard::Shard(std::filesystem::path const& path) : impl_(std::make_unique<Impl>(path)) {
  h5::Session const session;
  h5::File const file(path);
  Impl& shard = *impl_;
  shard.info = read_info(file);
  shard.tokens = load_tokens(file, shard.map);
  shard.sequence_starts = load_starts(file, "sequence_starts", shard.map, num_tokens());
  shard.example_starts = load_starts(file, "example_starts", shard.map, num_sequences());
  if (h5::Set::exists(file, segments_name)) shard.segments = load_segments(file, shard.map, num_tokens());
  shard.labels = load_labels(file, shard.info, num_examples());
  shard.places = load_places(file, shard.map, shard.info, num_sequences(), num_tokens());
  shard.label_layout = label_layout(shard.info);
  if (shard.label_layout.use == LabelUse::places)
    shard.passages.emplace(path, file, shard.map, num_examples(), num_tokens());
  open_ids(file, num_examples());
}

Shard::Shard(Shard&&) noexcept = default;
Shard& Shard::operator=(Shard&&) noexcept = default;
Shard::~Shard() = default;

ShardInfo const& Shard::info() const { return impl_->info; }
std::filesystem::path const& Shard::path() const { return impl_->path; }
std::uint64_t Shard::num_examples() const { return impl_->example_starts.values.size() - 1; }
std::uint64_t Shard::num_sequences() const { return impl_->sequence_starts.values.size() - 1; }
std::uint64_t Shard::num_tokens() const { return size_of(impl_->tokens); }
std::uint64_t Shard::sequence_start(std::uint64_t sequence) const { return impl_->sequence_starts.values[sequence]; }
std::uint64_t Shard::example_start(std::uint64_t example) const { return impl_->example_starts.values[example]; }
bool Shard::has_segments() const { return !impl_->segments.values.empty(); }

std::span<std::uint64_t const> Shard::sequence_starts(std::uint64_t first, std::uint64_t last) const {
  return impl_->sequence_starts.values.subspan(first, last - first + 1);
}

std::vector<float> Shard::labels(std::uint64_t first, std::uint64_t last) const {
  auto const stretch = [&](auto const& all) {
    auto const part =
        std::span(all).subspan(first * impl_->label_layout.width, (last - first) * impl_->label_layout.width);
    return std::vector<float>(part.begin(), part.end());
  };
  return impl_->label_layout.per == LabelPer::example ? stretch(impl_->labels) : stretch(impl_->places.values);
}

bool Shard::has_passages() const { return impl_->passages.has_value(); }

Passage Shard::passage(std::uint64_t example, std::uint64_t first_token, std::uint64_t last_token) const {
  return impl_->passages->at(example, first_token, last_token);
}

bool Shard::is_mapped() const {
  return std::visit([](auto const& column) { return column.is_mapped(); }, impl_->tokens);
}

void Shard::copy_tokens(std::uint64_t first, std::uint64_t last, std::vector<std::int64_t>& out) const {
  std::visit(
      [&](auto const& column) { out.insert(out.end(), column.values.data() + first, column.values.data() + last); },
      impl_->tokens);
}

void Shard::copy_segments(std::uint64_t first, std::uint64_t last, std::vector<std::int64_t>& out) const {
  auto const* const values = impl_->segments.values.data();
  out.insert(out.end(), values + first, values + last);
}

std::string Shard::example_id(std::uint64_t example) const {
  std::call_once(impl_->ids_read, [&] { impl_->ids = load_ids(path(), num_examples()); });
  return impl_->ids[example];
}

}  // namespace tartan::data
