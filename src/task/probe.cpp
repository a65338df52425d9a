#include <tartan/task/probe.hpp>

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

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

double held_out_share(std::string const& data) {
  if (data == "dev" || !probe_path(data).empty()) return 0;
  double share = 0;
  bool const is_train = data.starts_with("train:");
  char const* const begin = data.data() + (is_train ? 6 : 0);
  auto const [end, code] = std::from_chars(begin, data.data() + data.size(), share);
  if (!is_train || code != std::errc() || end != data.data() + data.size() || !(share > 0 && share < 1))
    throw std::invalid_argument(
        "must be dev, or train: and a share between 0 and 1, or the path of a labelled data set; write for example "
        "train:0.1");
  return share;
}

std::filesystem::path probe_path(std::string const& data) {
  bool const is_word = data == "dev" || data == "train" || data.starts_with("train:");
  return is_word ? std::filesystem::path() : std::filesystem::path(data);
}

Probe::Probe(model::Model& model, Objective const& end, ProbeOptions options, std::string training_head)
    : model_(model),
      end_(end),
      options_(std::move(options)),
      training_head_(std::move(training_head)),
      head_(head_layout(model, end), model.parameters.values().options()) {}

at::Tensor Probe::features(data::PackedBatch const& batch, bool dropout) const {
  at::NoGradGuard no_grad;
  return model_.encoder.forward(model_.parameters, batch, batch.rows, {dropout, 0});
}

HeadPlace Probe::place(bool dropout) {
  if (options_.head == ProbeHead::training)
    return {model_.encoder, model_.parameters, model_.parameters, training_head_, dropout};
  return {model_.encoder, model_.parameters, head_, head_name, dropout};
}

std::vector<double> Probe::fit(data::PackedBatch batch, bool dropout) {
  bool const anew = options_.features == ProbeFeatures::each_iteration;
  at::Tensor hidden = features(batch, anew && dropout);
  at::Tensor const gradient = at::zeros_like(head_.values());
  head_.bind_gradients(gradient);
  optim::AdamW optimizer(head_, options_.adamw);
  HeadPlace const place{model_.encoder, model_.parameters, head_, head_name, dropout};
  std::vector<double> losses;
  double previous = 1e10;
  for (std::int64_t i = 0; i < options_.iterations; ++i) {
    if (anew && i > 0) hidden = features(batch, dropout);
    gradient.zero_();
    at::Tensor const loss = end_.loss(place, {hidden}, batch) / count(batch);
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
  ProbeReport report;
  if (options_.head == ProbeHead::fresh) {
    start(head_, head_name);
    report.head_losses = fit(head_batch, dropout);
  }
  compute_again(gradient_batch, dropout, direction, report);
  return report;
}

void Probe::compute_again(data::PackedBatch const& gradient_batch, bool dropout, at::Tensor const& direction,
                          ProbeReport& report) {
  direction.zero_();
  model_.parameters.bind_gradients(direction);  // of the body alone: heads get none
  at::Tensor const loss = first_pass_loss(end_, place(dropout), gradient_batch) / count(gradient_batch);
  torch::autograd::backward({loss}, {});
  report.dev_losses.push_back(loss.item<double>());
  report.dev_loss = std::accumulate(report.dev_losses.begin(), report.dev_losses.end(), 0.0) /
                    static_cast<double>(report.dev_losses.size());
}

double Probe::loss(data::PackedBatch const& batch) {
  at::NoGradGuard no_grad;
  return first_pass_loss(end_, place(false), batch).item<double>() / count(batch);
}

}  // namespace tartan::task
