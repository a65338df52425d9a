// The models, batches and optimisers of the recorded TapWeight runs (oracle/published/README.md, section 2).
#pragma once

#include "oracle_files.hpp"

#include <tartan/train/hypergradient.hpp>

#include <cmath>

namespace tartan::train::oracle {

inline std::filesystem::path tapweight_folder() { return folder() / "published" / "tapweight"; }

//! tanh backbone of two layers and heads; parameters in the order of its checksums.
struct TapModel {
  TapModel(std::map<std::string, at::Tensor> const& start, std::string const& prefix,
           std::vector<std::string> const& heads) {
    for (std::string const layer : {"backbone.fc1", "backbone.fc2"}) take(start, prefix, layer);
    for (auto const& head : heads) take(start, prefix, head);
  }
  at::Tensor logits(at::Tensor const& x, std::size_t head) const {
    return linear(at::tanh(linear(at::tanh(linear(x, 0)), 1)), 2 + head);
  }
  at::Tensor linear(at::Tensor const& x, std::size_t layer) const {
    return at::linear(x, parameters[2 * layer], parameters[2 * layer + 1]);
  }
  static constexpr std::size_t backbone = 4;  //!< first tensors
  std::vector<std::string> names;
  Tensors parameters;

 private:
  void take(std::map<std::string, at::Tensor> const& start, std::string const& prefix, std::string const& layer) {
    for (std::string const kind : {".weight", ".bias"}) {
      names.push_back(prefix + layer + kind);
      parameters.push_back(start.at(names.back()).clone().requires_grad_());
    }
  }
};

//! Three levels over recorded batches.
struct TapToy {
  TapToy(std::map<std::string, at::Tensor> given, nlohmann::json const& settings)
      : inputs(std::move(given)),
        gamma(settings.at("gamma")),
        l1(settings.at("prox") == "nlu"),
        prox_above(settings.at("level3_contains_prox_and_second_path")) {}

  at::Tensor const& input(std::string const& split, std::int64_t batch, std::string const& what) const {
    return inputs.at(split + "." + std::to_string(batch) + "." + what);
  }
  Tensors objectives(std::int64_t batch) const {
    at::Tensor const& x = input("pt", batch, "x");
    return {at::cross_entropy_loss(theta.logits(x, 0), input("pt", batch, "y0")),
            at::mse_loss(theta.logits(x, 1), input("pt", batch, "y1")),
            at::cross_entropy_loss(theta.logits(x, 2), input("pt", batch, "y2"))};
  }
  at::Tensor pretraining(std::int64_t batch) const { return at::softmax(w, 0).dot(at::stack(objectives(batch))); }
  at::Tensor task(std::string const& split, std::int64_t batch) const {
    return at::cross_entropy_loss(phi.logits(input(split, batch, "x"), 0), input(split, batch, "y"));
  }
  at::Tensor prox() const {
    at::Tensor sum = at::zeros({}, at::kDouble);
    for (std::size_t i = 0; i < TapModel::backbone; ++i) {
      at::Tensor const d = phi.parameters[i] - theta.parameters[i];
      sum = sum + (l1 && i >= 2 ? d.abs() : d.pow(2)).sum();
    }
    return (l1 ? gamma / 82 : gamma) * sum;  // 82: numbers of the backbone, by which the language script divides
  }
  at::Tensor outer(std::int64_t batch) const { return prox_above ? task("val", batch) + prox() : task("val", batch); }

  Level first(std::int64_t batch) const {
    return {theta.parameters, [this, batch](Key) { return pretraining(batch); }, Key()};
  }
  Level second(std::int64_t batch) const {
    return {phi.parameters, [this, batch](Key) { return task("tr", batch) + prox(); }, Key()};
  }

  std::map<std::string, at::Tensor> inputs;
  double gamma;
  bool l1, prox_above;
  TapModel theta{inputs, "theta.", {"head0", "head1", "head2"}}, phi{inputs, "phi.", {"head"}};
  at::Tensor w = at::ones({3}, at::kDouble).requires_grad_();
};

//! torch's SGD and Adam, decay within the gradient.
class TapOptimizer {
 public:
  TapOptimizer(bool adam, double momentum, double decay) : adam_(adam), momentum_(momentum), decay_(decay) {}
  void step(Tensors const& parameters, Tensors const& gradients, double lr) {
    at::NoGradGuard const guard;
    ++steps_;
    first_.resize(parameters.size());
    second_.resize(parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      at::Tensor const g = gradients[i] + decay_ * parameters[i];
      at::Tensor parameter = parameters[i];
      parameter -= lr * (adam_ ? adam(i, g) : sgd(i, g));
    }
  }

 private:
  at::Tensor sgd(std::size_t i, at::Tensor const& g) {
    return first_[i] = first_[i].defined() ? momentum_ * first_[i] + g : g;
  }
  at::Tensor adam(std::size_t i, at::Tensor const& g) {
    at::Tensor const none = at::zeros_like(g);
    first_[i] = 0.9 * (first_[i].defined() ? first_[i] : none) + 0.1 * g;
    second_[i] = 0.999 * (second_[i].defined() ? second_[i] : none) + 0.001 * g * g;
    at::Tensor const m = first_[i] / (1 - std::pow(0.9, steps_)), v = second_[i] / (1 - std::pow(0.999, steps_));
    return m / (v.sqrt() + 1e-8);
  }

  bool adam_;
  double momentum_, decay_;
  int steps_ = 0;
  Tensors first_, second_;
};

}  // namespace tartan::train::oracle
