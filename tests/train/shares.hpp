#pragma once

#include <cstdint>
#include <utility>

namespace tartan::train {

//! [first, last)
using Stretch = std::pair<std::int64_t, std::int64_t>;

//! A rank's uneven share of `rows`: of 4 rows 2 ranks get 1 and 3, and 4 ranks get 0, 1, 1 and 2.
inline Stretch share_of(std::int64_t rows, std::int64_t rank, std::int64_t ranks) {
  auto const cut = [&](std::int64_t r) { return r * r * rows / (ranks * ranks); };
  return {cut(rank), cut(rank + 1)};
}

}  // namespace tartan::train
