#include "hf_files.hpp"

#include <tartan/core/error.hpp>

#include <fstream>

namespace tartan::model {
namespace fs = std::filesystem;
namespace {

constexpr char const* tokenizer_files[] = {
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "vocab.json",
    "merges.txt",     "added_tokens.json"};

}  // namespace

void write_json(fs::path const& path, nlohmann::ordered_json const& json) {
  std::ofstream out(path);
  out << json.dump(2) << "\n";
  out.close();
  if (!out) fail_io("cannot write " + path.string());
}

void copy_tokenizer(fs::path const& from, fs::path const& to) {
  for (auto const* name : tokenizer_files)
    if (fs::exists(from / name)) fs::copy_file(from / name, to / name, fs::copy_options::overwrite_existing);
}

}  // namespace tartan::model
