// TapWeight in full on a planted problem (ALGORITHMS 7.14): of two objectives one is the downstream target.
#include "hypergradient_quadratics.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <gtest/gtest.h>

namespace tartan::train {
namespace {

struct Batch {
  at::Tensor x, y;  // (n, 6), (n, 2)
};

//! Regression on what a hidden tanh layer makes of x; pretraining sees it, or noise in place of its targets.
class Planted {
 public:
  explicit Planted(std::uint64_t seed) : generator_(at::make_generator<at::CPUGeneratorImpl>(seed)) {}

  //! The weight of the objective that is the target, after training by the three levels' published order.
  double weight_of_target(std::size_t target, HypergradientOptions const& options) {
    for (int step = 0; step < 150; ++step) train(target, options);
    return at::softmax(w_, 0)[static_cast<std::int64_t>(target)].item<double>();
  }

 private:
  at::Tensor normal(at::IntArrayRef shape) { return at::randn(shape, generator_, at::kDouble); }
  Batch draw(std::int64_t rows, bool noise) {
    at::Tensor const x = normal({rows, 6});
    return {x, noise ? normal({rows, 2}) : predict(x, true_body_, true_head_)};
  }
  static at::Tensor predict(at::Tensor const& x, at::Tensor const& body, at::Tensor const& head) {
    return at::linear(at::tanh(at::linear(x, body)), head);
  }
  static at::Tensor loss(Batch const& batch, at::Tensor const& body, at::Tensor const& head) {
    return at::mse_loss(predict(batch.x, body, head), batch.y);
  }
  static void descend(Level const& level) {
    Tensors const gradient = torch::autograd::grad({level.loss(level.key)}, level.parameters);
    at::NoGradGuard const guard;
    for (std::size_t p = 0; p < gradient.size(); ++p) at::Tensor(level.parameters[p]).sub_(gradient[p], 0.05);
  }

  void train(std::size_t target, HypergradientOptions const& options) {
    std::vector<Batch> const batches = {draw(16, target != 0), draw(16, target != 1)};
    Level const first{theta_,
                      [&](Key) {
                        at::Tensor const lambda = at::softmax(w_, 0);
                        return lambda[0] * loss(batches[0], theta_[0], theta_[1]) +
                               lambda[1] * loss(batches[1], theta_[0], theta_[2]);
                      },
                      Key()};
    Level const second{
        phi_, [&](Key) { return loss(training_, phi_[0], phi_[1]) + 0.5 * (phi_[0] - theta_[0]).pow(2).sum(); }, Key()};
    descend(first);
    descend(second);
    auto const outer = outer_gradient(loss(validation_, phi_[0], phi_[1]), first, second);
    Hypergradient const found = hypergradient(first, second, {w_}, outer, options);
    at::NoGradGuard const guard;
    w_.sub_(found.by_weights[0], 20);
  }

  at::Generator generator_;
  at::Tensor true_body_ = normal({4, 6}) / std::sqrt(6.0), true_head_ = normal({2, 4});
  at::Tensor body_ = normal({4, 6}) / 2, head_ = 0.3 * normal({2, 4});  // as a pretrained model begins
  static at::Tensor leaf(at::Tensor const& start) { return start.clone().requires_grad_(); }
  Tensors theta_ = {leaf(body_), leaf(head_), leaf(head_)}, phi_ = {leaf(body_), leaf(head_)};
  at::Tensor w_ = at::zeros({2}, at::kDouble).requires_grad_();
  Batch training_ = draw(32, false), validation_ = draw(64, false);
};

class tapweight_planted : public testing::TestWithParam<InverseHessian> {};

TEST_P(tapweight_planted, TheObjectiveThatIsTheTargetWins) {
  HypergradientOptions const options{.inverse = GetParam(), .terms = 5, .step = 0.1, .iterations = 3, .damping = 1};
  for (std::uint64_t seed = 1; seed <= 3; ++seed)
    for (std::size_t const target : {0U, 1U})
      EXPECT_GT(Planted(seed).weight_of_target(target, options), 0.9) << "seed " << seed << ", objective " << target;
}

INSTANTIATE_TEST_SUITE_P(Methods, tapweight_planted,
                         testing::Values(InverseHessian::identity, InverseHessian::finite_difference,
                                         InverseHessian::neumann, InverseHessian::cg));

}  // namespace
}  // namespace tartan::train
