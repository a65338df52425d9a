#include "commands.hpp"

#include <tartan/config/nearest.hpp>

#include <algorithm>
#include <charconv>

namespace tartan::cli {
namespace {

bool contains(std::vector<std::string> const& list, std::string const& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

[[noreturn]] void refuse_unknown(std::string const& name, std::vector<std::string> known,
                                 std::vector<std::string> const& switches) {
  known.insert(known.end(), switches.begin(), switches.end());
  std::string list;
  for (auto const& one : known) list += (list.empty() ? "--" : ", --") + one;
  auto const near = config::nearest(name, known);
  fail_usage("unknown flag --" + name + (near ? " (did you mean --" + *near + "?)" : "") + "; this command has " +
             (list.empty() ? "none" : list));
}

}  // namespace

std::string Flags::get(std::string const& name, std::string const& fallback) const {
  auto const found = values.find(name);
  return found == values.end() ? fallback : found->second;
}

std::string Flags::required(std::string const& name, std::string const& example) const {
  if (!has(name)) fail_usage("--" + name + " is missing; write for example --" + name + " " + example);
  return values.at(name);
}

Flags parse_flags(Arguments const& arguments, std::vector<std::string> const& with_value,
                  std::vector<std::string> const& switches) {
  Flags flags;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string const& word = arguments[i];
    if (!word.starts_with("--")) {
      flags.positional.push_back(word);
      continue;
    }
    auto const equals = word.find('=');
    std::string const name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    bool const dotted = name.find('.') != std::string::npos;
    if (!dotted && contains(switches, name) && equals == std::string::npos) {
      flags.values[name] = "";
      continue;
    }
    if (!dotted && !contains(with_value, name)) refuse_unknown(name, with_value, switches);
    bool const has_next = equals != std::string::npos || i + 1 < arguments.size();
    if (dotted) {
      flags.rest.push_back(word);
      if (equals == std::string::npos && has_next) flags.rest.push_back(arguments[++i]);
      continue;
    }
    if (!has_next) fail_usage("--" + name + " needs a value");
    if (flags.has(name)) fail_usage("--" + name + " is given twice");
    flags.values[name] = equals == std::string::npos ? arguments[++i] : word.substr(equals + 1);
  }
  return flags;
}

void refuse_leftovers(Flags const& flags, std::string const& command, std::size_t positional) {
  if (flags.positional.size() > positional)
    fail_usage("tartan " + command + " has no use for \"" + flags.positional[positional] + "\"; see tartan --help");
  if (!flags.rest.empty())
    fail_usage("tartan " + command + " reads no configuration, so " + flags.rest[0] +
               " means nothing to it; leave it out");
}

void check_parent(std::filesystem::path const& output) {
  auto const parent = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(parent))
    fail_usage("--output " + output.string() + " is in a directory that does not exist; make it first");
}

std::int64_t whole_number(std::string const& flag, std::string const& text, std::int64_t least) {
  std::int64_t value = 0;
  auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < least)
    fail_usage("--" + flag + " " + text + " is not a whole number of at least " + std::to_string(least) +
               "; write for example --" + flag + " 20");
  return value;
}

}  // namespace tartan::cli
