#include "numbers.hpp"
#include "raw_line.hpp"

#include <tartan/config/section.hpp>

#include <algorithm>

namespace tartan::config {
namespace {

namespace fs = std::filesystem;

bool parse_switch(std::string const& text) {
  if (text == "on" || text == "true" || text == "1") return true;
  if (text == "off" || text == "false" || text == "0") return false;
  throw std::invalid_argument("is neither on nor off");
}

std::string absolute_text(fs::path const& path) {
  if (path.empty()) return "";
  fs::path const whole = fs::absolute(path).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).string();
}

template <class T, class Parse>
auto checked_set(T& target, Parse parse, Section::Check<T> check) {
  return [&target, parse, check = std::move(check)](std::string const& text) {
    T const value = parse(text);
    if (check) check(value);
    target = value;
  };
}

}  // namespace

Section& Section::add(std::string key, std::int64_t& target, std::string help, Check<std::int64_t> check) {
  auto get = [&target] { return std::to_string(target); };
  return add_option({std::move(key), std::move(help), checked_set(target, parse_whole, std::move(check)), get, get()});
}

Section& Section::add(std::string key, double& target, std::string help, Check<double> check) {
  auto get = [&target] { return to_text(target); };
  return add_option({std::move(key), std::move(help), checked_set(target, parse_real, std::move(check)), get, get()});
}

Section& Section::add(std::string key, bool& target, std::string help) {
  auto set = [&target](std::string const& text) { target = parse_switch(text); };
  auto get = [&target] { return std::string(target ? "on" : "off"); };
  return add_option({std::move(key), std::move(help), set, get, get()});
}

Section& Section::add(std::string key, std::string& target, std::string help) {
  auto set = [&target](std::string const& text) { target = text; };
  return add_option({std::move(key), std::move(help), set, [&target] { return target; }, target});
}

Section& Section::add(std::string key, fs::path& target, std::string help) {
  auto set = [&target](std::string const& text) { target = text; };
  return add_option(
      {std::move(key), std::move(help), set, [&target] { return absolute_text(target); }, target.string()});
}

Section& Section::add_path_or_word(std::string key, std::string& target, std::string help,
                                   std::function<fs::path(std::string const&)> path_of) {
  auto set = [&target](std::string const& text) { target = text; };
  auto get = [&target, path_of = std::move(path_of)] {
    fs::path const path = path_of(target);
    return path.empty() ? target : absolute_text(path);
  };
  return add_option({std::move(key), std::move(help), set, get, target});
}

Section& Section::note(std::string text) {
  note_ = std::move(text);
  return *this;
}

Section& Section::add_option(Option option) {
  std::string const name = name_ + "." + option.key;
  auto const same = [&](Option const& other) { return other.key == option.key; };
  if (!split_name(name) || option.key.find('.') != option.key.npos) fail_bug(name + " is no proper key");
  if (std::any_of(options_.begin(), options_.end(), same)) fail_bug(name + " is added twice");
  try {
    option.set(option.default_text);  // else the dump of untouched settings could not be read again
  } catch (std::invalid_argument const& error) {
    fail_bug("the default of " + name + ", " + option.default_text + ", " + error.what());
  }
  options_.push_back(std::move(option));
  return *this;
}

Section::Check<std::int64_t> at_least(std::int64_t least, std::int64_t most) {
  return [least, most](std::int64_t value) {
    if (value < least) throw std::invalid_argument("must be at least " + std::to_string(least));
    if (value > most) throw std::invalid_argument("must be at most " + std::to_string(most));
  };
}

Section::Check<double> between(double least, double most) {
  return [least, most](double value) {
    if (value < least || value > most)
      throw std::invalid_argument("must be between " + to_text(least) + " and " + to_text(most));
  };
}

Section::Check<double> positive() {
  return [](double value) {
    if (!(value > 0)) throw std::invalid_argument("must be greater than 0");
  };
}

}  // namespace tartan::config
