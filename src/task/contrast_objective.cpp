#include "contrast_objective.hpp"

namespace tartan::task {
namespace {

constexpr double temperature = 0.05;  // as published

at::Tensor unit(at::Tensor const& rows) { return rows / rows.norm(2, {1}, true).clamp_min(1e-8); }

//! (R, H) → (R, H)
at::Tensor embed(HeadPlace const& place, at::Tensor const& hidden) {
  auto const parameter = [&](char const* part) { return place.heads.at(place.name + ".fc." + part); };
  return at::tanh(at::addmm(parameter("bias"), hidden, parameter("weight").t()));
}

}  // namespace

model::HeadShape ContrastObjective::head(model::HfConfig const& config) const {
  return {{"fc.weight", {config.hidden_size, config.hidden_size}}, {"fc.bias", {config.hidden_size}}};
}

at::Tensor ContrastObjective::contrast(HeadPlace const& place, at::Tensor const& first,
                                       at::Tensor const& second) const {
  at::Tensor const own = at::cat({embed(place, first), embed(place, second)}, 1).to(at::kDouble);
  auto const [rows, begin] = place.gather ? place.gather(own) : RowsOfRanks{own};
  auto const views = rows.chunk(2, 1);
  at::Tensor const cosines = at::mm(unit(views[0]), unit(views[1]).t());
  at::Tensor const losses = -at::log_softmax(cosines / temperature, 1).diagonal();
  at::Tensor const all = losses.sum(), mine = losses.narrow(0, begin, own.size(0)).sum();
  return (mine.detach() + (all - all.detach())) / divided_by(rows.size(0));
}

}  // namespace tartan::task
