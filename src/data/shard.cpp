#include "column.hpp"
#include "shard_info.hpp"

#include <tartan/core/error.hpp>
#include <tartan/data/labels.hpp>
#include <tartan/data/shard.hpp>

#include <mutex>
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
  std::uint64_t labels_per_example = 0;
  std::vector<float> labels;
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

void check_size(h5::Set const& set, std::uint64_t expected, char const* of) {
  if (set.size() != expected)
    set.fail("has " + std::to_string(set.size()) + " elements for " + std::to_string(expected) + " " + of);
}

Column<std::uint64_t> load_starts(h5::File const& file, char const* name, FileMap const& map, std::uint64_t end) {
  h5::Set const set(file, name);
  if (!set.is_integer(H5T_SGN_NONE, 8)) set.fail("does not hold uint64");
  if (set.size() < 2) set.fail("has no entry beside its first");
  auto column = load_column<std::uint64_t>(set, map);
  if (column.values.front() != 0) set.fail("does not begin with 0");
  if (column.values.back() != end)
    set.fail("ends with " + std::to_string(column.values.back()) + " instead of " + std::to_string(end));
  return column;
}

Column<std::uint8_t> load_segments(h5::File const& file, FileMap const& map, std::uint64_t num_tokens) {
  h5::Set const set(file, segments_name);
  if (!set.is_integer(H5T_SGN_NONE, 1)) set.fail("does not hold uint8");
  check_size(set, num_tokens, "tokens");
  return load_column<std::uint8_t>(set, map);
}

std::vector<float> load_labels(h5::File const& file, ShardInfo const& info, std::uint64_t num_examples) {
  LabelLayout const layout = label_layout(info);
  if (layout.use == LabelUse::none) return {};
  h5::Set const set(file, info.kind.c_str());
  bool const real = layout.use == LabelUse::value;
  if (real && !set.is_real()) set.fail("does not hold floating point numbers");
  if (!real && !(set.is_integer() && set.is_signed())) set.fail("does not hold signed integers");
  check_size(set, num_examples * layout.per_example, layout.per_example == 1 ? "examples" : "labels of examples");
  std::vector<float> labels(set.size());
  set.read(H5T_NATIVE_FLOAT, labels.data());
  return labels;
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
  shard.labels_per_example = label_layout(shard.info).per_example;
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

std::span<float const> Shard::labels(std::uint64_t example) const {
  std::uint64_t const count = impl_->labels_per_example;
  return std::span(impl_->labels).subspan(example * count, count);
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
