#include <tartan/optim/adamw.hpp>

#include <ATen/ops/_fused_adamw.h>

#include <cmath>

namespace tartan::optim {

AdamW::AdamW(model::ParameterSet const& parameters, AdamWOptions options)
    : parameters_(parameters),
      options_(options),
      first_(at::zeros_like(parameters.values())),
      second_(at::zeros_like(parameters.values())) {
  for (std::size_t i = 0; i < parameters.layout().segments().size(); ++i)
    steps_.push_back(at::zeros({}, parameters.values().options().dtype(at::kFloat)));
}

// sqrt(1 - beta2^t): divided by it, eps is on the uncorrected root
double AdamW::root_of_correction(std::size_t segment) const {
  return std::sqrt(1 - std::pow(options_.beta2, steps_[segment].item<double>()));
}

void AdamW::step(std::size_t segment, at::Tensor const& gradient, double lr, double decay) {
  auto const& s = parameters_.layout().segments()[segment];
  if (s.begin == s.end) return;
  at::NoGradGuard no_grad;
  auto const slice = [&](at::Tensor const& flat) { return flat.narrow(0, s.begin, s.end - s.begin); };
  steps_[segment].add_(1);
  bool const last = options_.form == AdamWForm::transformers;  // decay, that is
  double const eps = last ? options_.eps / root_of_correction(segment) : options_.eps;
  at::_fused_adamw_({slice(parameters_.values())}, {slice(gradient)}, {slice(first_)}, {slice(second_)}, {},
                    {steps_[segment]}, lr, options_.beta1, options_.beta2, last ? 0 : decay, eps, false, false);
  if (last && decay > 0) slice(parameters_.values()).mul_(1 - lr * decay);
}

}  // namespace tartan::optim
