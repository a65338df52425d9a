#include <tartan/core/error.hpp>
#include <tartan/data/sampler.hpp>
#include <tartan/train/evaluate.hpp>

#include <algorithm>
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

Evaluation evaluate(model::Model& model, task::Objective const& objective, std::string const& head,
                    data::Dataset const& dataset, comm::Communicator& comm) {
  auto const classes = static_cast<std::int64_t>(dataset.info().label_names.size());
  task::ConfusionMatrix matrix(classes);
  double loss = 0;
  task::HeadPlace const place{model.encoder, model.parameters, model.parameters, head, false};
  for_each_batch(model, objective, dataset, my_examples(dataset, comm.rank(), comm.size()),
                 [&](data::PackedBatch const& batch, at::Tensor const& hidden) {
                   for (std::size_t e = 0; e < batch.targets.size(); ++e)
                     if (batch.targets[e] < 0)
                       fail_data(dataset.describe_row(batch.examples[e]) +
                                 " has no label, which evaluation needs; give it one or leave it out");
                   loss += objective.loss(place, {hidden}, batch).item<double>();
                   task::Prediction const prediction = objective.predict(place, hidden, batch);
                   for (std::size_t e = 0; e < batch.targets.size(); ++e)
                     matrix.add(batch.targets[e], prediction.classes[e]);
                 });
  comm.all_reduce(matrix.counts().data(), matrix.counts().size(), comm::Type::int64).wait();
  std::int64_t const examples = matrix.total();
  double const mean = comm::sum_of(comm, loss) / static_cast<double>(std::max<std::int64_t>(1, examples));
  return {examples, mean, task::classification_metrics(matrix), std::move(matrix)};
}

}  // namespace tartan::train
