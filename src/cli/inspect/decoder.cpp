#include "decoder.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/hf_directory.hpp>

#include <algorithm>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

constexpr char const* file_name = "tokenizer.json";

//! Directories where people keep models: below models/, by name.
std::vector<fs::path> usual_places(fs::path const& data) {
  std::vector<fs::path> places;
  std::error_code code;
  for (fs::directory_iterator it("models", code), end; !code && it != end; it.increment(code))
    places.push_back(it->path());
  std::sort(places.begin(), places.end());
  places.insert(places.begin(), fs::is_directory(data) || !data.has_parent_path() ? data : data.parent_path());
  return places;
}

bool is_that_of(fs::path const& directory, data::ShardInfo const& info) {
  std::error_code code;
  return fs::is_regular_file(directory / file_name, code) &&
         model::tokenizer_sha256(directory) == info.tokenizer_sha256;
}

Decoder named_decoder(fs::path const& directory, data::ShardInfo const& info) {
  auto vocabulary = data::Vocabulary::read(directory / file_name);
  if (!is_that_of(directory, info))
    fail_data("the data were prepared with another tokenizer than that of --tokenizer " + directory.string() +
              " (SHA-256 " + model::tokenizer_sha256(directory) + " instead of " + info.tokenizer_sha256 +
              "); name the directory that jobs/prepare.py was given");
  return {std::move(vocabulary), directory};
}

}  // namespace

Decoder find_decoder(Request const& request, data::ShardInfo const& info) {
  if (!request.tokenizer.empty()) return named_decoder(request.tokenizer, info);
  for (auto const& directory : usual_places(request.path)) {
    if (!is_that_of(directory, info)) continue;
    try {
      return {data::Vocabulary::read(directory / file_name), directory};
    } catch (Error const& error) {
      if (error.status() != ExitStatus::data) throw;  // of a kind that is not decoded: ids are shown
    }
  }
  return {};
}

}  // namespace tartan::cli
