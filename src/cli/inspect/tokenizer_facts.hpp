#pragma once

#include "request.hpp"

#include <tartan/model/hf_config.hpp>

namespace tartan::cli {

//! sha256, number of tokens and highest id of DIRECTORY/tokenizer.json, and whether the encoder has a row for every id;
//! null where the file is absent. A tokenizer that is not understood has "problem" instead of its counts.
Facts tokenizer_facts(std::filesystem::path const& directory, model::HfConfig const& config);

}  // namespace tartan::cli
