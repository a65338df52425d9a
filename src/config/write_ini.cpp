#include "write_ini.hpp"

#include <tartan/config/settings.hpp>

namespace tartan::config {

std::string ini_line(std::string const& key, std::string const& text) {
  return text.empty() ? key + " =\n" : key + " = " + text + "\n";
}

std::string ini_comment(std::string const& text) {
  std::string result = text.empty() ? "" : "# ";
  for (char const c : text) result += c == '\n' ? std::string("\n# ") : std::string(1, c);
  return text.empty() ? result : result + "\n";
}

void begin_section(std::string& text, std::string const& note, std::string const& name) {
  if (!text.empty()) text += '\n';
  text += ini_comment(note);
  text.append("[").append(name).append("]\n");
}

std::string Settings::dump() const {
  std::string text;
  for (auto const& section : bound_) {
    begin_section(text, "", section.name);
    for (auto const& option : section.options) text += ini_line(option.key, option.get());
  }
  return text;
}

std::vector<Setting> Settings::values() const {
  std::vector<Setting> result;
  for (auto const& section : bound_)
    for (auto const& option : section.options)
      result.push_back({section.name + "." + option.key, option.get(), option.default_text});
  return result;
}

}  // namespace tartan::config
