#pragma once

#include "core/temporary_directory.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <hdf5.h>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace tartan::data::testing {

using tartan::testing::TemporaryDirectory;

enum class Storage { contiguous, chunked, deflate, fletcher32 };
enum class Strings { variable, fixed };

//! What a shard shall hold; every field can be made wrong.
struct ShardSpec {
  std::string schema = "tartan.examples";
  std::int64_t version = 1;
  std::string kind = "class";
  std::string tokenizer_sha256 = std::string(64, 'a');
  std::int64_t vocab_size = 1000;
  std::int64_t pad_id = 0, cls_id = 1, sep_id = 2, mask_id = 3, unk_id = 4;
  std::int64_t max_length = 64;
  std::vector<std::uint32_t> tokens;
  std::vector<std::uint64_t> sequence_starts{0};
  std::vector<std::uint64_t> example_starts{0};
  std::vector<std::uint8_t> segments;  // empty: no such data set
  std::vector<std::int32_t> labels;
  std::vector<std::string> label_names{"background", "method", "result"};
  //! Of kind span: begun by the context, ended by right answers; empty: "one two" and "two" for each example.
  std::vector<std::vector<std::string>> texts;
  std::vector<std::uint32_t> token_offsets;  // empty: bytes 0 to 3 for each token but the first of a sequence
  std::vector<std::int32_t> places;          // of kinds span and token_class; empty: made from labels
  std::vector<std::int64_t> integer_ids;     // empty: string ids "e0", "e1" …

  Storage storage = Storage::contiguous;
  Strings strings = Strings::variable;
  std::size_t token_bytes = 2;
  hsize_t alignment = 4096;
  bool big_endian = false;
  std::vector<std::string> omit;           // names of attributes and data sets not to write
  std::function<void(hid_t file)> tamper;  // called before the file is closed
  std::size_t num_examples() const { return example_starts.size() - 1; }
};

//! Appends one example to `spec`.
inline void add_example(ShardSpec& spec, std::vector<std::vector<std::uint32_t>> const& sequences, std::int32_t label) {
  for (auto const& sequence : sequences) {
    spec.tokens.insert(spec.tokens.end(), sequence.begin(), sequence.end());
    spec.sequence_starts.push_back(spec.tokens.size());
  }
  spec.example_starts.push_back(spec.sequence_starts.size() - 1);
  spec.labels.push_back(label);
}

//! `num_examples` examples of one sequence each: cls, 1 to max_length - 2 words, sep. Labels include -1.
inline ShardSpec random_spec(std::size_t num_examples, unsigned seed) {
  ShardSpec spec;
  std::mt19937 random(seed);
  auto const below = [&](std::int64_t bound) {
    return static_cast<std::uint32_t>(random() % static_cast<std::uint64_t>(bound));
  };
  for (std::size_t example = 0; example < num_examples; ++example) {
    std::vector<std::uint32_t> sequence{static_cast<std::uint32_t>(spec.cls_id)};
    for (std::uint32_t word = 0; word <= below(spec.max_length - 2); ++word)
      sequence.push_back(5 + below(spec.vocab_size - 5));
    sequence.resize(std::min(sequence.size(), static_cast<std::size_t>(spec.max_length) - 1));
    sequence.push_back(static_cast<std::uint32_t>(spec.sep_id));
    add_example(spec, {sequence}, static_cast<std::int32_t>(below(4)) - 1);
  }
  return spec;
}

namespace writing {

using Close = herr_t (*)(hid_t);

//! Owns an identifier; throws where the library gave none.
class Handle {
 public:
  Handle(hid_t id, Close close) : id_(id), close_(close) {
    if (id_ < 0) throw std::runtime_error("HDF5 refused to write a test's shard");
  }
  ~Handle() { close_(id_); }
  Handle(Handle const&) = delete;
  Handle& operator=(Handle const&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  Close close_;
};

inline void check(herr_t result) {
  if (result < 0) throw std::runtime_error("HDF5 refused to write a test's shard");
}

inline bool wanted(ShardSpec const& spec, std::string const& name) {
  return std::find(spec.omit.begin(), spec.omit.end(), name) == spec.omit.end();
}

inline void write_integer(hid_t file, ShardSpec const& spec, std::string const& name, std::int64_t value) {
  if (!wanted(spec, name)) return;
  Handle const space(H5Screate(H5S_SCALAR), H5Sclose);
  Handle const attribute(H5Acreate2(file, name.c_str(), H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  check(H5Awrite(attribute, H5T_NATIVE_INT64, &value));
}

//! Length 0: variable.
inline hid_t string_type(std::size_t bytes) {
  hid_t const type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, bytes == 0 ? H5T_VARIABLE : bytes);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

inline void write_text(hid_t file, ShardSpec const& spec, std::string const& name, std::string const& value) {
  if (!wanted(spec, name)) return;
  bool const fixed = spec.strings == Strings::fixed;
  Handle const type(string_type(fixed ? value.size() + 3 : 0), H5Tclose);
  Handle const space(H5Screate(H5S_SCALAR), H5Sclose);
  Handle const attribute(H5Acreate2(file, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  std::string const padded = value + std::string(3, '\0');
  char const* const pointer = value.c_str();
  check(H5Awrite(attribute, type, fixed ? static_cast<void const*>(padded.data()) : &pointer));
}

//! Values of variable length lie elsewhere in the file, where no filter reaches them.
inline hid_t creation(ShardSpec const& spec, std::size_t count, bool variable_text) {
  hid_t const list = H5Pcreate(H5P_DATASET_CREATE);
  if (spec.storage == Storage::contiguous || count == 0) return list;
  hsize_t const chunk = std::min<hsize_t>(count, 512);
  H5Pset_chunk(list, 1, &chunk);
  if (variable_text) return list;
  if (spec.storage == Storage::fletcher32) H5Pset_fletcher32(list);
  if (spec.storage == Storage::deflate) {
    H5Pset_shuffle(list);
    H5Pset_deflate(list, 4);
  }
  return list;
}

inline void write_set(hid_t file, ShardSpec const& spec, std::string const& name, hid_t file_type, hid_t memory_type,
                      std::size_t count, void const* values) {
  if (!wanted(spec, name)) return;
  hsize_t const extent = count;
  Handle const space(H5Screate_simple(1, &extent, nullptr), H5Sclose);
  Handle const list(creation(spec, count, H5Tis_variable_str(file_type) > 0), H5Pclose);
  Handle const set(H5Dcreate2(file, name.c_str(), file_type, space, H5P_DEFAULT, list, H5P_DEFAULT), H5Dclose);
  if (count > 0) check(H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
}

inline void write_texts(hid_t file, ShardSpec const& spec, std::string const& name,
                        std::vector<std::string> const& values) {
  std::size_t longest = 1;
  for (auto const& value : values) longest = std::max(longest, value.size());
  bool const fixed = spec.strings == Strings::fixed;
  Handle const type(string_type(fixed ? longest : 0), H5Tclose);
  std::vector<char> padded(values.size() * longest, '\0');
  std::vector<char const*> pointers;
  for (auto const& value : values) {
    std::copy(value.begin(), value.end(), padded.begin() + static_cast<std::ptrdiff_t>(pointers.size() * longest));
    pointers.push_back(value.c_str());
  }
  write_set(file, spec, name, type, type, values.size(),
            fixed ? static_cast<void const*>(padded.data()) : pointers.data());
}

inline void write_tokens(hid_t file, ShardSpec const& spec) {
  hid_t const narrow = spec.big_endian ? H5T_STD_U16BE : H5T_STD_U16LE;
  hid_t const wide = spec.big_endian ? H5T_STD_U32BE : H5T_STD_U32LE;
  write_set(file, spec, "tokens", spec.token_bytes == 2 ? narrow : wide, H5T_NATIVE_UINT32, spec.tokens.size(),
            spec.tokens.data());
}

inline void write_ids(hid_t file, ShardSpec const& spec) {
  if (!spec.integer_ids.empty())
    return write_set(file, spec, "example_id", H5T_STD_I64LE, H5T_NATIVE_INT64, spec.integer_ids.size(),
                     spec.integer_ids.data());
  std::vector<std::string> ids;
  for (std::size_t example = 0; example < spec.num_examples(); ++example)
    ids.push_back(std::string("e").append(std::to_string(example)));
  write_texts(file, spec, "example_id", ids);
}

inline void write_attributes(hid_t file, ShardSpec const& spec) {
  write_text(file, spec, "schema", spec.schema);
  write_integer(file, spec, "version", spec.version);
  write_text(file, spec, "kind", spec.kind);
  write_text(file, spec, "tokenizer_sha256", spec.tokenizer_sha256);
  write_text(file, spec, "source", "test.jsonl");
  write_text(file, spec, "created_with", "shard_writer.hpp");
  write_integer(file, spec, "vocab_size", spec.vocab_size);
  write_integer(file, spec, "pad_id", spec.pad_id);
  write_integer(file, spec, "cls_id", spec.cls_id);
  write_integer(file, spec, "sep_id", spec.sep_id);
  write_integer(file, spec, "mask_id", spec.mask_id);
  write_integer(file, spec, "unk_id", spec.unk_id);
  write_integer(file, spec, "max_length", spec.max_length);
}

inline void write_starts(hid_t file, ShardSpec const& spec, std::string const& name,
                         std::vector<std::uint64_t> const& starts) {
  write_set(file, spec, name, spec.big_endian ? H5T_STD_U64BE : H5T_STD_U64LE, H5T_NATIVE_UINT64, starts.size(),
            starts.data());
}

inline std::vector<std::uint32_t> token_offsets_of(ShardSpec const& spec) {
  if (!spec.token_offsets.empty()) return spec.token_offsets;
  std::vector<std::uint32_t> offsets(2 * spec.tokens.size(), 0);
  for (std::size_t t = 0; t < spec.tokens.size(); ++t)
    if (!std::binary_search(spec.sequence_starts.begin(), spec.sequence_starts.end(), t)) offsets[2 * t + 1] = 3;
  return offsets;
}

inline void write_passages(hid_t file, ShardSpec const& spec) {
  auto const examples =
      spec.texts.empty() ? std::vector<std::vector<std::string>>(spec.num_examples(), {"one two", "two"}) : spec.texts;
  std::string all;
  std::vector<std::uint64_t> starts{0}, first{0};
  for (auto const& texts : examples) {
    for (auto const& text : texts) starts.push_back((all += text + '\0').size());
    first.push_back(starts.size() - 1);
  }
  auto const offsets = token_offsets_of(spec);
  write_set(file, spec, "token_offsets", H5T_STD_U32LE, H5T_NATIVE_UINT32, offsets.size(), offsets.data());
  write_set(file, spec, "texts", H5T_STD_U8LE, H5T_NATIVE_UINT8, all.size(), all.data());
  write_starts(file, spec, "text_starts", starts);
  write_starts(file, spec, "example_texts", first);
}

//! A span points at the token that the label numbers; a word begins at each sequence's first token.
inline std::vector<std::int32_t> places_of(ShardSpec const& spec) {
  std::vector<std::int32_t> places = spec.places;
  for (std::size_t e = 0; spec.places.empty() && e < spec.num_examples(); ++e)
    for (std::uint64_t s = spec.example_starts[e]; s < spec.example_starts[e + 1]; ++s) {
      std::uint64_t const tokens = spec.sequence_starts[s + 1] - spec.sequence_starts[s];
      std::size_t const further = spec.kind == "span" ? 1 : static_cast<std::size_t>(tokens) - 1;
      places.push_back(spec.labels[e]);
      places.insert(places.end(), further, spec.kind == "span" ? spec.labels[e] : -2);
    }
  return places;
}

//! What `labels` become in each kind: a class; for every name whether it is the class; a number; the first choice.
inline void write_labels(hid_t file, ShardSpec const& spec) {
  std::vector<std::int32_t> choices;
  std::vector<std::int8_t> columns;
  std::vector<float> values;
  for (auto const label : spec.labels) {
    choices.push_back(std::min(label, 0));
    values.push_back(label < 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(label) / 2);
    for (std::size_t c = 0; c < spec.label_names.size(); ++c)
      columns.push_back(label < 0 ? std::int8_t{-1} : std::int8_t{label == static_cast<std::int32_t>(c)});
  }
  if (spec.kind == "class")
    write_set(file, spec, "class", H5T_STD_I32LE, H5T_NATIVE_INT32, spec.labels.size(), spec.labels.data());
  if (spec.kind == "choice")
    write_set(file, spec, "choice", H5T_STD_I32LE, H5T_NATIVE_INT32, choices.size(), choices.data());
  if (spec.kind == "multilabel")
    write_set(file, spec, "multilabel", H5T_STD_I8LE, H5T_NATIVE_INT8, columns.size(), columns.data());
  if (spec.kind == "regression")
    write_set(file, spec, "regression", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.size(), values.data());
  if (spec.kind == "span" || spec.kind == "token_class") {
    auto const places = places_of(spec);
    write_set(file, spec, spec.kind, H5T_STD_I32LE, H5T_NATIVE_INT32, places.size(), places.data());
  }
  if (spec.kind == "span") write_passages(file, spec);
  if (spec.kind == "class" || spec.kind == "multilabel" || spec.kind == "token_class")
    write_texts(file, spec, "label_names", spec.label_names);
}

}  // namespace writing

//! Writes `spec` as one shard.
inline void write_shard(std::filesystem::path const& path, ShardSpec const& spec) {
  using namespace writing;
  Handle const access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  check(H5Pset_alignment(access, 1, spec.alignment));
  Handle const file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  write_attributes(file, spec);
  write_tokens(file, spec);
  write_starts(file, spec, "sequence_starts", spec.sequence_starts);
  write_starts(file, spec, "example_starts", spec.example_starts);
  write_ids(file, spec);
  if (!spec.segments.empty())
    write_set(file, spec, "segments", H5T_STD_U8LE, H5T_NATIVE_UINT8, spec.segments.size(), spec.segments.data());
  write_labels(file, spec);
  if (spec.tamper) spec.tamper(file);
}

}  // namespace tartan::data::testing
