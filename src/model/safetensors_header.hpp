#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tartan::model {

inline constexpr std::size_t max_header_bytes = 16'000'000;
inline constexpr std::size_t max_entries = 10'000;  //!< of tensors, and of metadata
inline constexpr std::size_t max_rank = 8;

//! One tensor as the header declares it; nothing but the JSON types has been checked.
struct HeaderEntry {
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::vector<std::uint64_t> offsets;  // (begin, end) in bytes of data
};

struct SafetensorsHeader {
  std::map<std::string, HeaderEntry> tensors;
  std::map<std::string, std::string> metadata;
};

//! Throws ExitStatus::data naming `path` and the offending entry where `text` is anything but a safetensors header.
SafetensorsHeader parse_safetensors_header(std::string_view text, std::filesystem::path const& path);

//! Bytes of one element, 0 where the type is unknown or not of whole bytes.
std::uint64_t element_bytes(std::string_view dtype);

//! `name` in quotes, shortened, control characters escaped: fit for a message whatever a file holds.
std::string printable(std::string const& name);

//! Throws ExitStatus::data saying what is wrong with the file and the way out.
[[noreturn]] void refuse_safetensors(std::filesystem::path const& path, std::string const& problem);

}  // namespace tartan::model
