#include "trained_task.hpp"

#include <tartan/core/atomic_file.hpp>
#include <tartan/core/log.hpp>
#include <tartan/train/evaluate.hpp>

#include <nlohmann/json.hpp>

namespace tartan::cli {
namespace {

//! A number where the id is one, so that it can be joined with the input's rows.
nlohmann::ordered_json id_json(std::string const& id) {
  bool const number = !id.empty() && id.size() < 19 && id.find_first_not_of("0123456789") == std::string::npos &&
                      (id == "0" || id[0] != '0');
  return number ? nlohmann::ordered_json(std::stoll(id)) : nlohmann::ordered_json(id);
}

std::string line_of(TrainedTask const& t, std::uint64_t example, std::int64_t best,
                    std::vector<double> const& probabilities) {
  nlohmann::ordered_json::object_t by_label;
  by_label.reserve(t.labels.size());
  for (std::size_t c = 0; c < t.labels.size(); ++c) by_label.push_back({t.labels[c], probabilities[c]});
  nlohmann::ordered_json const json = {{"example_id", id_json(t.dataset.example_id(example))},
                                       {"prediction", t.labels[static_cast<std::size_t>(best)]},
                                       {"probabilities", std::move(by_label)}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void check_output(std::filesystem::path const& output) {
  auto const directory = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(directory))
    fail_usage("--output " + output.string() + " is in a directory that does not exist; make it first");
  if (std::filesystem::is_directory(output)) fail_usage("--output " + output.string() + " is a directory; name a file");
  check_writable(output);
}

}  // namespace

ExitStatus predict(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {"model", "task", "data", "output"}, {});
  refuse_leftovers(flags, "predict");
  std::string const output = flags.required("output", "predictions.jsonl");
  check_output(output);
  TrainedTask const t = open_trained_task(flags);
  std::vector<std::string> lines(t.dataset.size());  // batches come by length, lines go out in the shard's order
  train::for_each_batch(
      *t.model, *t.objective, t.dataset, 0, 1, [&](data::PackedBatch const& batch, at::Tensor const& hidden) {
        task::Prediction const prediction = t.objective->predict(t.place(), hidden, batch);
        for (std::size_t e = 0; e < batch.examples.size(); ++e)
          lines[batch.examples[e]] = line_of(t, batch.examples[e], prediction.classes[e], prediction.probabilities[e]);
      });
  std::string text;
  for (auto const& line : lines) text += line;
  write_file_atomically(output, text);
  log("wrote " + std::to_string(lines.size()) + " predictions to " + output);
  return ExitStatus::done;
}

}  // namespace tartan::cli
