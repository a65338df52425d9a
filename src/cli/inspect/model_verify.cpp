#include "model_verify.hpp"

#include "head_facts.hpp"
#include "text.hpp"
#include "tokenizer_facts.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/json_file.hpp>
#include <tartan/core/problems.hpp>
#include <tartan/data/vocabulary.hpp>
#include <tartan/model/weights_report.hpp>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

constexpr char const* way_out = "restore the directory from where it came";

void check_weights(fs::path const& directory, model::HfConfig const& config) {
  model::SafetensorsFile const file(directory / model_weights);
  auto const report = model::report_weights(file, config);
  std::string problems;
  for (auto const& name : report.missing) append_item(problems, "missing " + name);
  for (auto const& name : report.unexpected_names) append_item(problems, "unexpected " + name);
  for (auto const& text : report.other_shapes) append_item(problems, text);
  if (!problems.empty())
    fail_data(file.path().string() + " does not fit its config.json: " + problems + "; " + way_out);
}

void check_finite(fs::path const& path) {
  if (!fs::exists(path)) return;
  std::string const name = model::find_not_finite(model::SafetensorsFile(path));
  if (!name.empty()) fail_data(path.string() + " holds a NaN or an infinity in the tensor " + name + "; " + way_out);
}

void check_tokenizer(fs::path const& directory, model::HfConfig const& config) {
  fs::path const path = directory / "tokenizer.json";
  if (!fs::exists(path)) return;
  read_json_file(path, way_out, data::max_tokenizer_bytes);  // of whatever kind, it must be whole
  Facts const facts = tokenizer_facts(directory, config);
  if (facts.value("fits", true)) return;
  fail_data(path.string() + " names ids up to " + facts["highest_id"].dump() + ", but vocab_size is " +
            std::to_string(config.vocab_size) + "; " + way_out);
}

}  // namespace

void check_is_model(fs::path const& directory) {
  for (char const* name : {"config.json", model_weights})
    if (!fs::exists(directory / name))
      fail_data(directory.string() + " holds no " + name + " (a model has config.json and model.safetensors); " +
                way_out);
}

void verify_model(fs::path const& directory) {
  check_is_model(directory);
  auto const config = model::read_hf_config(directory);
  Problems problems;
  problems.attempt([&] { check_weights(directory, config); });
  problems.attempt([&] { check_finite(directory / model_weights); });
  problems.attempt([&] { head_facts(directory); });
  problems.attempt([&] { check_finite(directory / "heads.safetensors"); });
  problems.attempt([&] { check_tokenizer(directory, config); });
  problems.refuse_any("parts of " + directory.string(), way_out);
}

}  // namespace tartan::cli
