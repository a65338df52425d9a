#include <tartan/train/fresh_gradient.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace tartan::train {
namespace {

GradientDraw through_mlm_head(model::Model& model, FreshTask task, bool dropout) {
  return [&model, task = std::move(task), dropout](std::int64_t repetition, at::Tensor const& gradient) {
    data::PackedBatch const batch = task.examples(repetition).gradient;
    if (!batch.has_targets()) return;  // nothing masked: no gradient
    model.parameters.bind_gradients(gradient);
    task::HeadPlace const place{model.encoder, model.parameters, model.parameters, "", dropout};
    auto const count = static_cast<double>(std::max<std::int64_t>(1, batch.num_targets()));
    torch::autograd::backward({task::forward_loss(*task.objective, place, batch) / count}, {});
  };
}

}  // namespace

GradientDraw fresh_gradient(model::Model& model, FreshTask task, task::ProbeOptions const& options, bool dropout) {
  if (!task.own_head) return through_mlm_head(model, std::move(task), dropout);
  task::ProbeOptions fresh = options;
  fresh.head = task::ProbeHead::fresh;
  auto const probe = std::make_shared<task::Probe>(model, *task.objective, fresh);
  return [probe, task = std::move(task), dropout](std::int64_t repetition, at::Tensor const& gradient) {
    ProbeInputs const inputs = task.examples(repetition);
    probe->compute(inputs.head, inputs.gradient, task.head_start(repetition), dropout, gradient);
  };
}

}  // namespace tartan::train
