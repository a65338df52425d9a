#pragma once

#include <tartan/comm/communicator.hpp>
#include <tartan/data/dataset.hpp>
#include <tartan/model/model.hpp>
#include <tartan/task/metrics.hpp>
#include <tartan/task/objective.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tartan::train {

struct Evaluation {
  std::int64_t examples = 0;
  double loss = 0;  //!< mean over what has a label
  std::map<std::string, double> metrics;
  std::optional<task::ConfusionMatrix> confusion;  //!< where one of several classes is expected
};

//! Loss and metrics of a task with labels over a whole data set, divided among the ranks by tokens. Collective. Throws
//! ExitStatus::diverged on every rank where a prediction is not finite.
Evaluation evaluate(model::Model& model, task::Objective const& objective, std::string const& head,
                    data::Dataset const& dataset, comm::Communicator& comm);

//! Packs `examples` in batches of about 4,096 tokens, neighbours in length together, and hands each with its last-layer
//! rows to `use`. No graph, no dropout.
void for_each_batch(model::Model& model, task::Objective const& objective, data::Dataset const& dataset,
                    std::vector<std::uint64_t> examples,
                    std::function<void(data::PackedBatch const&, at::Tensor const& hidden)> const& use);

}  // namespace tartan::train
