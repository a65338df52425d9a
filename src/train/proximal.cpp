#include <tartan/model/layer_groups.hpp>
#include <tartan/train/proximal.hpp>

#include <algorithm>

namespace tartan::train {
namespace {

bool of_encoder(model::Layout const& layout, model::Parameter const& p) {
  return layout.segments()[p.segment].owner == model::Owner::encoder;
}

double num_parameters(model::Layout const& layout) {
  std::int64_t sum = 0;
  for (auto const& p : layout.parameters())
    if (of_encoder(layout, p)) sum += p.count;
  return static_cast<double>(sum);
}

bool is_embedding(model::LayerGroups const& groups, model::Parameter const& p) {
  return std::ranges::any_of(groups.stretches, [&](model::GroupStretch const& s) {
    return s.group == 0 && s.begin <= p.offset && p.offset < s.end;
  });
}

}  // namespace

void add_proximal_gradient(Proximal const& term, model::ParameterSet const& parameters, at::Tensor const& gradient) {
  model::Layout const& layout = parameters.layout();
  if (term.norm == ProximalNorm::squared) {
    auto const part = [&](at::Tensor const& flat) { return flat.narrow(0, 0, layout.body_size()); };
    double const twice = 2 * term.strength;
    part(gradient).add_(part(parameters.values()), twice).sub_(part(term.anchor), twice);
    return;
  }
  double const strength = term.strength / num_parameters(layout);
  for (auto const& [group, begin, end] : model::layer_groups(layout).stretches) {
    auto const part = [&, begin = begin, end = end](at::Tensor const& flat) {
      return flat.narrow(0, begin, end - begin);
    };
    at::Tensor const d = part(parameters.values()) - part(term.anchor);
    part(gradient).add_(group == 0 ? 2 * d : d.sign(), strength);
  }
}

at::Tensor proximal_loss(Proximal const& term, model::ParameterSet const& parameters,
                         model::ParameterSet const& anchor) {
  model::Layout const& layout = parameters.layout();
  auto const groups = model::layer_groups(layout);
  bool const squared = term.norm == ProximalNorm::squared;
  at::Tensor sum = at::zeros({}, parameters.values().options());
  for (std::size_t i = 0; i < layout.parameters().size(); ++i) {
    auto const& p = layout.parameters()[i];
    if (!of_encoder(layout, p)) continue;
    at::Tensor const d = parameters[i] - anchor[i];
    sum = sum + (squared || is_embedding(groups, p) ? d.square() : d.abs()).sum();
  }
  return sum * (squared ? term.strength : term.strength / num_parameters(layout));
}

}  // namespace tartan::train
