#include "vocabulary_loss.hpp"

#include "kernels/kernels.hpp"

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

namespace tartan::model {
namespace {

template <class S>
at::Tensor forward(at::Tensor const& logits, at::Tensor const& bias, std::vector<std::int64_t> const& targets) {
  at::Tensor losses = at::empty({logits.size(0)}, logits.options());
  kernels<S>().cross_entropy(logits.size(0), logits.size(1), bias.data_ptr<S>(), targets.data(), logits.data_ptr<S>(),
                             losses.data_ptr<S>());
  return losses.sum();
}

template <class S>
void add_bias_gradient(at::Tensor const& grad, at::Tensor const& to) {
  kernels<S>().add_column_sums(grad.size(0), grad.size(1), grad.data_ptr<S>(), to.data_ptr<S>());
}

struct VocabularyBackward : torch::autograd::Node {
  ParameterSet const* parameters;
  std::size_t word, bias;
  at::Tensor x, grad_logits;

  torch::autograd::variable_list apply(torch::autograd::variable_list&& grads) override {
    at::AutoDispatchBelowADInplaceOrView guard;
    grad_logits.mul_(grads[0]);
    if (at::Tensor const& to = parameters->gradient(word); to.defined()) to.addmm_(grad_logits.t(), x);
    if (at::Tensor const& to = parameters->gradient(bias); to.defined()) {
      if (grad_logits.scalar_type() == at::kDouble)
        add_bias_gradient<double>(grad_logits, to);
      else
        add_bias_gradient<float>(grad_logits, to);
    }
    at::Tensor grad_x = at::mm(grad_logits, (*parameters)[word]);
    grad_logits.reset();
    return {grad_x};
  }
  std::string name() const override { return "TartanVocabularyBackward"; }
};

}  // namespace

at::Tensor vocabulary_loss(ParameterSet const& parameters, at::Tensor const& x, std::size_t word, std::size_t bias,
                           std::vector<std::int64_t> const& targets) {
  at::Tensor logits, loss;
  {
    at::AutoDispatchBelowADInplaceOrView guard;
    logits = at::mm(x, parameters[word].t());
    loss = logits.scalar_type() == at::kDouble ? forward<double>(logits, parameters[bias], targets)
                                               : forward<float>(logits, parameters[bias], targets);
  }
  if (!at::GradMode::is_enabled()) return loss;
  auto node = std::make_shared<VocabularyBackward>();
  node->parameters = &parameters;
  node->word = word;
  node->bias = bias;
  node->x = x.detach();
  node->grad_logits = logits;
  node->set_next_edges(torch::autograd::collect_next_edges(x));
  torch::autograd::set_history(loss, std::move(node));
  return loss;
}

}  // namespace tartan::model
