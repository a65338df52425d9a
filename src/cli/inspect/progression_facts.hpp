#pragma once

#include "request.hpp"

#include <tartan/train/checkpoint.hpp>

namespace tartan::cli {

//! Best of the run so far; null where nothing was evaluated.
Facts best_facts(train::Best const& best);

//! A stage that is over.
Facts stage_facts(train::StageResult const& stage);

//! Stages as a table: steps, reason, seconds, tokens, best.
std::string stages_text(Facts const& stages);

}  // namespace tartan::cli
