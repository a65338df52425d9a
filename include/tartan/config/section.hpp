#pragma once

#include <tartan/core/error.hpp>
#include <tartan/core/joined.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tartan::config {

//! One key: help, and how to turn text into the value and back. The value itself lives in a room's option struct.
struct Option {
  std::string key;
  std::string help;
  std::function<void(std::string const&)> set;  //!< throws std::invalid_argument saying what is allowed
  std::function<std::string()> get;             //!< text that `set` takes back to the same value
  std::string default_text;                     //!< the value as text before anything was set; may be empty
};

//! The keys of one section, e.g. "run" or "task.tapt". Rooms fill it from their structs:
//!   Section("probe").add("head_examples", options.head_examples, "dev examples that fit the dev head", at_least(1));
//! The value that a target holds when it is added is the default, and must pass its own check (ExitStatus::bug).
//! An empty string or path is an optional key without a default. The targets must outlive the section.
class Section {
 public:
  template <class T>
  using Check = std::function<void(T const&)>;  //!< throws std::invalid_argument, e.g. "must be at least 1"

  explicit Section(std::string name) : name_(std::move(name)) {}

  Section& add(std::string key, std::int64_t& target, std::string help, Check<std::int64_t> check = {});
  Section& add(std::string key, double& target, std::string help, Check<double> check = {});
  //! Takes on|off, true|false, 1|0; written on|off.
  Section& add(std::string key, bool& target, std::string help);
  Section& add(std::string key, std::string& target, std::string help);
  //! Kept as written, dumped absolute (from the working directory); empty stays empty.
  Section& add(std::string key, std::filesystem::path& target, std::string help);
  //! A path, dumped absolute, or something else: `path_of` gives the path that the text is, or an empty one.
  Section& add_path_or_word(std::string key, std::string& target, std::string help,
                            std::function<std::filesystem::path(std::string const&)> path_of);
  //! One of the given names, which the help lists.
  template <class Enum>
  Section& choice(std::string key, Enum& target, std::vector<std::pair<std::string, Enum>> names, std::string help);

  //! Said above the section where it is described.
  Section& note(std::string text);

  std::string const& name() const { return name_; }
  std::string const& note() const { return note_; }
  std::vector<Option> const& options() const { return options_; }

 private:
  Section& add_option(Option option);
  std::string name_;
  std::string note_;
  std::vector<Option> options_;
};

Section::Check<std::int64_t> at_least(std::int64_t least, std::int64_t most = std::numeric_limits<std::int64_t>::max());
Section::Check<double> between(double least, double most);  //!< both ends allowed
Section::Check<double> positive();

template <class Enum>
Section& Section::choice(std::string key, Enum& target, std::vector<std::pair<std::string, Enum>> names,
                         std::string help) {
  std::string const allowed = joined(names, &std::pair<std::string, Enum>::first);
  auto set = [&target, names, allowed](std::string const& text) {
    for (auto const& [name, value] : names)
      if (name == text) return void(target = value);
    throw std::invalid_argument("must be one of " + allowed);
  };
  auto get = [&target, names]() -> std::string {
    for (auto const& [name, value] : names)
      if (value == target) return name;
    fail_bug("a value without a name");
  };
  std::string const default_text = get();
  return add_option({std::move(key), std::move(help) + " (" + allowed + ")", set, get, default_text});
}

}  // namespace tartan::config
