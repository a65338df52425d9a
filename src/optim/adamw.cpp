#include <tartan/optim/adamw.hpp>

#include <ATen/ops/_fused_adamw.h>

namespace tartan::optim {

AdamW::AdamW(model::ParameterSet const& parameters, AdamWOptions options)
    : parameters_(parameters),
      options_(options),
      first_(at::zeros_like(parameters.values())),
      second_(at::zeros_like(parameters.values())) {
  for (std::size_t i = 0; i < parameters.layout().segments().size(); ++i)
    steps_.push_back(at::zeros({}, parameters.values().options().dtype(at::kFloat)));
}

void AdamW::step(std::size_t segment, at::Tensor const& gradient, double lr, double decay) {
  auto const& s = parameters_.layout().segments()[segment];
  if (s.begin == s.end) return;
  at::NoGradGuard no_grad;
  auto const slice = [&](at::Tensor const& flat) { return flat.narrow(0, s.begin, s.end - s.begin); };
  steps_[segment].add_(1);
  at::_fused_adamw_({slice(parameters_.values())}, {slice(gradient)}, {slice(first_)}, {slice(second_)}, {},
                    {steps_[segment]}, lr, options_.beta1, options_.beta2, decay, options_.eps, false, false);
}

}  // namespace tartan::optim
