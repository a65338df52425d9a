#include "unknown.hpp"

#include <tartan/config/nearest.hpp>
#include <tartan/core/error.hpp>

#include <algorithm>

namespace tartan::config {
namespace {

using Names = std::vector<std::string>;

std::string hint(std::optional<std::string> const& name) { return name ? " (did you mean " + *name + "?)" : ""; }

Names keys_of(BoundSection const& section) {
  Names keys;
  for (auto const& option : section.options) keys.push_back(option.key);
  return keys;
}

// The same key, or one a letter away, in another section.
std::optional<std::string> elsewhere(std::string const& name, std::string const& key,
                                     std::vector<BoundSection> const& bound) {
  std::optional<std::string> best;
  std::pair<std::size_t, std::size_t> least{2, 0};
  for (auto const& section : bound) {
    for (auto const& candidate : keys_of(section)) {
      std::string const full = section.name + "." + candidate;
      std::pair const distance{edit_distance(key, candidate), edit_distance(name, full)};
      if (distance.first > key.size() / 3 || distance >= least) continue;
      least = distance;
      best = full;
    }
  }
  return best;
}

[[noreturn]] void refuse_key(std::string const& name, std::string const& key, RawValue const& raw,
                             BoundSection const& section, std::vector<BoundSection> const& bound) {
  auto known = nearest(key, keys_of(section));
  if (!known) known = elsewhere(name, key, bound);
  fail_usage(raw.origin + ": unknown key " + name + hint(known) + "; tartan config default lists all keys");
}

// A first part that is nearly known, with the rest as it was written: taks.x -> task.x.
std::optional<std::string> mend_prefix(std::string const& name, std::set<std::string> const& prefixes) {
  auto const dot = name.find('.');
  if (dot == name.npos || prefixes.contains(name.substr(0, dot))) return std::nullopt;
  auto const prefix = nearest(name.substr(0, dot), Names(prefixes.begin(), prefixes.end()));
  return prefix ? std::optional(*prefix + name.substr(dot)) : std::nullopt;
}

[[noreturn]] void refuse_section(RawSection const& section, std::vector<BoundSection> const& bound,
                                 std::set<std::string> prefixes) {
  Names names;
  for (auto const& one : bound) {
    names.push_back(one.name);
    auto const dot = one.name.find('.');
    if (dot != one.name.npos) prefixes.insert(one.name.substr(0, dot));
  }
  auto known = mend_prefix(section.name, prefixes);
  if (!known) known = nearest(section.name, names);
  fail_usage(section.origin + ": unknown section [" + section.name + "]" +
             hint(known ? std::optional("[" + *known + "]") : std::nullopt) +
             "; tartan config default lists all sections");
}

// [task] above lines such as `tapt.batch = 32`.
bool is_only_a_parent(RawSection const& section, std::vector<BoundSection> const& bound) {
  auto const is_child = [&](BoundSection const& one) { return one.name.starts_with(section.name + "."); };
  return section.values.empty() && std::any_of(bound.begin(), bound.end(), is_child);
}

}  // namespace

void refuse_unknown(std::vector<RawSection> const& written, std::vector<BoundSection> const& bound,
                    std::set<std::string> const& prefixes) {
  for (auto const& section : written) {
    auto const same = [&](BoundSection const& one) { return one.name == section.name; };
    auto const found = std::find_if(bound.begin(), bound.end(), same);
    if (found == bound.end() && is_only_a_parent(section, bound)) continue;
    if (found == bound.end()) refuse_section(section, bound, prefixes);
    Names const keys = keys_of(*found);
    for (auto const& [key, raw] : section.values)
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        refuse_key(section.name + "." + key, key, raw, *found, bound);
  }
}

}  // namespace tartan::config
