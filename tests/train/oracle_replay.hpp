#pragma once

#include "oracle_compare.hpp"
#include "oracle_subject.hpp"

#include <tartan/optim/schedule.hpp>
#include <tartan/train/compat.hpp>

#include <cmath>
#include <optional>
#include <variant>

namespace tartan::train::oracle {

//! One of the oracle's runs: its name, and the settings that its README gives.
struct Run {
  std::string name;
  std::optional<double> rate{};  //!< of the task logits; none: fixed weights
  double tolerance = 1e-3;       //!< of the dev head's stop
  bool fuse = false;
  Placement placement = Placement::exact;
  Body body = Body::encoder;
  optim::AdamWForm form = optim::AdamWForm::torch;
  Compat compat = Compat::none;  //!< what it is beyond the fields above
  weighting::LogitType logits = weighting::LogitType::float64;
  double dev_head_lr = 1e-3;
  std::int64_t warmup = 2, scheduled = 10;
};

//! Sums over all numbers, and over each tensor's numbers times the cosines of their places.
struct Checksum {
  double sum = 0, squares = 0, probe = 0;

  void add(at::Tensor const& tensor) {
    at::Tensor const value = tensor.detach().to(at::kDouble);
    sum += value.sum().item<double>();
    squares += value.pow(2).sum().item<double>();
    probe += (value.flatten() * at::arange(value.numel(), at::kDouble).cos()).sum().item<double>();
  }
  explicit Checksum(model::ParameterSet const& parameters) {
    for (auto const& p : parameters.layout().parameters()) add(parameters.at(p.name));
  }
  void check(Compare const& compare, std::string const& what, nlohmann::json const& expected) const {
    compare.scalar(what + " sum", sum, expected.at("sum"));
    compare.scalar(what + " sum_of_squares", squares, expected.at("sum_of_squares"));
    compare.scalar(what + " probe", probe, expected.at("probe"));
  }
};

inline double norm_of(at::Tensor const& tensor) { return tensor.to(at::kDouble).norm().item<double>(); }

//! Carries a run out on `subject()`'s ranks and holds every step to what the oracle expects of it.
class Replay {
 public:
  Replay(Files const& files, Case const& c, Run const& run)
      : files_(files),
        run_(run),
        tasks_(files.tasks()),
        subject_(files, c, decay_rule(run.compat)),
        compare_(c.precision),
        optimizer_(subject_.model->parameters, {.form = run.form}),
        step_tasks_(subject_.step_tasks()),
        step_(*subject_.model, step_tasks_, &step_tasks_[subject_.end()], oracle::subject(), options(), optimizer_),
        weighting_(start()) {
    auto const& layout = subject_.model->parameters.layout();
    for (auto const& segment : layout.segments())
      if (segment.owner == model::Owner::mlm_head) lm_size_ = segment.end;
    step_.observer = [this](std::size_t, at::Tensor const& gradient) { gradients_.push_back(over_ranks(gradient)); };
  }

  virtual ~Replay() = default;

  virtual void check_all() {
    auto const& expected = files_.expected.at(run_.name);
    for (auto const& step : expected.at("steps")) check_step(step);
    check_final(expected.at("final_checksum"));
  }

  at::Tensor const& values() const { return subject_.model->parameters.values(); }
  std::vector<double> weights() const { return weighting::weights(weighting_); }

 protected:
  StepOptions options() const {
    StepOptions options;
    options.placement = run_.placement;
    options.fuse = run_.fuse;
    options.dropout = false;
    options.probe.tolerance = run_.tolerance;
    options.probe.head_lr = run_.dev_head_lr;
    options.probe.adamw.form = run_.form;
    options.body = run_.body;
    apply_compat(run_.compat, options);
    if (run_.compat == Compat::official) options.probe.per = task::ProbePer::micro;
    return options;
  }
  weighting::Weighting start() const {
    if (run_.rate) return weighting::make_meta_tartan(tasks_.size(), *run_.rate);
    return weighting::make_fixed(std::vector<double>(tasks_.size(), 1 / static_cast<double>(tasks_.size())));
  }

  at::Tensor over_ranks(at::Tensor const& gradient) const {
    at::Tensor const sum = gradient.to(at::kDouble, false, true);
    oracle::subject().all_reduce(sum.data_ptr(), static_cast<std::size_t>(sum.numel()), comm::Type::float64).wait();
    return sum;
  }

  //! A step on the batches `micro`, each a micro-batch, with the dev head fitted on `head`.
  StepInputs inputs(std::vector<std::string> const& micro, std::string const& head) const {
    StepInputs inputs;
    auto& comm = oracle::subject();
    inputs.batches.resize(tasks_.size());
    for (std::size_t i = 0; i < tasks_.size(); ++i)
      for (auto const& b : micro) {
        std::string const name = tasks_[i] + b;
        inputs.batches[i].push_back(files_.batch(name, share_of(files_.num_rows(name), comm.rank(), comm.size())));
      }
    if (!run_.rate || comm.rank() != 0) return inputs;
    inputs.probe = {files_.batch("dev_head" + head), files_.batch("dev_grad" + micro[0])};
    for (std::size_t m = 1; m < micro.size(); ++m) inputs.probe->further.push_back(files_.batch("dev_grad" + micro[m]));
    return inputs;
  }

  std::vector<double> counts(std::vector<std::string> const& micro) const {
    std::vector<double> counts(tasks_.size());
    for (std::size_t i = 0; i < tasks_.size(); ++i)
      for (auto const& b : micro) counts[i] += static_cast<double>(files_.batch(tasks_[i] + b).targets.size());
    return counts;
  }

  double factor() const { return optim::schedule_factor(optim::Decay::linear, steps_, run_.warmup, run_.scheduled); }

  StepReport step(std::vector<std::string> const& micro, std::string const& head) {
    auto const start = [&](model::ParameterSet& p, std::string const& name) {
      subject_.start_head(p, name, "dev");
      dev_head_ = &p;
    };
    gradients_.clear();
    StepRates const rates{.body_lr = 1e-4 * factor(), .head_lr = 1e-3 * factor()};
    ++steps_;
    return step_.run(inputs(micro, head), counts(micro), rates, weighting_, start);
  }

  void check_step(nlohmann::json const& expected) {
    SCOPED_TRACE(run_.name + " step " + std::to_string(steps_));
    compare_.scalar("lr_factor", factor(), expected.at("lr_factor"));
    std::string const b = std::string(".").append(expected.at("batch").dump());
    StepReport const report = step({b}, b);
    compare_.per_task("loss", report.losses, expected.at("loss"), tasks_);
    compare_.per_task("weight", report.weights, expected.at("weight"), tasks_);
    check_combined(report, expected);
    if (run_.rate) check_probe(report, expected);
    if (!run_.fuse) check_gradients(expected);
  }

  void check_combined(StepReport const& report, nlohmann::json const& expected) const {
    at::Tensor const& combined = step_.combined();
    auto const& before = expected.at("combined_norm_before_clip");
    auto const& after = expected.at("combined_norm_after_clip");
    compare_.scalar("body before clipping", report.body_norm, before.at("lm"));
    compare_.scalar("head before clipping", report.head_norm, before.at("head"));
    compare_.scalar("body after clipping", norm_of(combined.narrow(0, 0, lm_size_)), after.at("lm"));
    compare_.scalar("head after clipping", norm_of(combined.slice(0, lm_size_)), after.at("head"));
  }

  void check_probe(StepReport const& report, nlohmann::json const& expected) const {
    auto const& logits = std::get<weighting::MetaTartan>(weighting_).logits;
    compare_.per_task("logits_after", logits, expected.at("logits_after"), tasks_);
    compare_.per_task("dot_with_dev", report.alignments.dot, expected.at("dot_with_dev"), tasks_);
    compare_.per_task("cosine", weighting::cosines(report.alignments), expected.at("cosine_with_dev"), tasks_);
    std::string const norm = run_.body == Body::encoder ? "encoder_grad_norm" : "lm_grad_norm";
    compare_.per_task(norm, report.alignments.norm, expected.at(norm), tasks_);
    compare_.scalar("dev_grad_norm", report.alignments.probe_norm, expected.at("dev_grad_norm"));
    if (oracle::subject().rank() != 0) return;
    EXPECT_EQ(report.probe.head_losses.size(), expected.at("dev_head_iterations"));
    compare_.list("dev_head_losses", report.probe.head_losses, expected.at("dev_head_losses"));
    compare_.scalar("dev_loss", report.probe.dev_loss, expected.at("dev_loss"));
  }

  void check_gradients(nlohmann::json const& expected) const {
    ASSERT_EQ(gradients_.size(), tasks_.size());
    std::int64_t const body = subject_.model->parameters.layout().body_size();
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      SCOPED_TRACE(tasks_[i]);
      double const whole = expected.at("lm_grad_norm").at(tasks_[i]);
      compare_.scalar("lm_grad_norm", norm_of(gradients_[i].narrow(0, 0, lm_size_)), whole);
      compare_.scalar("encoder_grad_norm", norm_of(gradients_[i].narrow(0, 0, body)),
                      expected.at("encoder_grad_norm").at(tasks_[i]));
      if (expected.contains("per_tensor_grad_norm"))
        check_parameters(i, whole, expected.at("per_tensor_grad_norm").at(tasks_[i]));
    }
  }

  void check_parameters(std::size_t task, double whole, nlohmann::json const& norms) const {
    for (auto const& p : subject_.model->parameters.layout().parameters()) {
      at::Tensor const mine = model::ParameterSet::stretch(gradients_[task], p.offset, p.shape);
      if (norms.contains(p.name))
        compare_.gradient(p.name, in_double({norm_of(mine)}), in_double({norms.at(p.name)}), whole);
      auto const found = files_.tensors.find("grad." + tasks_[task] + "." + oracle_name(p.name));
      if (found != files_.tensors.end()) compare_.gradient(found->first, mine, found->second, whole);
    }
    EXPECT_EQ(norms.size(), files_.expected.at("lm_parameter_order").size());
  }

  //! The primary head's parameters are `head.…` in the oracle.
  std::string oracle_name(std::string const& name) const {
    std::string const head = tasks_[subject_.end()] + ".";
    return name.starts_with(head) ? "head." + name.substr(head.size()) : name;
  }

  void check_final(nlohmann::json const& expected) const {
    Checksum(subject_.model->parameters).check(compare_, "final", expected);
    if (run_.name == "meta") check_final_tensors(files_.tensors);
  }
  void check_final_tensors(std::map<std::string, at::Tensor> const& expected) const {
    auto const& parameters = subject_.model->parameters;
    for (auto const& p : parameters.layout().parameters())
      compare_.tensor("final." + p.name, parameters.at(p.name), expected.at("final." + oracle_name(p.name)));
  }

  Files const& files_;
  Run run_;
  std::vector<std::string> tasks_;
  Subject subject_;
  Compare compare_;
  optim::AdamW optimizer_;
  std::vector<StepTask> step_tasks_;
  SingleLevel step_;
  weighting::Weighting weighting_;
  std::vector<at::Tensor> gradients_;  // (tasks) of the last step, summed over ranks
  std::int64_t lm_size_ = 0;
  std::int64_t steps_ = 0;
  model::ParameterSet const* dev_head_ = nullptr;  // of the last probe of this rank
};

}  // namespace tartan::train::oracle
