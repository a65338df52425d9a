#include <tartan/task/probe.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

namespace tartan::task {
namespace {

constexpr char const* head_name = "dev";

model::Layout head_layout(model::Model const& model, Objective const& end) {
  model::Layout layout;
  model::add_head(layout, head_name, end.head(model.encoder.config()));
  return layout;
}

double count(data::PackedBatch const& batch) {
  return static_cast<double>(std::max<std::int64_t>(1, batch.num_targets()));
}

//! Every iteration draws its own dropout.
void rekey(data::PackedBatch& batch, std::uint64_t iteration) {
  for (auto& key : batch.example_keys) key = Key(key).with(iteration).value();
}

}  // namespace

Probe::Probe(model::Model& model, Objective const& end, ProbeOptions options)
    : model_(model),
      end_(end),
      options_(options),
      head_(head_layout(model, end), model.parameters.values().options()) {}

std::vector<double> Probe::fit(data::PackedBatch batch, at::Tensor const& features, bool dropout) {
  at::Tensor const gradient = at::zeros_like(head_.values());
  head_.bind_gradients(gradient);
  optim::AdamW optimizer(head_, options_.adamw);
  HeadPlace const place{model_.encoder, model_.parameters, head_, head_name, dropout};
  std::vector<double> losses;
  double previous = 1e10;
  for (std::int64_t i = 0; i < options_.iterations; ++i) {
    gradient.zero_();
    at::Tensor const loss = end_.loss(place, {features}, batch) / count(batch);
    torch::autograd::backward({loss}, {});
    optimizer.step(0, gradient, options_.head_lr, options_.head_decay);
    losses.push_back(loss.item<double>());
    if (std::abs(losses.back() - previous) < options_.tolerance) break;
    previous = losses.back();
    rekey(batch, static_cast<std::uint64_t>(i));
  }
  return losses;
}

ProbeReport Probe::compute(data::PackedBatch const& head_batch, data::PackedBatch const& gradient_batch,
                           HeadStart const& start, bool dropout, at::Tensor const& direction) {
  start(head_, head_name);
  at::Tensor features;
  {
    at::NoGradGuard no_grad;
    features = model_.encoder.forward(model_.parameters, head_batch, head_batch.rows, {});
  }
  ProbeReport report;
  report.head_losses = fit(head_batch, features, dropout);

  direction.zero_();
  model_.parameters.bind_gradients(direction);
  HeadPlace const place{model_.encoder, model_.parameters, head_, head_name, dropout};
  at::Tensor const loss = forward_loss(end_, place, gradient_batch) / count(gradient_batch);
  torch::autograd::backward({loss}, {});
  report.dev_loss = loss.item<double>();
  return report;
}

}  // namespace tartan::task
