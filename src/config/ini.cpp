#include "raw_line.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <boost/algorithm/string/trim.hpp>
#include <boost/program_options.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace tartan::config {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr char hash_mark = '\x01';  // stands for '#' while Boost parses, which would cut the value there

std::string replaced(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

// Boost sees one line at a time, so that each value knows its line.
class IniReader {
 public:
  explicit IniReader(fs::path const& file) : file_(file.string()) {}

  std::vector<RawLine> read() {
    std::error_code ignored;
    if (fs::is_directory(file_, ignored)) fail_usage("cannot read " + file_ + ": it is a directory; name an INI file");
    std::ifstream in(file_, std::ios::binary);
    if (!in) fail_usage("cannot read " + file_ + ": " + std::strerror(errno) + "; name an INI file that exists");
    for (std::string line; std::getline(in, line);) take(line);
    if (in.bad()) fail_io("cannot read " + file_);
    return std::move(lines_);
  }

 private:
  void take(std::string line) {
    if (++number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    boost::trim(line);
    if (line.empty() || line.front() == '#') return;
    if (line.front() == ';') refuse("comments begin with #, not with ;");
    if (has_control_character(line)) refuse("the line holds a control character; save the file as plain UTF-8 text");
    line.front() == '[' ? take_header(line) : take_value(line);
  }

  void take_header(std::string const& line) {
    section_ = boost::trim_copy(line.substr(1, line.size() - 2));
    if (line.back() != ']' || !is_name(section_))
      refuse("\"" + line + "\" is no section; write [NAME] with letters, digits, _, - and dots, alone on its line");
    lines_.push_back({section_, "", {"", origin()}});
  }

  void take_value(std::string const& line) {
    auto const [name, text] = parse(line);
    auto const parts = split_name(name);
    if (section_.empty()) refuse("\"" + line + "\" stands before the first section; write [run] or another above it");
    if (!parts) refuse("\"" + line + "\" has no proper key; keys are letters, digits, _ and -");
    lines_.push_back({parts->first, parts->second, {text, origin()}});
  }

  std::pair<std::string, std::string> parse(std::string const& line) const {
    std::string const header = section_.empty() ? "" : "[" + section_ + "]\n";
    std::istringstream in(header + replaced(line, '#', hash_mark));
    po::options_description const none;
    try {
      auto const parsed = po::parse_config_file(in, none, true);
      auto const& option = parsed.options.at(0);
      return {option.string_key, replaced(option.value.at(0), hash_mark, '#')};
    } catch (po::error const&) {
      refuse("\"" + line + "\" is neither [section] nor key = value; comments begin with #");
    }
  }

  std::string origin() const { return file_ + ":" + std::to_string(number_); }
  [[noreturn]] void refuse(std::string const& why) const { fail_usage(origin() + ": " + why); }

  std::string file_;
  int number_ = 0;
  std::string section_;
  std::vector<RawLine> lines_;
};

}  // namespace

std::vector<RawLine> read_ini(fs::path const& file) { return IniReader(file).read(); }

}  // namespace tartan::config
