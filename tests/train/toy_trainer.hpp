#pragma once

#include "shares.hpp"
#include "toy.hpp"

#include <tartan/comm/communicator.hpp>
#include <tartan/train/step.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tartan::train::toy {

//! A task with the examples of each step, over all ranks.
struct Task {
  std::string name;
  std::string head;  //!< empty: the MLM head
  task::Objective const* objective;
  std::function<Examples(Key)> draw;
};

inline Task labelled_task(std::string const& name, std::uint64_t batch, Labels labels = Labels::topic) {
  return {name, name, &classification(), [=](Key key) { return labelled(key.with(name), batch, labels); }};
}
inline Task masked_task(std::string const& name, std::uint64_t batch) {
  return {name, "", &mlm(), [=](Key key) { return masked(key.with(name), batch); }};
}
inline Task without_examples(Task task) {
  task.draw = [](Key) { return Examples(); };
  return task;
}

//! End task "end", text "text" and a second labelled task "other".
inline std::vector<Task> three_tasks() {
  return {labelled_task("end", 8), masked_task("text", 5), labelled_task("other", 6)};
}

//! This rank's uneven share of a step's examples, by micro-batches.
inline std::vector<data::PackedBatch> own_batches(Examples const& all, comm::Communicator const& comm,
                                                  std::uint64_t micro_batches) {
  auto const [first, last] = share_of(static_cast<std::int64_t>(all.size()), comm.rank(), comm.size());
  return toy::micro_batches(all, static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(last), micro_batches);
}

inline double weight_by_examples(Examples const& all) { return static_cast<double>(all.size()) / 20; }

struct Plan {
  std::vector<Task> tasks = three_tasks();  //!< "end" is the end task
  weighting::Weighting weighting = weighting::make_meta_tartan(tasks.size(), 0.5);
  StepOptions options{};
  std::uint64_t micro_batches = 1;
  bool weighs_by_examples = false;  //!< as mixed steps do, instead of the weighting
  StepRates rates{.body_lr = 1e-3, .head_lr = 1e-2};
  Key dev_key = Key(11);
  comm::Communicator* comm = nullptr;  //!< none: one rank
  //! Start of the dev head; none: keyed random values.
  std::function<void(model::Model&, model::ParameterSet&, std::string const&)> head_start{};
};

inline Plan fixed(Plan plan) {
  std::size_t const n = plan.tasks.size();
  plan.weighting = weighting::make_fixed(std::vector<double>(n, 1 / static_cast<double>(n)));
  return plan;
}

//! Trains the toy model step by step on this rank's uneven share of each step's examples.
class Trainer {
 public:
  explicit Trainer(Plan const& plan)
      : plan_(plan),
        local_(comm::make_local()),
        comm_(plan.comm == nullptr ? *local_ : *plan.comm),
        model_(make_model(heads())),
        optimizer_(model_->parameters, {}),
        tasks_(step_tasks()),
        step_(*model_, tasks_, &tasks_[end()], comm_, plan.options, optimizer_),
        weighting_(plan.weighting) {}

  //! What names the draws of a step.
  static Key step_key(std::uint64_t step) { return Key(5).with(step); }

  StepReport run() {
    Key const key = step_key(steps_);
    std::vector<double> counts;
    StepInputs const inputs = this->inputs(key, counts);
    auto const start = [&](model::ParameterSet& p, std::string const& name) { start_head(p, name); };
    ++steps_;
    return step_.run(inputs, counts, plan_.rates, weighting_, start);
  }
  StepReport run(int steps) {
    StepReport last;
    for (int i = 0; i < steps; ++i) last = run();
    return last;
  }

  //! From now on `name` has no examples.
  void starve(std::string const& name) {
    for (auto& task : plan_.tasks)
      if (task.name == name) task = without_examples(task);
  }

  std::size_t index(std::string const& name) const {
    std::size_t i = 0;
    while (plan_.tasks.at(i).name != name) ++i;
    return i;
  }
  std::size_t end() const { return index("end"); }
  double weight(std::string const& name) const { return weights()[index(name)]; }
  std::vector<double> weights() const { return weighting::weights(weighting_); }
  model::Model& model() { return *model_; }
  at::Tensor const& values() const { return model_->parameters.values(); }
  at::Tensor value(std::string const& parameter) const { return model_->parameters.at(parameter).detach(); }
  SingleLevel& rule() { return step_; }
  at::Tensor combined() const { return step_.combined(); }
  optim::AdamW const& optimizer() const { return optimizer_; }

 private:
  Heads heads() const {
    std::map<std::string, model::HeadShape> shapes;
    for (auto const& task : plan_.tasks)
      if (!task.head.empty()) shapes[task.head] = task.objective->head(config());
    return {shapes.begin(), shapes.end()};
  }

  std::vector<StepTask> step_tasks() const {
    std::vector<StepTask> tasks;
    for (auto const& task : plan_.tasks) tasks.push_back({task.name, task.objective, task.head});
    return tasks;
  }

  StepInputs inputs(Key key, std::vector<double>& counts) const {
    StepInputs inputs;
    for (auto const& task : plan_.tasks) {
      Examples const all = task.draw(key);
      counts.push_back(static_cast<double>(pack(all).num_targets()));
      if (plan_.weighs_by_examples) inputs.weights.push_back(weight_by_examples(all));
      inputs.batches.push_back(own_batches(all, comm_, plan_.micro_batches));
    }
    inputs.aligned = aligned(steps_);
    bool const due = plan_.options.probe.stale ? aligned(steps_ + 1) : inputs.aligned;
    if (comm_.rank() != 0 || !due || !weighting::needs(weighting_).alignments) return inputs;
    inputs.probe = {pack(labelled(plan_.dev_key.with("head").with(key.value()), 12)),
                    pack(labelled(plan_.dev_key.with("gradient").with(key.value()), 24))};
    for (std::uint64_t m = 1; m < plan_.micro_batches && plan_.options.probe.per == task::ProbePer::micro; ++m)
      inputs.probe->further.push_back(pack(labelled(plan_.dev_key.with("gradient").with(key.value()).with(m), 24)));
    return inputs;
  }

  bool aligned(std::uint64_t step) const {
    auto const& probe = plan_.options.probe;
    return step % static_cast<std::uint64_t>(probe.every) == 0 && !(probe.stale && step == 0);
  }

  void start_head(model::ParameterSet& parameters, std::string const& name) {
    if (plan_.head_start) return plan_.head_start(*model_, parameters, name);
    model::initialize_head(parameters, name, classification().head(config()), Key(3).with(steps_));
  }

  Plan plan_;
  std::unique_ptr<comm::Communicator> local_;
  comm::Communicator& comm_;
  std::unique_ptr<model::Model> model_;
  optim::AdamW optimizer_;
  std::vector<StepTask> tasks_;
  SingleLevel step_;
  weighting::Weighting weighting_;
  std::uint64_t steps_ = 0;
};

//! Largest difference between two tensors.
inline double distance(at::Tensor const& a, at::Tensor const& b) { return (a - b).abs().max().item<double>(); }

}  // namespace tartan::train::toy
