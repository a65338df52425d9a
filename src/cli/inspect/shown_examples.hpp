#pragma once

#include "decoder.hpp"

#include <tartan/data/dataset.hpp>

namespace tartan::cli {

//! --label "unlabelled" asks for examples without one, unless a label has that name.
inline constexpr char const* unlabelled_name = "unlabelled";

//! The first `request.examples` examples, of `request.label` where it is given: row, id, label, and each sequence's
//! tokens and, where a vocabulary is at hand, text. Throws ExitStatus::usage where the data have no such label.
Facts shown_examples(data::Dataset const& dataset, Request const& request, Decoder const& decoder);

}  // namespace tartan::cli
