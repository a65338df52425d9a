#include "encoder_paths.hpp"
#include "fast_embeddings.hpp"
#include "fast_layer.hpp"

#include <tartan/core/error.hpp>

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

namespace tartan::model {
namespace {

struct Tape {
  EmbeddingTape embeddings;
  std::vector<LayerTape> layers;
};

//! One forward and, later, its backward. The stream is copied: a graph may outlive its batch.
template <class S>
class FastPass {
 public:
  FastPass(HfConfig const& config, ParameterSet& parameters, data::TokenStream const& stream,
           std::shared_ptr<RowPlan const> plan)
      : config_(config),
        p_(parameters),
        stream_(stream),
        plan_(std::move(plan)),
        where_(find_encoder(parameters.layout(), config)) {}

  at::Tensor forward(bool keep) {
    at::AutoDispatchBelowADInplaceOrView guard;
    Tape transient;
    at::Tensor x =
        embed_forward<S>(config_, p_, where_, stream_, *plan_, keep ? tape_.embeddings : transient.embeddings);
    for (std::size_t i = 0; i < where_.layers.size(); ++i) {
      LayerTape layer_tape;
      x = layer(i).forward(x, layer_tape);
      if (keep) tape_.layers.push_back(std::move(layer_tape));
    }
    return x;
  }

  void backward(at::Tensor const& grad) {
    expects(p_.bound().defined(), "no gradient buffer is bound");
    at::AutoDispatchBelowADInplaceOrView guard;
    at::Tensor g = grad.clone(at::MemoryFormat::Contiguous);
    for (std::size_t i = where_.layers.size(); i-- > 0;) {
      g = layer(i).backward(tape_.layers[i], g);
      tape_.layers.pop_back();
    }
    embed_backward<S>(config_, p_, where_, stream_, *plan_, tape_.embeddings, g);
    tape_ = {};
  }

 private:
  FastLayer<S> layer(std::size_t i) const {
    return {
        config_, p_, stream_, *plan_, where_.layers[i], static_cast<std::int64_t>(i), i + 1 == where_.layers.size()};
  }

  HfConfig const& config_;
  ParameterSet& p_;
  data::TokenStream stream_;
  std::shared_ptr<RowPlan const> plan_;
  EncoderIndices where_;
  Tape tape_;
};

//! Ties the hand-written backward into autograd. It has no edges: gradients go straight to the bound buffer.
template <class S>
struct FastBackward : torch::autograd::Node {
  explicit FastBackward(FastPass<S>&& forward_pass) : pass(std::move(forward_pass)) {}
  torch::autograd::variable_list apply(torch::autograd::variable_list&& grads) override {
    if (grads[0].defined()) pass.backward(grads[0]);
    return {};
  }
  std::string name() const override { return "TartanEncoderBackward"; }
  FastPass<S> pass;
};

template <class S>
at::Tensor run(HfConfig const& config, ParameterSet& parameters, data::TokenStream const& stream,
               std::shared_ptr<RowPlan const> plan) {
  bool const keep = at::GradMode::is_enabled();
  FastPass<S> pass(config, parameters, stream, std::move(plan));
  at::Tensor rows = pass.forward(keep);
  if (keep) torch::autograd::set_history(rows, std::make_shared<FastBackward<S>>(std::move(pass)));
  return rows;
}

}  // namespace

at::Tensor forward_fast(HfConfig const& config, ParameterSet& parameters, data::TokenStream const& stream,
                        std::shared_ptr<RowPlan const> plan) {
  if (parameters.values().scalar_type() == at::kDouble) return run<double>(config, parameters, stream, std::move(plan));
  return run<float>(config, parameters, stream, std::move(plan));
}

}  // namespace tartan::model
