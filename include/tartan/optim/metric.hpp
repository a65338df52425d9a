#pragma once

#include <tartan/optim/adamw.hpp>

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>

namespace tartan::optim {

//! The metric in which AdamW moves: the diagonal P = 1 / (sqrt(max(v^, least)) + eps), v^ from the second moments as
//! they are before the step, with each segment's own bias correction. To first order, a step along the gradient g
//! changes a loss with gradient d by -lr <P d, g>, momentum and clipping apart.
//!
//! `least` is a hundredth of v^'s mean over the body. AdamW itself is bounded, since the step's own gradient enters v^
//! before it divides: |g| / sqrt(v^) <= 1 / sqrt(1 - beta2). With the moments before the step nothing bounds it: an
//! embedding row that few batches touch has v^ near 0, and P of 1 / eps, a million, would make it drown the body.
//! With `least` no coordinate counts for more than ten times what one of average second moment does.
//!
//! Nothing: no segment that begins before `size` has been stepped, so that there are no moments to speak of.
//! Reads the body's second moments once.
std::optional<double> least_second_moment(AdamW const& optimizer, std::int64_t size);

//! P over [begin, begin + diagonal.numel()) of the flat buffer. v^ of a segment that was never stepped counts as 0.
//! Reads the second moments once and writes the diagonal once.
void metric(AdamW const& optimizer, double least, std::int64_t begin, at::Tensor const& diagonal);

}  // namespace tartan::optim
