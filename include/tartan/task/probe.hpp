#pragma once

#include <tartan/optim/adamw.hpp>
#include <tartan/task/objective.hpp>

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <vector>

namespace tartan::task {

//! META-TARTAN's probe of the end task (Dery et al. 2022, section 4; ALGORITHMS 2.3-2.4).
struct ProbeOptions {
  std::int64_t head_examples = 32;      //!< dev examples that fit the fresh head
  std::int64_t gradient_examples = 64;  //!< other dev examples that give the dev gradient
  std::int64_t iterations = 10;         //!< full-batch AdamW iterations of the head, at most
  double tolerance = 1e-3;              //!< stop, after an update, when the loss moved by less
  double head_lr = 1e-3;
  double head_decay = 0.1;
  std::int64_t min_examples = 1;  //!< of each task that rank 0 keeps for itself
  optim::AdamWOptions adamw;
};

struct ProbeReport {
  std::vector<double> head_losses;  //!< before each update
  double dev_loss = 0;              //!< mean over the gradient batch
};

//! Fits a fresh dev head and takes the dev gradient through it. The body's values never change; the head is forgotten.
class Probe {
 public:
  //! Start values of the head, called with its parameter set and its name in it.
  using HeadStart = std::function<void(model::ParameterSet&, std::string const&)>;

  Probe(model::Model& model, Objective const& end, ProbeOptions options);

  //! `direction` (body_size) becomes the gradient of the mean dev loss over body parameters. Head features are computed
  //! once, in eval mode; `dropout` switches that of the head's fit and of the gradient's forward.
  ProbeReport compute(data::PackedBatch const& head_batch, data::PackedBatch const& gradient_batch,
                      HeadStart const& start, bool dropout, at::Tensor const& direction);

 private:
  std::vector<double> fit(data::PackedBatch batch, at::Tensor const& features, bool dropout);

  model::Model& model_;
  Objective const& end_;
  ProbeOptions options_;
  model::ParameterSet head_;
};

}  // namespace tartan::task
