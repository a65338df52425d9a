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

}  // namespace tartan::cli
