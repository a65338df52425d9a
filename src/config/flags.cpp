#include "raw_line.hpp"

#include <tartan/core/error.hpp>

#include <boost/algorithm/string/trim.hpp>
#include <boost/program_options.hpp>
#include <set>

namespace tartan::config {
namespace {

namespace po = boost::program_options;

constexpr auto form = "; settings are written --section.key VALUE";

// Which tasks exist is not known yet, so the flags themselves say which names Boost may accept; `finish` judges them.
std::set<std::string> well_formed_names(std::vector<std::string> const& flags) {
  std::set<std::string> names;
  for (auto const& flag : flags) {
    if (!flag.starts_with("--")) continue;
    std::string const name = flag.substr(2, flag.find('=') - 2);
    if (split_name(name)) names.insert(name);
  }
  return names;
}

std::vector<po::option> parse(std::vector<std::string> const& flags) {
  using namespace po::command_line_style;
  po::options_description known;
  for (auto const& name : well_formed_names(flags)) known.add_options()(name.c_str(), po::value<std::string>());
  try {  // without short options -3 is a value; without allow_guessing names are never completed
    return po::command_line_parser(flags)
        .options(known)
        .style(allow_long | long_allow_adjacent | long_allow_next)
        .run()
        .options;
  } catch (po::error const& error) {
    fail_usage(error.what() + std::string(form));
  }
}

RawLine to_line(po::option const& option) {
  if (option.string_key.empty()) fail_usage("unexpected argument \"" + option.value.at(0) + "\"" + form);
  std::string const flag = "--" + option.string_key;
  std::string const& text = option.value.at(0);
  bool const own_word = option.original_tokens.size() > 1;
  if (own_word && text.starts_with("--"))
    fail_usage(flag + " has no value; write " + flag + " VALUE, or " + flag + "=" + text + " where it begins so");
  if (has_control_character(text)) fail_usage(flag + " holds a control character; write its value on one line");
  auto const [section, key] = *split_name(option.string_key);
  return {section, key, {boost::trim_copy(text), flag}};
}

}  // namespace

std::vector<RawLine> read_flags(std::vector<std::string> const& flags) {
  std::vector<RawLine> lines;
  for (auto const& option : parse(flags)) lines.push_back(to_line(option));
  return lines;
}

}  // namespace tartan::config
