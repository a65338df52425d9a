#pragma once

#include "request.hpp"

#include <tartan/train/run_directory.hpp>

namespace tartan::cli {

//! Bytes of each entry of the directory and all below it; what links point at counts where it lies.
Facts disk_use(std::filesystem::path const& directory);

//! "2026-11-25T01:44:26Z": when the run wrote last to the files that it writes as it goes; null where none is there.
Facts last_written(train::RunDirectory const& run);

}  // namespace tartan::cli
