#include <tartan/config/settings.hpp>

namespace tartan::config {
namespace {

std::string line(std::string const& key, std::string const& text) {
  return text.empty() ? key + " =\n" : key + " = " + text + "\n";
}

std::string comment(std::string const& help) {
  std::string text = help.empty() ? "" : "# ";
  for (char const c : help) text += c == '\n' ? std::string("\n# ") : std::string(1, c);
  return help.empty() ? text : text + "\n";
}

std::string header(std::string const& name, std::string const& before) {
  return (before.empty() ? "[" : "\n[") + name + "]\n";
}

}  // namespace

std::string Settings::dump() const {
  std::string text;
  for (auto const& section : bound_) {
    text += header(section.name, text);
    for (auto const& option : section.options) text += line(option.key, option.get());
  }
  return text;
}

std::string describe(std::vector<Section> const& sections) {
  std::string text;
  for (auto const& section : sections) {
    text += header(section.name(), text);
    for (auto const& option : section.options()) text += comment(option.help) + line(option.key, option.default_text);
  }
  return text;
}

}  // namespace tartan::config
