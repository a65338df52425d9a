// Goes through a recorded TapWeight run iteration by iteration.
#pragma once

#include "oracle_compare.hpp"
#include "tapweight_toy.hpp"

#include <tartan/weighting/tapweight.hpp>
#include <tartan/weighting/weighting.hpp>

#include <torch/csrc/autograd/autograd.h>

namespace tartan::train::oracle {

inline Tensors gradients(at::Tensor const& loss, Tensors const& by) {
  return torch::autograd::grad({loss}, by, {}, true, false, true);
}

inline double norm_of(Tensors const& list) {
  double sum = 0;
  for (auto const& tensor : list) sum += tensor.pow(2).sum().item<double>();
  return std::sqrt(sum);
}

//! <a, b> over the backbone.
inline double backbone_dot(Tensors const& a, Tensors const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < TapModel::backbone; ++i) sum += (a[i] * b[i]).sum().item<double>();
  return sum;
}

class TapReplay {
 public:
  explicit TapReplay(std::string const& run)
      : record_(read_json(tapweight_folder() / (run + ".json"))),
        settings_(record_.at("settings")),
        toy_(read_tensors(tapweight_folder() / "inputs.safetensors"), settings_),
        optimizers_{optimizer(0), optimizer(1), optimizer(2)},
        micro_batches_(settings_.at("pretrain_micro_batches")) {}

  void check_all(std::filesystem::path const& final_tensors) {
    for (auto const& iteration : record_.at("iterations")) {
      SCOPED_TRACE("iteration " + std::to_string(i_));
      first_level(iteration);
      second_level(iteration);
      check_third_level(iteration);
      check_hypergradient(iteration);
      if (has_our_rule()) step_our_weights(iteration);
      step_weights(iteration);
      ++i_;
    }
    auto const expected = read_tensors(final_tensors);
    near_.tensor("w", toy_.w, expected.at("w"));
    for (TapModel const* model : {&toy_.theta, &toy_.phi})
      for (std::size_t p = 0; p < model->names.size(); ++p)
        near_.tensor(model->names[p], model->parameters[p], expected.at(model->names[p]));
  }

 private:
  TapOptimizer optimizer(std::size_t level) const {
    auto const& momentum = settings_.at("momentum_theta_phi");
    return {settings_.at("optimiser") == "adam", level == 2 || momentum.is_null() ? 0 : momentum.get<double>(),
            settings_.at("weight_decay_theta_phi_w").at(level)};
  }
  double rate(std::size_t level) const {
    double const base = settings_.at("lr_theta_phi_w").at(level);
    if (settings_.at("schedule").is_null()) return base;
    if (settings_.at("schedule") == "step") return base * std::pow(0.9, i_ / 5);
    std::int64_t const warmup = level == 0 ? 12 : 4, total = level == 0 ? 80 : 26, k = level == 0 ? 4 * i_ + 3 : i_;
    double const up = static_cast<double>(k) / static_cast<double>(warmup);
    return base * (k < warmup ? up : static_cast<double>(total - k) / static_cast<double>(total - warmup));
  }
  std::int64_t micro_batch(std::int64_t j) const { return (i_ * micro_batches_ + j) % 5; }

  void first_level(nlohmann::json const& expected) {
    Tensors sum;
    for (std::int64_t j = 0; j < micro_batches_; ++j) {
      check_micro_batch(micro_batch(j), expected.at("level1").at(static_cast<std::size_t>(j)));
      Tensors const each = gradients(toy_.pretraining(micro_batch(j)), toy_.theta.parameters);
      for (std::size_t p = 0; p < each.size(); ++p) {
        at::Tensor const part = each[p] / static_cast<double>(micro_batches_);
        j == 0 ? sum.push_back(part) : void(sum[p] += part);
      }
    }
    near_.scalar("theta_grad_norm", norm_of(sum), expected.at("theta_grad_norm"));
    near_.scalar("lr1", rate(0), expected.at("lr1"));
    optimizers_[0].step(toy_.theta.parameters, sum, rate(0));
    check_sums("theta_checksum", toy_.theta, expected);
  }
  void check_micro_batch(std::int64_t batch, nlohmann::json const& expected) const {
    std::vector<double> losses;
    for (auto const& loss : toy_.objectives(batch)) losses.push_back(loss.item<double>());
    near_.list("objective_losses", losses, expected.at("objective_losses"));
    near_.scalar("loss of level I", toy_.pretraining(batch).item<double>(), expected.at("loss"));
    near_.list("lambda", lambda(), expected.at("lambda"));
  }
  std::vector<double> lambda() const {
    at::Tensor const values = at::softmax(toy_.w.detach(), 0);
    return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + 3};
  }

  void second_level(nlohmann::json const& expected) {
    at::Tensor const task = toy_.task("tr", i_ % 4), loss = task + toy_.prox();
    near_.scalar("loss of level II", loss.item<double>(), expected.at("level2").at("loss"));
    near_.scalar("task loss of level II", task.item<double>(), expected.at("level2").at("task_loss"));
    near_.scalar("prox", toy_.prox().item<double>(), expected.at("level2").at("prox"));
    Tensors const by_phi = gradients(loss, toy_.phi.parameters);
    near_.scalar("phi_grad_norm", norm_of(by_phi), expected.at("phi_grad_norm"));
    near_.scalar("lr2", rate(1), expected.at("lr2"));
    optimizers_[1].step(toy_.phi.parameters, by_phi, rate(1));
    check_sums("phi_checksum", toy_.phi, expected);
  }
  void check_third_level(nlohmann::json const& expected) const {
    near_.scalar("loss of level III", toy_.outer(i_ % 3).item<double>(), expected.at("level3").at("loss"));
    near_.scalar("its task loss", toy_.task("val", i_ % 3).item<double>(), expected.at("level3").at("task_loss"));
  }

  void check_hypergradient(nlohmann::json const& expected) {
    Level const first = toy_.first(micro_batch(micro_batches_ - 1)), second = toy_.second(i_ % 4);
    OuterGradient const outer = outer_gradient(toy_.outer(i_ % 3), first, second);
    Hypergradient const found = hypergradient(first, second, {toy_.w}, outer, {});
    by_w_ = found.by_weights[0];
    product_.list("hypergradient", listed(by_w_), expected.at("hypergradient"));
    check_paths(found.paths, expected.at("paths"));
    Hypergradient const exact = hypergradient(first, second, {toy_.w}, outer, {.inverse = InverseHessian::identity});
    product_.list("by double backward", listed(exact.by_weights[0]), expected.at("hypergradient_by_double_backward"));
    if (!toy_.l1) product_.list("by products", by_products(), expected.at("hypergradient_by_double_backward"));
    check_sums("theta_checksum_after_hypergradient", toy_.theta, expected);
    check_sums("phi_checksum_after_hypergradient", toy_.phi, expected);
  }
  void check_paths(std::vector<PathReport> const& paths, nlohmann::json const& expected) const {
    ASSERT_EQ(paths.size(), expected.size());
    for (std::size_t k = 0; k < paths.size(); ++k) {
      near_.scalar("|v|", paths[k].vector_norm, expected.at(k).at("vector_norm"));
      near_.scalar("epsilon", paths[k].epsilon, expected.at(k).at("epsilon"));
    }
    near_.scalar("|v1|", paths.at(1).vector_norm, expected.at(0).at("result_norm"));
  }
  //! What a step that forms alignments has at hand.
  std::vector<double> by_products() const {
    auto const with_validation = products_with(gradients(toy_.task("val", i_ % 3), toy_.phi.parameters));
    Tensors distance;
    for (std::size_t p = 0; p < TapModel::backbone; ++p)
      distance.push_back(toy_.phi.parameters[p] - toy_.theta.parameters[p]);
    return weighting::through_softmax(
        lambda(), toy_.prox_above ? weighting::tapweight_slopes(with_validation, products_with(distance), toy_.gamma)
                                  : weighting::tapweight_slopes(with_validation, toy_.gamma));
  }
  //! Of each pretraining objective's gradient.
  std::vector<double> products_with(Tensors const& direction) const {
    std::vector<double> result;
    for (auto const& loss : toy_.objectives(micro_batch(micro_batches_ - 1)))
      result.push_back(backbone_dot(gradients(loss, toy_.theta.parameters), direction));
    return result;
  }

  //! tartan's weights do not decay, and their slopes are products with the dev gradient.
  bool has_our_rule() const {
    return !toy_.prox_above && !toy_.l1 && settings_.at("weight_decay_theta_phi_w").at(2) == 0;
  }
  //! The rule as a run has it, from the same start.
  void step_our_weights(nlohmann::json const& expected) {
    bool const adam = settings_.at("optimiser") == "adam";
    if (i_ == 0) {
      rule_ = weighting::make_tapweight({1, 1, 1}, rate(2), toy_.gamma,
                                        adam ? weighting::Descent::adam : weighting::Descent::sgd);
      std::get<weighting::TapWeight>(rule_).logits = listed(toy_.w);
    }
    auto& rule = std::get<weighting::TapWeight>(rule_);
    rule.rate = rate(2);
    std::vector<double> dots = products_with(gradients(toy_.task("val", i_ % 3), toy_.phi.parameters));
    dots.insert(dots.begin(), 0);
    weighting::Alignments const seen{
        .dot = dots, .norm = dots, .present = std::vector(dots.size(), true), .mean_cosine = {}, .groups = {}};
    weighting::update(rule_, seen, {});
    weights_.list("logits of our rule", rule.logits, expected.at("w_after"));
  }

  void step_weights(nlohmann::json const& expected) {
    near_.scalar("lr3", rate(2), expected.at("lr3"));
    optimizers_[2].step({toy_.w}, {by_w_}, rate(2));
    near_.list("w_after", listed(toy_.w), expected.at("w_after"));
    near_.list("lambda_after", lambda(), expected.at("lambda_after"));
  }

  static std::vector<double> listed(at::Tensor const& values) {
    at::Tensor const flat = values.detach().contiguous();
    return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
  }
  void check_sums(std::string const& what, TapModel const& model, nlohmann::json const& expected) const {
    double sum = 0, squares = 0, probe = 0;
    for (auto const& each : model.parameters) {
      at::Tensor const flat = each.detach().flatten();
      sum += flat.sum().item<double>();
      squares += flat.dot(flat).item<double>();
      probe += flat.dot(at::arange(flat.numel(), at::kDouble).cos()).item<double>();
    }
    near_.scalar(what + " sum", sum, expected.at(what).at("sum"));
    near_.scalar(what + " sum_of_squares", squares, expected.at(what).at("sum_of_squares"));
    near_.scalar(what + " probe", probe, expected.at(what).at("probe"));
  }

  nlohmann::json record_, settings_;
  TapToy toy_;
  TapOptimizer optimizers_[3];
  std::int64_t micro_batches_, i_ = 0;
  at::Tensor by_w_;
  weighting::Weighting rule_;
  Compare weights_{model::Precision::fp64, 1e-4};  // products against their differences
  Compare near_{model::Precision::fp64, 1e-10}, product_{model::Precision::fp64, 1e-9};
};

}  // namespace tartan::train::oracle
