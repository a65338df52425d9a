#pragma once

#include <tartan/core/random.hpp>
#include <tartan/data/dataset.hpp>

#include <cstdint>
#include <vector>

namespace tartan::data {

//! Which examples of a data set take part, by their index in it, ascending. O(size of the data set) memory.
struct Part {
  std::vector<std::uint64_t> examples;
  std::vector<std::uint64_t> held_out;  //!< none of `examples`
};

//! The first `fraction` (in (0, 1], rounded up) of a keyed order, of which the last `held_out` (in [0, 1), rounded
//! down, but at least one) are set aside. Data of kind `class` have an order for each class, whatever task reads them:
//! every class keeps at least one example, and gives none away where it has no other; those without a label are never
//! set aside. Nested: with one key, the examples of a smaller fraction are among those of a larger one, whatever is
//! held out of both. The same key chooses the same rows of two data sets with the same rows and labels.
Part choose_part(Dataset const& dataset, double fraction, double held_out, Key key);

//! `part` without these examples (ascending).
std::vector<std::uint64_t> without(std::vector<std::uint64_t> const& part, std::vector<std::uint64_t> const& others);

}  // namespace tartan::data
