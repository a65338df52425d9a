#pragma once

#include <tartan/optim/adamw.hpp>
#include <tartan/task/objective.hpp>

#include <ATen/ATen.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tartan::task {

//! Through which head the dev gradient goes.
enum class ProbeHead {
  fresh,     //!< one that is fitted anew and forgotten (section 4); costs a forward of head_examples, and the fit
  training,  //!< the end task's own, as it is: over-weights the end task (figure 3 of the paper); costs no fit
};

//! Where the examples come from that fit the fresh head.
enum class ProbeFit {
  dev,    //!< from where the gradient's come (section 4)
  train,  //!< from the end task's training examples (AANG: Dery et al. 2023); costs the same
};

enum class ProbeDraw {
  independent,  //!< fit and gradient see examples of their own (the paper's derivation)
  shared,       //!< both see the same; costs the same and is not META-TARTAN (ours, to see what it matters)
};

//! How many dev gradients a step has, where it accumulates micro-batches.
enum class ProbePer {
  step,   //!< one, for the accumulated gradients (section 4)
  micro,  //!< one for each micro-batch through the head fitted for the first (published code); costs gradients for each
};

//! How often the encoder is run for the fit of the fresh head.
enum class ProbeFeatures {
  once,            //!< without dropout in the encoder; one forward
  each_iteration,  //!< as the published code, whose encoder draws dropout anew each time; `iterations` forwards
};

//! META-TARTAN's probe of the end task (Dery et al. 2022, section 4; ALGORITHMS 2.3-2.4). Its cost on rank 0: a forward
//! of head_examples, a forward and backward of gradient_examples, and `iterations` of the head alone.
struct ProbeOptions {
  ProbeHead head = ProbeHead::fresh;  //!< the first of each choice is the default and the paper's
  ProbeFit fit = ProbeFit::dev;
  ProbeDraw draw = ProbeDraw::independent;
  ProbePer per = ProbePer::step;
  ProbeFeatures features = ProbeFeatures::once;
  //! Or "train:SHARE", see held_out_share, which costs that share of the training labels, or a path, see probe_path.
  //! Ours, to see whether the dev split is used too often.
  std::string data = "dev";
  std::int64_t every =
      1;               //!< steps from probe to probe; the others cost what steps with fixed weights do; ours beyond 1
  bool stale = false;  //!< alignments use the probe of the step before; one more buffer of the body on rank 0; ours
  std::int64_t head_examples = 32;      //!< dev examples that fit the fresh head
  std::int64_t gradient_examples = 64;  //!< others that give the dev gradient; with ProbePer::micro, each of them
  std::int64_t iterations = 10;         //!< full-batch AdamW iterations of the head, at most (published script)
  double tolerance = 1e-3;              //!< stop, after an update, when the loss moved by less (published script)
  double head_lr = 1e-3;
  double head_decay = 0.1;
  std::int64_t min_examples = 1;  //!< of each task that rank 0 keeps for itself
  optim::AdamWOptions adamw;
};

//! The share of the end task's training examples that ProbeOptions::data sets aside for the probe; 0: "dev" or a path.
//! Throws std::invalid_argument saying what is allowed.
double held_out_share(std::string const& data);

//! The shard or data set that ProbeOptions::data names; empty: "dev" or "train:SHARE". A directory of the name "train"
//! must be written "./train".
std::filesystem::path probe_path(std::string const& data);

struct ProbeReport {
  std::vector<double> head_losses;   //!< before each update; empty: no fit
  double dev_loss = 0;               //!< mean over the gradient batch, or over the means of several
  std::vector<double> dev_losses{};  //!< of each gradient batch
};

//! Fits a fresh dev head and takes the dev gradient through it. The body's values never change; the head is forgotten.
//! With ProbeHead::training the gradient goes through the end task's own head, which does not change either.
class Probe {
 public:
  //! Start values of the head, called with its parameter set and its name in it.
  using HeadStart = std::function<void(model::ParameterSet&, std::string const&)>;

  //! `training_head`: name of the end task's own head in the model.
  Probe(model::Model& model, Objective const& end, ProbeOptions options, std::string training_head = "");

  //! `direction` (body_size, or size_with_mlm_head: 0 there) becomes the gradient of the mean dev loss. Head features
  //! are computed as ProbeFeatures says; `dropout` switches that of the head's fit and of the gradient's forward. With
  //! ProbeHead::training `head_batch` and `start` are not looked at.
  ProbeReport compute(data::PackedBatch const& head_batch, data::PackedBatch const& gradient_batch,
                      HeadStart const& start, bool dropout, at::Tensor const& direction);
  //! The dev gradient on a further batch, through the head that `compute` fitted last; adds to that call's report.
  void compute_again(data::PackedBatch const& gradient_batch, bool dropout, at::Tensor const& direction,
                     ProbeReport& report);

  //! Mean loss of `batch` at the body as it is now, through the head of the last `compute`; eval mode, no graph.
  double loss(data::PackedBatch const& batch);

 private:
  at::Tensor features(data::PackedBatch const& batch, bool dropout) const;
  std::vector<double> fit(data::PackedBatch batch, bool dropout);
  HeadPlace place(bool dropout);

  model::Model& model_;
  Objective const& end_;
  ProbeOptions options_;
  std::string training_head_;
  model::ParameterSet head_;
};

}  // namespace tartan::task
