#pragma once

#include <tartan/model/parameters.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tartan::model {

//! A stretch [begin, end) of a flat buffer that belongs to one group.
struct GroupStretch {
  std::size_t group;
  std::int64_t begin, end;
};

//! The parts of the body that can be looked at apart: the embeddings with their norm, and each encoder layer. A group
//! is a stretch of each of the encoder's segments.
struct LayerGroups {
  std::vector<std::string> names;       //!< "embeddings", "layer.0", ...
  std::vector<GroupStretch> stretches;  //!< end to end over [0, body_size)
};

//! Throws ExitStatus::bug where a parameter of the encoder belongs to none.
LayerGroups layer_groups(Layout const& layout);

//! What lies within [begin, begin + size), counted from `begin`: of a rank's shard.
std::vector<GroupStretch> within(std::vector<GroupStretch> const& stretches, std::int64_t begin, std::int64_t size);

}  // namespace tartan::model
