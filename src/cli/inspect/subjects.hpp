// What `tartan inspect` can look at: each subject's facts, and these as text.
#pragma once

#include "request.hpp"

namespace tartan::cli {

//! A shard, or a directory of prepared data.
Facts data_facts(Request const& request);
std::string data_text(Facts const& facts);

//! A Hugging Face directory.
Facts model_facts(Request const& request);
std::string model_text(Facts const& facts);

//! A run directory.
Facts run_facts(Request const& request);
std::string run_text(Facts const& facts);

//! A directory RUN/checkpoints/NN-stage-NNNNNNNN.
Facts checkpoint_facts(Request const& request);
std::string checkpoint_text(Facts const& facts);

//! Throws ExitStatus::data naming all that is wrong with a model directory: its weights do not fit its config.json, a
//! value is not finite, a task head is not described, or the tokenizer names ids that the encoder has no row for.
void verify_model(std::filesystem::path const& directory);

}  // namespace tartan::cli
