#include "raw_line.hpp"
#include "unknown.hpp"

#include <tartan/config/settings.hpp>
#include <tartan/core/error.hpp>

#include <algorithm>
#include <map>

namespace tartan::config {
namespace {

template <class Named>
Named* find_name(std::vector<Named>& all, std::string const& name) {
  auto const found = std::find_if(all.begin(), all.end(), [&](Named const& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

bool is_flag(RawValue const& value) { return value.origin.starts_with("--"); }

void refuse_repeats(std::vector<RawLine> const& lines) {
  std::map<std::string, std::string> origins;
  for (auto const& [section, key, value] : lines) {
    if (key.empty()) continue;
    auto const [first, is_new] = origins.emplace(section + "." + key, value.origin);
    if (is_new) continue;
    if (is_flag(value)) fail_usage(value.origin + " is given twice; keep one");
    fail_usage(value.origin + ": " + first->first + " is already set at " + first->second + "; keep one of the two");
  }
}

[[noreturn]] void refuse_value(std::string const& name, Option const& option, RawValue const& raw, char const* why) {
  std::string const subject = is_flag(raw) ? raw.origin : raw.origin + ": " + name;
  std::string const example = is_flag(raw) ? raw.origin + " " : option.key + " = ";
  bool const trailing_comment = raw.text.find_first_of("#;") != raw.text.npos;
  fail_usage(subject + " = \"" + raw.text + "\" " + why + "; write for example " + example + option.default_text +
             (trailing_comment ? " (comments stand on a line of their own)" : ""));
}

}  // namespace

Settings Settings::read(std::filesystem::path const& file, std::vector<std::string> const& flags) {
  Settings settings;
  auto const take = [&](std::vector<RawLine> const& lines) {
    refuse_repeats(lines);
    for (auto const& line : lines) settings.put(line);
  };
  if (!file.empty()) take(read_ini(file));
  take(read_flags(flags));
  return settings;
}

void Settings::put(RawLine const& line) {
  RawSection* section = find_name(raw_, line.section);
  if (!section) section = &raw_.emplace_back(RawSection{line.section, line.value.origin, {}});
  if (line.key.empty()) return;
  auto& values = section->values;
  auto const same = [&](auto const& entry) { return entry.first == line.key; };
  auto const found = std::find_if(values.begin(), values.end(), same);
  found == values.end() ? void(values.emplace_back(line.key, line.value)) : void(found->second = line.value);
}

std::vector<std::string> Settings::names(std::string const& prefix) const {
  prefixes_.insert(prefix);
  std::vector<std::string> found;
  for (auto const& section : raw_)
    if (section.name.starts_with(prefix + ".")) found.push_back(section.name.substr(prefix.size() + 1));
  return found;
}

void Settings::bind(Section const& section) {
  BoundSection* bound = find_name(bound_, section.name());
  if (!bound) bound = &bound_.emplace_back(BoundSection{section.name(), {}});
  for (auto const& option : section.options()) {
    auto const same = [&](Option const& other) { return other.key == option.key; };
    auto const old = std::find_if(bound->options.begin(), bound->options.end(), same);
    old == bound->options.end() ? bound->options.push_back(option) : void(*old = option);
    RawValue const* raw = find(section.name(), option.key);
    if (!raw) continue;
    try {
      option.set(raw->text);
    } catch (std::invalid_argument const& error) {
      refuse_value(section.name() + "." + option.key, option, *raw, error.what());
    }
  }
}

void Settings::finish() const { refuse_unknown(raw_, bound_, prefixes_); }

RawValue const* Settings::find(std::string const& section, std::string const& key) const {
  for (auto const& one : raw_) {
    if (one.name != section) continue;
    for (auto const& [name, value] : one.values)
      if (name == key) return &value;
  }
  return nullptr;
}

bool Settings::given(std::string const& section, std::string const& key) const { return find(section, key) != nullptr; }

std::string Settings::origin(std::string const& section, std::string const& key) const {
  RawValue const* raw = find(section, key);
  return raw ? raw->origin : "the default of " + section + "." + key;
}

}  // namespace tartan::config
