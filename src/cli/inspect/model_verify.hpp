#pragma once

#include <filesystem>

namespace tartan::cli {

inline constexpr char const* model_weights = "model.safetensors";

//! Throws ExitStatus::data where config.json or the weights are absent.
void check_is_model(std::filesystem::path const& directory);

//! Throws ExitStatus::data naming all that is wrong with a model directory: its weights do not fit its config.json, a
//! value is not finite, a task head is not described, or the tokenizer names ids that the encoder has no row for.
void verify_model(std::filesystem::path const& directory);

}  // namespace tartan::cli
