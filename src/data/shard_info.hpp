#pragma once

#include "h5_file.hpp"

#include <tartan/data/shard.hpp>

namespace tartan::data {

//! The attributes and label names of a shard; throws ExitStatus::data where its schema, version or kind is not ours.
ShardInfo read_info(h5::File const& file);

}  // namespace tartan::data
