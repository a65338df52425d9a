#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace tartan::model {

//! Throws ExitStatus::io.
void write_json(std::filesystem::path const& path, nlohmann::ordered_json const& json);

//! Those files of a tokenizer that are there.
void copy_tokenizer(std::filesystem::path const& from, std::filesystem::path const& to);

}  // namespace tartan::model
