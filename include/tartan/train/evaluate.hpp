#pragma once

#include <tartan/comm/communicator.hpp>
#include <tartan/data/dataset.hpp>
#include <tartan/model/model.hpp>
#include <tartan/task/metrics.hpp>
#include <tartan/task/objective.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tartan::train {

struct Evaluation {
  std::int64_t examples = 0;  //!< labelled
  double loss = 0;            //!< mean
  std::map<std::string, double> metrics;
  task::ConfusionMatrix confusion;
};

//! Loss and metrics of a classification task over a whole data set, divided among the ranks by tokens. Collective.
Evaluation evaluate(model::Model& model, task::Objective const& objective, std::string const& head,
                    data::Dataset const& dataset, comm::Communicator& comm);

//! Packs `examples` in batches of about 4,096 tokens, neighbours in length together, and hands each with its last-layer
//! rows to `use`. No graph, no dropout.
void for_each_batch(model::Model& model, task::Objective const& objective, data::Dataset const& dataset,
                    std::vector<std::uint64_t> examples,
                    std::function<void(data::PackedBatch const&, at::Tensor const& hidden)> const& use);

}  // namespace tartan::train
