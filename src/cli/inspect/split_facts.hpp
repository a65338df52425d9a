#pragma once

#include "request.hpp"

#include <tartan/data/dataset.hpp>
#include <tartan/data/manifest.hpp>

namespace tartan::cli {

//! Attributes, counts, labels and lengths of one split. `counted`: what its manifest tells; without it the share of
//! truncated texts is unknown (null), and unknown tokens are counted where the data name their id.
Facts split_facts(data::Dataset const& dataset, data::ManifestSplit const& counted);

}  // namespace tartan::cli
