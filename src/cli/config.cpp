#include "commands.hpp"

#include <tartan/config/describe.hpp>

#include <algorithm>
#include <cstdio>

namespace tartan::cli {
namespace {

using Values = std::vector<config::Setting>;

recipe::Plan plan_of(std::string const& file, Arguments const& flags) {
  auto settings = config::Settings::read(file, flags);
  return recipe::make_plan(settings);
}

std::string quoted(std::string const& text) { return text.empty() ? "(empty)" : text; }

//! name, was, is: a line each, columns aligned.
struct Table {
  std::vector<std::array<std::string, 3>> rows;
  void print() const {
    std::array<std::size_t, 2> width{};
    for (auto const& row : rows)
      for (std::size_t i = 0; i < 2; ++i) width[i] = std::max(width[i], row[i].size());
    for (auto const& [name, was, is] : rows)
      std::printf("%-*s  %-*s -> %s\n", static_cast<int>(width[0]), name.c_str(), static_cast<int>(width[1]),
                  was.c_str(), is.c_str());
  }
};

config::Setting const* find(Values const& values, std::string const& name) {
  auto const found = std::ranges::find(values, name, &config::Setting::name);
  return found == values.end() ? nullptr : &*found;
}

Table against_defaults(Values const& values) {
  Table table;
  for (auto const& [name, value, standard] : values)
    if (value != standard) table.rows.push_back({name, quoted(standard), quoted(value)});
  return table;
}

Table between(Values const& a, Values const& b) {
  Table table;
  for (auto const& one : a) {
    auto const* const other = find(b, one.name);
    if (other == nullptr || other->value != one.value)
      table.rows.push_back({one.name, quoted(one.value), other ? quoted(other->value) : "(not there)"});
  }
  for (auto const& one : b)
    if (find(a, one.name) == nullptr) table.rows.push_back({one.name, "(not there)", quoted(one.value)});
  return table;
}

[[noreturn]] void refuse() {
  fail_usage(
      "tartan config takes default, reference, show FILE or diff FILE [OTHER]; write for example tartan config default "
      "(every key with its default)");
}

ExitStatus print(std::string const& text) {
  std::fputs(text.c_str(), stdout);
  return ExitStatus::done;
}

}  // namespace

ExitStatus config(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {}, {});
  auto const& words = flags.positional;
  std::string const what = words.empty() ? "" : words[0];
  if (what == "default" && words.size() == 1) return print(recipe::describe_defaults(config::describe));
  if (what == "reference" && words.size() == 1) return print(recipe::describe_defaults(config::describe_markdown));
  if (what == "show" && words.size() == 2) return print(plan_of(words[1], flags.rest).resolved.ini);
  if (what == "diff" && words.size() == 2)
    return against_defaults(plan_of(words[1], flags.rest).values).print(), ExitStatus::done;
  if (what == "diff" && words.size() == 3) {
    between(plan_of(words[1], flags.rest).values, plan_of(words[2], flags.rest).values).print();
    return ExitStatus::done;
  }
  refuse();
}

}  // namespace tartan::cli
