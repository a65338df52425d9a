#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace tartan {

//! XXH3 (64 bits) of bytes in memory.
std::uint64_t hash_bytes(std::span<char const> bytes, std::uint64_t seed = 0);

//! XXH3 (64 bits) of a file's content, read in pieces. Throws ExitStatus::io where it cannot be read.
std::uint64_t hash_file(std::filesystem::path const& path);

//! 16 lower-case hexadecimal digits, as `xxhsum -H3` and the manifests of `prepare.py` write them.
std::string to_hex(std::uint64_t hash);

}  // namespace tartan
