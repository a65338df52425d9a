#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace tartan {

//! From now on a bus error within `bytes` is told as a failure to read `path`. Any thread.
void guard_map(std::span<std::byte const> bytes, std::filesystem::path const& path);
//! Forgets a stretch; call it before it is unmapped.
void unguard_map(std::span<std::byte const> bytes);

}  // namespace tartan
