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

void begin_section(std::string& text, std::string const& note, std::string const& name) {
  if (!text.empty()) text += '\n';
  text += comment(note);
  text.append("[").append(name).append("]\n");
}

}  // namespace

std::string Settings::dump() const {
  std::string text;
  for (auto const& section : bound_) {
    begin_section(text, "", section.name);
    for (auto const& option : section.options) text += line(option.key, option.get());
  }
  return text;
}

std::string describe(std::vector<Section> const& sections) {
  std::string text;
  for (auto const& section : sections) {
    begin_section(text, section.note(), section.name());
    for (auto const& option : section.options()) text += comment(option.help) + line(option.key, option.default_text);
  }
  return text;
}

}  // namespace tartan::config
