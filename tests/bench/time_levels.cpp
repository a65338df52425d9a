// time_levels ROUNDS CONFIG [--section.key value]...: what a step of recipe tapweight costs on the data and the encoder
// of CONFIG (one rank, no GPU), beside its three parts by themselves, and with the other hypergradients. All are timed
// in turn, round by round; printed are medians of each round's ratio to the sum of the parts.
#include "train/open_run.hpp"
#include "train/stage.hpp"

#include <tartan/core/error.hpp>
#include <tartan/recipe/recipe.hpp>
#include <tartan/train/draws.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>

namespace tartan::train {
namespace {

StepRates const rates{.body_lr = 1e-6, .head_lr = 1e-6, .upper_body_lr = 1e-6, .upper_head_lr = 1e-6};

double seconds_of(std::function<void()> const& work) {
  auto const began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

std::vector<StepTask> pretraining(std::vector<Task const*> const& tasks) {
  auto const all = step_tasks(tasks);
  return {all.begin() + 1, all.end()};
}

class Timing {
 public:
  Timing(Options const& options, StagePlan const& plan, Opened const& opened, comm::Communicator& comm)
      : options_(options),
        plan_(plan),
        model_(*opened.model),
        comm_(comm),
        tasks_(tasks_of(plan, opened.tasks)),
        draws_(tasks_, end_task(opened.tasks), true, probe(), 1, stage_key(options, plan), 0, 1),
        lower_(model_, pretraining(tasks_), nullptr, comm_, step_options(), optimizer_),
        fused_(model_, pretraining(tasks_), nullptr, comm_, {}, optimizer_),
        upper_(model_, {step_tasks(tasks_).front()}, nullptr, comm_, step_options(), optimizer_),
        probe_(model_, *tasks_.front()->objective, probe(), tasks_.front()->head) {}

  //! Seconds of each part and of a step with each hypergradient.
  std::map<std::string, double> round(std::int64_t step) {
    StepInputs const inputs = draws_.at(step);
    auto const counts = local_counts(inputs);
    std::map<std::string, double> result;
    result["I"] = seconds_of([&] { lower(lower_, inputs, counts); });
    result["I, one backward"] = seconds_of([&] { lower(fused_, inputs, counts); });
    result["II"] = seconds_of([&] {
      weighting::Weighting one = weighting::make_fixed({1});
      upper_.run({{inputs.batches.front()}, {}}, {counts.front()}, rates, one, {});
    });
    result["III"] = seconds_of([&] { probe_.compute({}, inputs.probe->gradient, {}, true, direction_); });
    for (auto const& [name, inverse] : inverses()) result[name] = step_seconds(inverse, inputs, counts);
    return result;
  }

 private:
  static std::map<std::string, InverseHessian> inverses() {
    return {{"identity", InverseHessian::identity},
            {"finite-difference", InverseHessian::finite_difference},
            {"neumann", InverseHessian::neumann},
            {"cg", InverseHessian::cg}};
  }
  task::ProbeOptions probe() const { return probe_options(plan_, options_); }
  StepOptions step_options() const {
    StepOptions result;
    result.fuse = false;  // level I's gradients are looked at one by one
    result.probe = probe();
    return result;
  }

  void lower(SingleLevel& level, StepInputs const& inputs, std::vector<double> const& counts) {
    std::size_t const n = tasks_.size() - 1;
    weighting::Weighting equal = weighting::make_fixed(std::vector<double>(n, 1 / static_cast<double>(n)));
    level.run({{inputs.batches.begin() + 1, inputs.batches.end()}, {}}, {counts.begin() + 1, counts.end()}, rates,
              equal, {});
  }

  double step_seconds(InverseHessian inverse, StepInputs const& inputs, std::vector<double> const& counts) {
    LevelOptions levels = plan_.options.levels;
    levels.hypergradient.inverse = inverse;
    if (!rules_.contains(inverse)) {
      rules_[inverse] =
          std::make_unique<ThreeLevel>(model_, step_tasks(tasks_), comm_, step_options(), optimizer_, levels);
      rules_[inverse]->begin();
      rules_[inverse]->run(inputs, counts, rates, weighting_, {});  // takes its memory
    }
    return seconds_of([&] { rules_[inverse]->run(inputs, counts, rates, weighting_, {}); });
  }

  Options const& options_;
  StagePlan const& plan_;
  model::Model& model_;
  comm::Communicator& comm_;
  std::vector<Task const*> tasks_;
  Draws draws_;
  optim::AdamW optimizer_{model_.parameters, {}};
  SingleLevel lower_, fused_, upper_;
  task::Probe probe_;
  at::Tensor direction_ = at::zeros({model_.parameters.layout().body_size()}, model_.parameters.values().options());
  weighting::Weighting weighting_ =
      weighting::make_tapweight(std::vector<double>(tasks_.size() - 1, 1.0), 1e-3, 0.01, weighting::Descent::adam);
  std::map<InverseHessian, std::unique_ptr<ThreeLevel>> rules_;
};

void time_levels(int rounds, std::filesystem::path const& config, std::vector<std::string> const& flags) {
  auto settings = config::Settings::read(config, flags);
  recipe::Plan const plan = recipe::make_plan(settings);
  StagePlan const& levels = plan.stages.front();
  if (!has_three_levels(levels)) fail_usage("time_levels is for recipe tapweight");
  auto const comm = comm::make_local();
  Opened const opened = open_run(plan.options, plan.stages, *comm);
  Timing timing(plan.options, levels, opened, *comm);
  std::map<std::string, std::vector<double>> all;
  for (int round = -1; round < rounds; ++round) {
    auto const seconds = timing.round(round + 1);
    double const parts = seconds.at("I") + seconds.at("II") + seconds.at("III");
    for (auto const& [name, one] : seconds)
      if (round >= 0) all[name].push_back(one / parts);
    if (round < 0) continue;
    all["parts, in seconds"].push_back(parts);
    double const fused = parts - seconds.at("I") + seconds.at("I, one backward");
    all["identity, of those with I in one backward"].push_back(seconds.at("identity") / fused);
  }
  for (auto const& [name, ratios] : all)
    std::printf("%-42s %8.3f  (%.3f to %.3f)\n", name.c_str(), median(ratios), std::ranges::min(ratios),
                std::ranges::max(ratios));
}

}  // namespace
}  // namespace tartan::train

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: time_levels ROUNDS CONFIG [--section.key value]...\n", stderr);
    return 2;
  }
  try {
    tartan::train::time_levels(std::atoi(argv[1]), argv[2], {argv + 3, argv + argc});
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
