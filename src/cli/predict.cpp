#include "trained_task.hpp"

#include <tartan/core/atomic_file.hpp>
#include <tartan/core/log.hpp>
#include <tartan/train/evaluate.hpp>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <ostream>

namespace tartan::cli {
namespace {

constexpr std::uint64_t window_examples = 16'384;  // whose lines wait in memory for their place in the shard's order

//! A number where the id is one, so that it can be joined with the input's rows.
nlohmann::ordered_json id_json(std::string const& id) {
  bool const number = !id.empty() && id.size() < 19 && id.find_first_not_of("0123456789") == std::string::npos &&
                      (id == "0" || id[0] != '0');
  return number ? nlohmann::ordered_json(std::stoll(id)) : nlohmann::ordered_json(id);
}

std::string line_of(TrainedTask const& t, data::PackedBatch const& batch, std::size_t example,
                    std::vector<double> const& prediction) {
  nlohmann::ordered_json json = {{"example_id", id_json(t.dataset.example_id(batch.examples[example]))}};
  json.update(t.objective->describe(batch, example, prediction, t.head.labels));
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void check_output(std::filesystem::path const& output) {
  check_parent(output);
  if (std::filesystem::is_directory(output)) fail_usage("--output " + output.string() + " is a directory; name a file");
  check_writable(output);
}

//! Batches come by length, lines go out in the shard's order.
void write_window(TrainedTask const& t, std::uint64_t begin, std::uint64_t end, std::ostream& out) {
  std::vector<std::uint64_t> examples(end - begin);
  std::iota(examples.begin(), examples.end(), begin);
  std::vector<std::string> lines(examples.size());
  train::for_each_batch(*t.model, *t.objective, t.dataset, std::move(examples),
                        [&](data::PackedBatch const& batch, at::Tensor const& hidden) {
                          task::Predictions const predictions = t.objective->predict(t.place(), hidden, batch);
                          for (std::size_t e = 0; e < batch.examples.size(); ++e)
                            lines[batch.examples[e] - begin] = line_of(t, batch, e, predictions[e]);
                        });
  for (auto const& line : lines) out << line;
}

}  // namespace

ExitStatus predict(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {"model", "task", "data", "output"}, {});
  refuse_leftovers(flags, "predict");
  std::string const output = flags.required("output", "predictions.jsonl");
  check_output(output);
  TrainedTask const t = open_trained_task(flags, Labels::ignored);
  std::uint64_t const size = t.dataset.size();
  write_file_atomically(output, [&](std::ostream& out) {
    for (std::uint64_t begin = 0; begin < size; begin += window_examples)
      write_window(t, begin, std::min(size, begin + window_examples), out);
  });
  log("wrote " + std::to_string(size) + " predictions to " + output);
  return ExitStatus::done;
}

}  // namespace tartan::cli
