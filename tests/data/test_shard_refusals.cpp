#include "data/expect_error.hpp"
#include "data/shard_writer.hpp"

#include <tartan/data/shard.hpp>

#include <chrono>
#include <fstream>
#include <memory>

namespace tartan::data {
namespace {

using tartan::testing::expect_error;
using testing::random_spec;
using testing::ShardSpec;
using testing::Storage;
using testing::TemporaryDirectory;
using testing::write_shard;
using testing::writing::Handle;

struct Refusal {
  char const* name;
  char const* words;
  std::function<void(ShardSpec&, TemporaryDirectory const&)> spoil;
};

void PrintTo(Refusal const& refusal, std::ostream* out) { *out << refusal.name; }

using ListSetting = std::function<void(hid_t)>;

//! Puts a data set of `extent` uint16 in the place of `tokens`, created as `set_list` says.
void replace_tokens(ShardSpec& spec, std::vector<hsize_t> extent, ListSetting const& set_list, bool write = false) {
  spec.omit.push_back("tokens");
  spec.tamper = [=](hid_t file) {
    std::vector<hsize_t> const limits(extent.size(), H5S_UNLIMITED);
    Handle const list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    set_list(list);
    bool const chunked = H5Pget_layout(list) == H5D_CHUNKED;
    Handle const space(
        H5Screate_simple(static_cast<int>(extent.size()), extent.data(), chunked ? limits.data() : nullptr), H5Sclose);
    Handle const set(H5Dcreate2(file, "tokens", H5T_STD_U16LE, space, H5P_DEFAULT, list, H5P_DEFAULT), H5Dclose);
    std::vector<std::uint16_t> const values(write ? extent[0] : 0, 5);
    if (write) testing::writing::check(H5Dwrite(set, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
  };
}

//! As above with `chunks` chunks of `elements`, each of which has `stored_bytes` of rubbish.
void replace_tokens_by_chunks(ShardSpec& spec, hsize_t chunks, hsize_t elements, std::size_t stored_bytes) {
  spec.omit.push_back("tokens");
  spec.tamper = [=](hid_t file) {
    hsize_t const extent = chunks * elements;
    Handle const list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(list, 1, &elements);
    H5Pset_deflate(list, 4);
    Handle const space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
    Handle const set(H5Dcreate2(file, "tokens", H5T_STD_U16LE, space, H5P_DEFAULT, list, H5P_DEFAULT), H5Dclose);
    std::vector<char> const rubbish(stored_bytes, 'x');
    for (hsize_t offset = 0; offset < extent; offset += elements)
      testing::writing::check(H5Dwrite_chunk(set, H5P_DEFAULT, 0, &offset, stored_bytes, rubbish.data()));
  };
}

void use_external(ShardSpec& spec, TemporaryDirectory const& directory) {
  std::string const secret = directory / "secret.bin";
  std::ofstream(secret, std::ios::binary) << std::string(4096, 's');
  replace_tokens(spec, {100}, [=](hid_t list) { H5Pset_external(list, secret.c_str(), 0, 200); });
}

void use_virtual(ShardSpec& spec, TemporaryDirectory const& directory) {
  std::string const other = directory / "other.h5";
  write_shard(other, random_spec(20, 9));
  replace_tokens(spec, {100}, [=](hid_t list) {
    hsize_t const extent = 100;
    Handle const space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
    testing::writing::check(H5Pset_virtual(list, space, other.c_str(), "tokens", space));
  });
}

void use_soft_link(ShardSpec& spec, TemporaryDirectory const&) {
  spec.tamper = [](hid_t file) {
    H5Lmove(file, "tokens", file, "elsewhere", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/elsewhere", file, "tokens", H5P_DEFAULT, H5P_DEFAULT);
  };
}

void use_external_link(ShardSpec& spec, TemporaryDirectory const& directory) {
  std::string const other = directory / "other.h5";
  write_shard(other, spec);
  spec.omit.push_back("tokens");
  spec.tamper = [=](hid_t file) {
    H5Lcreate_external(other.c_str(), "/tokens", file, "tokens", H5P_DEFAULT, H5P_DEFAULT);
  };
}

std::vector<Refusal> refusals() {
  auto const omit = [](char const* name) {
    return [=](ShardSpec& spec, TemporaryDirectory const&) { spec.omit = {name}; };
  };
  auto const change = [](auto set) { return [=](ShardSpec& spec, TemporaryDirectory const&) { set(spec); }; };
  auto const chunk = [](hsize_t elements) { return [=](hid_t list) { H5Pset_chunk(list, 1, &elements); }; };
  constexpr hsize_t huge = hsize_t{1} << 60;
  return {
      {"Schema", "has the schema other", change([](ShardSpec& spec) { spec.schema = "other"; })},
      {"Version", "has version 2 of tartan.examples (supported: 1)", change([](ShardSpec& spec) { spec.version = 2; })},
      {"Kind", "has the kind audio (supported: text, class, multilabel, regression, choice, span, token_class)",
       change([](ShardSpec& spec) { spec.kind = "audio"; })},
      {"NoSchema", "has no attribute schema", omit("schema")},
      {"NoVocabSize", "has no attribute vocab_size", omit("vocab_size")},
      {"VocabSize", "has vocab_size = 0", change([](ShardSpec& spec) { spec.vocab_size = 0; })},
      {"MaxLength", "has max_length = -1", change([](ShardSpec& spec) { spec.max_length = -1; })},
      {"MaskId", "has mask_id = 1000 outside", change([](ShardSpec& spec) { spec.mask_id = 1000; })},
      {"NoTokens", "data set tokens is missing", omit("tokens")},
      {"NoSequenceStarts", "data set sequence_starts is missing", omit("sequence_starts")},
      {"NoExampleStarts", "data set example_starts is missing", omit("example_starts")},
      {"NoIds", "data set example_id is missing", omit("example_id")},
      {"NoClass", "data set class is missing", omit("class")},
      {"EmptyTokens", "data set tokens is empty", change([](ShardSpec& spec) { spec.tokens.clear(); })},
      {"SequenceStartsEnd", "data set sequence_starts ends with",
       change([](ShardSpec& spec) { ++spec.sequence_starts.back(); })},
      {"ExampleStartsEnd", "data set example_starts ends with",
       change([](ShardSpec& spec) { ++spec.example_starts.back(); })},
      {"StartsBegin", "data set sequence_starts does not begin with 0",
       change([](ShardSpec& spec) { spec.sequence_starts.front() = 1; })},
      {"OneStart", "data set example_starts has no entry beside its first",
       change([](ShardSpec& spec) { spec.example_starts.resize(1); })},
      {"LabelCount", "data set class has 21 elements for 20 examples",
       change([](ShardSpec& spec) { spec.labels.push_back(0); })},
      {"IdCount", "data set example_id has 1 elements for 20 examples",
       change([](ShardSpec& spec) { spec.integer_ids = {1}; })},
      {"SegmentCount", "data set segments has 1 elements", change([](ShardSpec& spec) { spec.segments = {1}; })},
      {"SpanCount", "data set span has 3 elements for 40 pairs of sequences", change([](ShardSpec& spec) {
         spec.kind = "span";
         spec.places = {0, 0, 0};
       })},
      {"WordCount", "data set token_class has 1 elements for", change([](ShardSpec& spec) {
         spec.kind = "token_class";
         spec.places = {0};
       })},
      {"OffsetCount", "data set token_offsets has 2 elements for", change([](ShardSpec& spec) {
         spec.kind = "span";
         spec.token_offsets = {0, 0};
       })},
      {"TextCount", "data set example_texts has 2 elements for 21 ends of examples", change([](ShardSpec& spec) {
         spec.kind = "span";
         spec.texts = {{"one two"}};
       })},
      {"Rank", "does not have exactly one dimension", change([](ShardSpec& spec) {
         replace_tokens(spec, {4, 4}, [](hid_t) {});
       })},
      {"External", "has external storage", use_external},
      {"Virtual", "has a virtual or unknown layout", use_virtual},
      {"SoftLink", "is a soft or external link", use_soft_link},
      {"ExternalLink", "is a soft or external link", use_external_link},
      {"NeverWritten", "never written", change([](ShardSpec& spec) { replace_tokens(spec, {1 << 20}, [](hid_t) {}); })},
      {"HugeContiguous", "never written", change([](ShardSpec& spec) { replace_tokens(spec, {huge}, [](hid_t) {}); })},
      {"HugeChunked", "never written", change([=](ShardSpec& spec) { replace_tokens(spec, {huge}, chunk(1 << 16)); })},
      {"Filter", "uses the filter 6", change([=](ShardSpec& spec) {
         replace_tokens(
             spec, {1000},
             [=](hid_t list) {
               chunk(100)(list);
               H5Pset_scaleoffset(list, H5Z_SO_INT, 0);
             },
             true);
       })},
      {"ChunkSize", "chunks of more than 64 MiB", change([=](ShardSpec& spec) {
         replace_tokens(
             spec, {1000},
             [=](hid_t list) {
               chunk((hsize_t{1} << 25) + 1)(list);
               H5Pset_deflate(list, 1);
             },
             true);
       })},
      {"ChunkedTooLarge", "h5repack",
       change([](ShardSpec& spec) { replace_tokens_by_chunks(spec, 17, 1 << 25, 70000); })},
      {"Bomb", "more elements than its chunks can hold",
       change([](ShardSpec& spec) { replace_tokens_by_chunks(spec, 2, 1 << 25, 100); })},
      {"BadChunk", "cannot be read", change([](ShardSpec& spec) { replace_tokens_by_chunks(spec, 2, 1000, 100); })},
  };
}

class ShardRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(ShardRefusal, NamesFileAndReason) {
  TemporaryDirectory const directory;
  ShardSpec spec = random_spec(20, 1);
  GetParam().spoil(spec, directory);
  auto const path = directory / "bad.h5";
  write_shard(path, spec);
  auto const begin = std::chrono::steady_clock::now();
  expect_error(ExitStatus::data, path.string(), [&] { Shard{path}; });
  expect_error(ExitStatus::data, GetParam().words, [&] { Shard{path}; });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_EQ(H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL), 0);
}

INSTANTIATE_TEST_SUITE_P(Each, ShardRefusal, ::testing::ValuesIn(refusals()),
                         [](auto const& test) { return std::string(test.param.name); });

TEST(ShardFile, MissingPathIsUsage) {
  expect_error(ExitStatus::usage, "nowhere.h5", [] { Shard("nowhere.h5"); });
}

TEST(ShardFile, TextFileIsRefused) {
  TemporaryDirectory const directory;
  std::ofstream(directory / "text.h5") << "id,text\n1,a\n";
  expect_error(ExitStatus::data, "is no HDF5 file", [&] { Shard(directory / "text.h5"); });
}

TEST(ShardFile, TruncationIsRefused) {
  TemporaryDirectory const directory;
  auto const path = directory / "cut.h5";
  for (std::uintmax_t const cut : {8, 4096}) {
    write_shard(path, random_spec(20, 1));
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - cut);
    expect_error(ExitStatus::data, "cut.h5 is truncated or damaged", [&] { Shard{path}; });
  }
}

TEST(ShardFile, FlippedByteUnderAChecksumIsRefused) {
  TemporaryDirectory const directory;
  auto const path = directory / "flip.h5";
  ShardSpec spec = random_spec(20, 1);
  spec.storage = Storage::fletcher32;
  write_shard(path, spec);
  std::string bytes;
  {
    std::ifstream in(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  std::vector<std::uint16_t> const first(spec.tokens.begin(), spec.tokens.begin() + 16);
  auto const place = bytes.find(std::string(reinterpret_cast<char const*>(first.data()), 32));
  ASSERT_NE(place, std::string::npos);
  bytes[place + 4] = static_cast<char>(bytes[place + 4] ^ 1);
  std::ofstream(path, std::ios::binary) << bytes;
  expect_error(ExitStatus::data, "data set tokens cannot be read", [&] { Shard{path}; });
}

}  // namespace
}  // namespace tartan::data
