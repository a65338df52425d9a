#include <tartan/core/error.hpp>
#include <tartan/core/json_file.hpp>

#include <cerrno>
#include <fstream>
#include <iterator>

namespace tartan {
namespace fs = std::filesystem;
using Json = nlohmann::json;

Json parse_json(std::string_view text, std::string const& name, std::string const& way_out) {
  auto const refuse_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > max_json_depth)
      fail_data(name + " is no JSON of tartan (nested deeper than " + std::to_string(max_json_depth) + "); " + way_out);
    return true;
  };
  try {
    return Json::parse(text, refuse_depth);
  } catch (Json::exception const& error) {
    fail_data(name + " is no JSON (" + error.what() + "); " + way_out);
  }
}

Json read_json_file(fs::path const& path, std::string const& way_out, std::uint64_t max_bytes) {
  if (!fs::is_regular_file(path)) fail_usage(path.string() + " is not there or is no file; " + way_out);
  if (fs::file_size(path) > max_bytes)
    fail_data(path.string() + " is larger than " + std::to_string(max_bytes >> 20) + " MiB; " + way_out);
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) fail_io("cannot read " + path.string());
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) fail_io("cannot read " + path.string());
  return parse_json(text, path.string(), way_out);
}

}  // namespace tartan
