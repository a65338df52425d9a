#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <vector>

namespace tartan::task {

//! What a label says of its word: 'O' none, 'B' begins an entity, 'I' is inside, 'E' ends, 'S' is one alone.
struct Tag {
  char mark = 'O';
  std::string type;
};

//! Of each label. Where all names are O or have a prefix such as B-, by it; else every name but O is an entity of one
//! word.
std::vector<Tag> tags_of(std::vector<std::string> const& label_names);

//! Words [first, end).
struct Entity {
  std::size_t first, end;
  std::string type;
  auto operator<=>(Entity const&) const = default;
};

//! Entities in order, as conlleval and seqeval (not strict) make them out: one begins also at an I of another type.
std::vector<Entity> entities(std::vector<Tag> const& words);

}  // namespace tartan::task
