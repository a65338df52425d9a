#include "trained_task.hpp"

#include <tartan/train/evaluate.hpp>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace tartan::cli {

ExitStatus evaluate(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {"model", "task", "data"}, {"json"});
  refuse_leftovers(flags, "evaluate");
  TrainedTask const t = open_trained_task(flags, Labels::needed);
  auto const comm = comm::make_local();
  train::Evaluation const e = train::evaluate(*t.model, *t.objective, t.head.name, t.dataset, *comm);
  if (flags.has("json")) {
    nlohmann::ordered_json const json = {
        {"task", t.head.task}, {"examples", e.examples}, {"loss", e.loss}, {"metrics", e.metrics}};
    std::printf("%s\n", json.dump().c_str());
    return ExitStatus::done;
  }
  std::printf("%s: %lld examples, loss %.4f\n", t.head.task.c_str(), static_cast<long long>(e.examples), e.loss);
  for (auto const& [name, value] : e.metrics) std::printf("  %-10s %.4f\n", name.c_str(), value);
  return ExitStatus::done;
}

}  // namespace tartan::cli
