#pragma once

#include "task_model.hpp"

#include <gtest/gtest.h>

namespace tartan::testing {

//! An objective with its own head "own" on a tiny encoder.
class ObjectiveTest : public ::testing::Test {
 protected:
  void open(task::ObjectiveOptions const& options) {
    objective = task::make_objective(options);
    TinyDirectory tiny;
    model::HfConfig const config = model::parse_hf_config(tiny.config.dump(), "config.json");
    model = tiny.save().open(model::Precision::fp64, {}, {{"own", objective->head(config)}});
  }
  task::HeadPlace place() const { return {model->encoder, model->parameters, model->parameters, "own", false}; }
  at::Tensor hidden() const { return model->encoder.forward(model->parameters, batch, batch.rows, {}); }
  double loss() const { return objective->loss(place(), {hidden()}, batch).item<double>(); }
  task::Predictions predictions() const { return objective->predict(place(), hidden(), batch); }

  data::PackedBatch batch = tiny_batch({7, 12, 5});
  std::unique_ptr<task::Objective> objective;
  std::unique_ptr<model::Model> model;
};

}  // namespace tartan::testing
