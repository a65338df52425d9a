#include "run_disk.hpp"

#include <algorithm>
#include <chrono>
#include <map>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

std::uint64_t bytes_below(fs::path const& path) {
  if (fs::is_symlink(path)) return 0;
  if (fs::is_regular_file(path)) return fs::file_size(path);
  std::uint64_t bytes = 0;
  if (fs::is_directory(path))
    for (auto const& entry : fs::recursive_directory_iterator(path))  // follows no link
      if (!entry.is_symlink() && entry.is_regular_file()) bytes += entry.file_size();
  return bytes;
}

}  // namespace

Facts disk_use(fs::path const& directory) {
  std::map<std::string, std::uint64_t> entries;
  for (auto const& entry : fs::directory_iterator(directory))
    entries[entry.path().filename().string()] = bytes_below(entry.path());
  return entries;
}

Facts last_written(train::RunDirectory const& run) {
  std::optional<fs::file_time_type> newest;
  for (auto const& path : {run.metrics(), run.run_json(), run.config()})
    if (fs::exists(path)) newest = std::max(newest.value_or(fs::file_time_type::min()), fs::last_write_time(path));
  if (!newest) return nullptr;
  std::time_t const seconds = std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(std::chrono::file_clock::to_sys(*newest)));
  std::tm parts{};
  char text[32];
  return ::gmtime_r(&seconds, &parts) != nullptr && std::strftime(text, sizeof text, "%FT%TZ", &parts) > 0 ? Facts(text)
                                                                                                           : Facts();
}

}  // namespace tartan::cli
