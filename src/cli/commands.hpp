#pragma once

#include <tartan/core/error.hpp>
#include <tartan/recipe/recipe.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tartan::cli {

using Arguments = std::vector<std::string>;

ExitStatus train(Arguments const& arguments, int& argc, char**& argv);
ExitStatus evaluate(Arguments const& arguments);
ExitStatus predict(Arguments const& arguments);
ExitStatus inspect(Arguments const& arguments);
ExitStatus export_model(Arguments const& arguments);
ExitStatus bench(Arguments const& arguments);
ExitStatus rank(Arguments const& arguments);
ExitStatus audit(Arguments const& arguments);
ExitStatus config(Arguments const& arguments);
//! `tartan train --dry-run`. Collective.
ExitStatus dry_run(recipe::Plan const& plan, train::Resume resume, bool json, comm::Communicator& comm);

//! Flags of one command: `--name value`, `--name=value`, switches, and positional arguments. Throws ExitStatus::usage
//! for a flag that is not among them, naming the nearest.
struct Flags {
  std::map<std::string, std::string> values;  //!< switches hold ""
  std::vector<std::string> positional;
  std::vector<std::string> rest;  //!< flags with a dot, for the configuration: --section.key value
  bool has(std::string const& name) const { return values.contains(name); }
  std::string get(std::string const& name, std::string const& fallback) const;
  std::string required(std::string const& name, std::string const& example) const;
};
Flags parse_flags(Arguments const& arguments, std::vector<std::string> const& with_value,
                  std::vector<std::string> const& switches);
//! Throws ExitStatus::usage for keys of a configuration, and for more words than `positional`, which is what the
//! command has a use for.
void refuse_leftovers(Flags const& flags, std::string const& command, std::size_t positional = 0);
//! Throws ExitStatus::usage where the directory that --output lies in does not exist.
void check_parent(std::filesystem::path const& output);
std::int64_t whole_number(std::string const& flag, std::string const& text, std::int64_t least);

}  // namespace tartan::cli
