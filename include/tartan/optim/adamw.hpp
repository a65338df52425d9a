#pragma once

#include <tartan/model/parameters.hpp>

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace tartan::optim {

//! Which AdamW.
enum class AdamWForm {
  torch,         //!< torch.optim.AdamW: decay first, eps on the corrected root
  transformers,  //!< transformers 2 to 4: eps on the uncorrected root, decay last and with the new p
};

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.98;
  double eps = 1e-6;
  AdamWForm form = AdamWForm::torch;
};

//! AdamW (Loshchilov and Hutter 2019) over the segments of a parameter set, each with its own step count, by ATen's
//! fused kernel on slices of the flat buffers. A segment that is not stepped keeps values, moments and count.
class AdamW {
 public:
  AdamW(model::ParameterSet const& parameters, AdamWOptions options);

  //! p <- p(1 - lr decay) - lr m^/(sqrt(v^) + eps) on one segment, from its stretch of the flat gradient. With
  //! AdamWForm::transformers: p <- p - lr sqrt(1 - beta2^t)/(1 - beta1^t) m/(sqrt(v) + eps), then p <- p(1 - lr decay).
  void step(std::size_t segment, at::Tensor const& gradient, double lr, double decay);

  AdamWOptions const& options() const { return options_; }
  model::Layout const& layout() const { return parameters_.layout(); }
  at::Tensor const& first_moment() const { return first_; }    // (size)
  at::Tensor const& second_moment() const { return second_; }  // (size)
  std::vector<at::Tensor>& step_counts() { return steps_; }    // (segments) one float each
  std::vector<at::Tensor> const& step_counts() const { return steps_; }

 private:
  double root_of_correction(std::size_t segment) const;
  model::ParameterSet const& parameters_;
  AdamWOptions options_;
  at::Tensor first_, second_;
  std::vector<at::Tensor> steps_;
};

}  // namespace tartan::optim
