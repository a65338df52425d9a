#pragma once

#include <vector>

namespace tartan::train {

//! A change of the dev loss that was foretold, and the one that came.
struct Change {
  double predicted = 0, measured = 0;
};

//! 1 - sum (measured - predicted)^2 / sum (measured - mean)^2: the predictions taken as they are, no line is fitted. 1:
//! all true; 0 or less: no better than the mean. At least one change; 1 where nothing was foretold and nothing came.
double r_squared(std::vector<Change> const& changes);

//! Share of the changes that came with the other sign.
double sign_errors(std::vector<Change> const& changes);

}  // namespace tartan::train
