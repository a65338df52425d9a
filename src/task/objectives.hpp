#pragma once

#include <tartan/task/objective.hpp>

#include <memory>

namespace tartan::task {

// Each in the file of its name.
std::unique_ptr<Objective> make_mlm(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_sentence_order(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_replaced_tokens(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_contrast(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_contrast_pairs(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_classification(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_multilabel(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_regression(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_choice(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_span(ObjectiveOptions const& options);
std::unique_ptr<Objective> make_token_classification(ObjectiveOptions const& options);

//! What a loss is divided by where a prediction has n outcomes.
double divisor(LossScale scale, std::int64_t n);

}  // namespace tartan::task
