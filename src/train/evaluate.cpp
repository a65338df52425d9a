#include <tartan/core/error.hpp>
#include <tartan/data/sampler.hpp>
#include <tartan/train/evaluate.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace tartan::train {
namespace {

constexpr std::int64_t batch_tokens = 4096;

std::vector<std::uint64_t> my_examples(data::Dataset const& dataset, int rank, int ranks) {
  std::vector<std::int64_t> lengths, loads(static_cast<std::size_t>(ranks), 0);
  for (std::uint64_t e = 0; e < dataset.size(); ++e) lengths.push_back(dataset.length(e));
  auto const mine = data::share(lengths, loads, 0)[static_cast<std::size_t>(rank)];
  return {mine.begin(), mine.end()};
}

}  // namespace

void for_each_batch(model::Model& model, task::Objective const& objective, data::Dataset const& dataset,
                    std::vector<std::uint64_t> examples,
                    std::function<void(data::PackedBatch const&, at::Tensor const&)> const& use) {
  at::NoGradGuard no_grad;
  std::ranges::stable_sort(examples, {}, [&](std::uint64_t e) { return dataset.length(e); });
  for (std::size_t begin = 0; begin < examples.size();) {
    std::size_t end = begin;
    for (std::int64_t tokens = 0;
         end < examples.size() && (end == begin || tokens + dataset.length(examples[end]) <= batch_tokens); ++end)
      tokens += dataset.length(examples[end]);
    data::PackedBatch batch = dataset.pack(std::span(examples).subspan(begin, end - begin));
    objective.transform(batch, dataset.info());
    use(batch, model.encoder.forward(model.parameters, batch, batch.rows, {}));
    begin = end;
  }
}

namespace {

//! One rank's examples in the order of the data set, as `width` numbers each.
struct Collected {
  double loss = 0, targets = 0;
  bool finite = true;  // what was predicted
  std::size_t width = 0;
  std::vector<double> values;
};

void collect(Collected& all, task::Objective const& objective, data::PackedBatch const& batch,
             task::Predictions const& predictions, std::uint64_t size) {
  for (std::size_t e = 0; e < batch.examples.size(); ++e) {
    all.finite = all.finite && std::ranges::all_of(predictions[e], [](double value) { return std::isfinite(value); });
    std::vector<double> const outcome = objective.outcome(batch, e, predictions[e]);
    all.width = outcome.size();
    all.values.resize(size * all.width);
    std::ranges::copy(outcome, all.values.begin() + static_cast<std::ptrdiff_t>(batch.examples[e] * all.width));
  }
}

//! Every rank gets the outcomes of all: each adds its own to zeros.
task::Outcomes gathered(Collected all, std::uint64_t size, comm::Communicator& comm) {
  std::array<std::int64_t, 2> most = {static_cast<std::int64_t>(all.width), all.finite ? 0 : 1};
  comm.all_reduce(most.data(), most.size(), comm::Type::int64, comm::Op::max).wait();
  if (most[1] != 0)
    fail_diverged(
        "what is predicted is no longer finite; lower the learning rate, or use a model that has not diverged");
  auto const width = static_cast<std::size_t>(most[0]);
  all.values.resize(size * width);
  comm.all_reduce(all.values.data(), all.values.size(), comm::Type::float64).wait();
  return {std::move(all.values), width};
}

}  // namespace

Evaluation evaluate(model::Model& model, task::Objective const& objective, std::string const& head,
                    data::Dataset const& dataset, comm::Communicator& comm) {
  task::HeadPlace const place{model.encoder, model.parameters, model.parameters, head, false};
  Collected mine;
  for_each_batch(model, objective, dataset, my_examples(dataset, comm.rank(), comm.size()),
                 [&](data::PackedBatch const& batch, at::Tensor const& hidden) {
                   mine.loss += objective.loss(place, {hidden}, batch).item<double>();
                   mine.targets += static_cast<double>(batch.num_targets());
                   collect(mine, objective, batch, objective.predict(place, hidden, batch), dataset.size());
                 });
  double const targets = comm::sum_of(comm, mine.targets);
  double const loss = comm::sum_of(comm, mine.loss) / std::max(1.0, targets);
  task::Outcomes const outcomes = gathered(std::move(mine), dataset.size(), comm);
  return {static_cast<std::int64_t>(dataset.size()), loss, objective.measure(outcomes), objective.confusion(outcomes)};
}

}  // namespace tartan::train
