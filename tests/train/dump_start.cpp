// dump_start CONFIG OUTPUT: what a run of recipe finetune begins with, for a peer that is to begin alike
// (tests/parity). OUTPUT: safetensors with int64 `examples` (steps, batch), the rows of train that each step draws, and
// the start values of the end task's head, "fc.weight" ….
#include "train/open_run.hpp"
#include "train/stage.hpp"

#include <tartan/core/error.hpp>
#include <tartan/recipe/recipe.hpp>
#include <tartan/train/draws.hpp>

#include <cstdio>
#include <exception>

namespace tartan::train {
namespace {

at::Tensor drawn_examples(Options const& options, StagePlan const& plan, std::vector<Task> const& tasks) {
  auto const trained = tasks_of(plan, tasks);
  Draws const draws(trained, end_task(tasks), probed(plan), options.probe, options.train.micro_batches,
                    stage_key(options, plan), 0, 1);
  std::vector<at::Tensor> steps;
  for (std::int64_t step = 0; step < total_steps(plan, trained); ++step) {
    auto const examples = draws.at(step).batches.at(0).at(0).examples;
    steps.push_back(at::tensor(std::vector<std::int64_t>(examples.begin(), examples.end()), at::kLong));
  }
  return at::stack(steps);
}

void dump(std::filesystem::path const& config, std::filesystem::path const& output) {
  auto settings = config::Settings::read(config, {});
  recipe::Plan const plan = recipe::make_plan(settings);
  if (plan.stages.size() != 1) fail_usage("dump_start is for recipe finetune, which has one stage");
  auto const comm = comm::make_local();
  Opened const opened = open_run(plan.options, plan.stages, *comm);
  std::map<std::string, at::Tensor> tensors = {
      {"examples", drawn_examples(plan.options, plan.stages.front(), opened.tasks)}};
  std::string const prefix = end_task(opened.tasks)->head + ".";
  auto const& parameters = opened.model->parameters;
  for (auto const& p : parameters.layout().parameters())
    if (p.name.starts_with(prefix)) tensors.emplace(p.name.substr(prefix.size()), parameters.at(p.name));
  std::map<std::string, model::StoredTensor> stored;
  for (auto const& [name, tensor] : tensors) stored.emplace(name, model::store(tensor));
  model::write_safetensors(output, stored, {});
}

}  // namespace
}  // namespace tartan::train

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: dump_start CONFIG OUTPUT\n", stderr);
    return 2;
  }
  try {
    tartan::train::dump(argv[1], argv[2]);
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
