#include "entities.hpp"

#include <algorithm>
#include <string_view>

namespace tartan::task {
namespace {

constexpr std::string_view marks = "BIES";

bool has_prefix(std::string const& name) {
  return name.size() > 2 && name[1] == '-' && marks.find(name[0]) != std::string_view::npos;
}

bool ends(Tag const& before, Tag const& next) {
  bool const closed = before.mark == 'E' || before.mark == 'S';
  bool const anew = next.mark == 'O' || next.mark == 'B' || next.mark == 'S';
  return before.mark != 'O' && (closed || anew || before.type != next.type);
}

bool begins(Tag const& before, Tag const& next) {
  bool const closed = before.mark == 'O' || before.mark == 'E' || before.mark == 'S';
  bool const anew = next.mark == 'B' || next.mark == 'S';
  return next.mark != 'O' && (closed || anew || before.type != next.type);
}

}  // namespace

std::vector<Tag> tags_of(std::vector<std::string> const& label_names) {
  bool const prefixed =
      std::ranges::all_of(label_names, [](auto const& name) { return name == "O" || has_prefix(name); });
  std::vector<Tag> tags;
  for (auto const& name : label_names)
    tags.push_back(name == "O" ? Tag{} : prefixed ? Tag{name[0], name.substr(2)} : Tag{'S', name});
  return tags;
}

std::vector<Entity> entities(std::vector<Tag> const& words) {
  std::vector<Entity> found;
  Tag before;
  std::size_t first = 0;
  for (std::size_t w = 0; w <= words.size(); ++w) {
    Tag const next = w < words.size() ? words[w] : Tag{};
    if (ends(before, next)) found.push_back({first, w, before.type});
    if (begins(before, next)) first = w;
    before = next;
  }
  return found;
}

}  // namespace tartan::task
