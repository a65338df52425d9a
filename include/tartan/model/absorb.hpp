#pragma once

#include <ATen/ATen.h>

namespace tartan::model {

//! Sums that an alignment is made of, in double.
struct DotSquare {
  double dot = 0;     //!< <gradient, probe>
  double square = 0;  //!< |gradient|^2
};

//! combined += weight * gradient, then gradient = 0, in one sweep. Dot and square are taken over the probe's length,
//! which may be shorter than the gradient; an undefined probe gives 0.
DotSquare absorb(at::Tensor const& gradient, at::Tensor const& probe, double weight, at::Tensor const& combined);

//! The same sums of a gradient that stays as it is.
DotSquare look(at::Tensor const& gradient, at::Tensor const& probe);

//! |x|^2, summed in double whatever the type of x.
double square_sum(at::Tensor const& x);

//! Sum of weight_k x_k^2 in double: |x|^2 in the metric that has `weight` as its diagonal.
double weighted_square_sum(at::Tensor const& x, at::Tensor const& weight);

//! out = 1 / (sqrt(max(scale x, least)) + eps), in one sweep.
void inverse_root(at::Tensor const& x, double scale, double least, double eps, at::Tensor const& out);

}  // namespace tartan::model
