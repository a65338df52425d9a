#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tartan {

constexpr std::uint64_t max_json_bytes = std::uint64_t{16} << 20;
constexpr int max_json_depth = 64;  //!< nlohmann copies and writes nested values by recursion

//! JSON text from elsewhere. Throws ExitStatus::data beginning with `name` where it is no JSON or nested too deeply;
//! `way_out` ends the message.
nlohmann::json parse_json(std::string_view text, std::string const& name, std::string const& way_out);

//! A JSON file from elsewhere, of at most `max_bytes`. Throws ExitStatus::usage where no file is there, ExitStatus::io
//! where it cannot be read, ExitStatus::data where it is too large or no JSON.
nlohmann::json read_json_file(std::filesystem::path const& path, std::string const& way_out,
                              std::uint64_t max_bytes = max_json_bytes);

}  // namespace tartan
