#pragma once

#include <tartan/task/objective.hpp>

#include <memory>

namespace tartan::task {

// Each in the file of its name.
#define TARTAN_TRAITS(NAME) ObjectiveTraits NAME##_traits();
TARTAN_OBJECTIVES(TARTAN_TRAITS)
#undef TARTAN_TRAITS

template <typename Made>
std::unique_ptr<Objective> make(ObjectiveOptions const& options) {
  return std::make_unique<Made>(options);
}

//! What a loss is divided by where a prediction has n outcomes.
double divisor(LossScale scale, std::int64_t n);

}  // namespace tartan::task
