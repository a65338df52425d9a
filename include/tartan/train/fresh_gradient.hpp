#pragma once

#include <tartan/task/probe.hpp>
#include <tartan/train/compare.hpp>
#include <tartan/train/step.hpp>

#include <functional>

namespace tartan::train {

//! What one task is looked at through, without a head that was trained.
struct FreshTask {
  task::Objective const* objective;
  bool own_head = true;  //!< false: the MLM head, which must be a trained one
  //! Examples of a repetition: `head` fits the fresh head (not looked at without own_head), `gradient` gives the
  //! gradient.
  std::function<ProbeInputs(std::int64_t repetition)> examples;
  std::function<task::Probe::HeadStart(std::int64_t repetition)> head_start;
};

//! The gradient of the mean loss over the body. A task with a head of its own gets a fresh one in each repetition,
//! fitted to other examples as the probe does it (ProbeOptions), with `dropout` as in a training step; so every task is
//! judged by what the body has for it, and none by a random head. `model` outlives the result; its values never change.
GradientDraw fresh_gradient(model::Model& model, FreshTask task, task::ProbeOptions const& probe, bool dropout);

}  // namespace tartan::train
