#include "commands.hpp"
#include "inspect/damage.hpp"
#include "inspect/subjects.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <cstdio>

namespace tartan::cli {
namespace fs = std::filesystem;
namespace {

struct Subject {
  Facts (*facts)(Request const&);
  std::string (*text)(Facts const&);
};

bool holds(fs::path const& directory, std::initializer_list<char const*> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](char const* name) { return fs::exists(fs::symlink_status(directory / name)); });
}

void check_exists(fs::path const& path) {
  std::error_code code;
  fs::file_status const status = fs::status(path, code);
  if (fs::exists(status)) return;
  if (fs::is_symlink(fs::symlink_status(path)) && code != std::errc::permission_denied)
    fail_usage(path.string() + " is a link that leads nowhere; name what it should point at");
  if (status.type() == fs::file_type::none) throw fs::filesystem_error("cannot look at", path, code);
  fail_usage(path.string() + " does not exist; name a shard, prepared data, a model, a run or a checkpoint");
}

//! Checkpoints have a manifest.json and runs may hold anything, so the most telling file decides.
Subject subject_at(fs::path const& path) {
  check_exists(path);
  if (!fs::is_directory(path)) return {data_facts, data_text};
  if (holds(path, {"state.json", "tensors.safetensors"})) return {checkpoint_facts, checkpoint_text};
  if (holds(path, {"config.ini", "run.json", "metrics.jsonl"})) return {run_facts, run_text};
  if (holds(path, {"config.json", "model.safetensors"})) return {model_facts, model_text};
  if (holds(path, {"manifest.json", "train.h5", "dev.h5", "test.h5"})) return {data_facts, data_text};
  fail_data(path.string() + " is neither a model (config.json) nor prepared data (manifest.json, train.h5), " +
            "nor a run (config.ini) nor a checkpoint (state.json); name one of them");
}

Request request_of(Flags const& flags) {
  refuse_leftovers(flags, "inspect", 1);
  if (flags.positional.empty())
    fail_usage("tartan inspect takes one path: a shard, prepared data, a model, a run or a checkpoint");
  Request request;
  request.path = flags.positional[0];
  request.verify = flags.has("verify");
  if (flags.has("examples"))
    request.examples = static_cast<std::size_t>(whole_number("examples", flags.get("examples", ""), 0));
  if (flags.has("label")) request.label = flags.get("label", "");
  request.tokenizer = flags.get("tokenizer", "");
  return request;
}

void refuse_flags_of_data(Flags const& flags, fs::path const& path) {
  for (char const* name : {"examples", "label", "tokenizer"})
    if (flags.has(name))
      fail_usage("--" + std::string(name) + " is for shards and prepared data, which " + path.string() +
                 " is not; leave it out");
}

Facts look_at(Subject const& subject, Request const& request, Flags const& flags) {
  if (subject.facts == data_facts) return data_facts(request);
  refuse_flags_of_data(flags, request.path);
  return as_damage([&] { return subject.facts(request); });
}

}  // namespace

ExitStatus inspect(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {"examples", "label", "tokenizer"}, {"json", "verify"});
  Request const request = request_of(flags);
  Subject const subject = subject_at(request.path);
  Facts const facts = look_at(subject, request, flags);
  std::string const text =
      flags.has("json") ? facts.dump(-1, ' ', false, Facts::error_handler_t::replace) + "\n" : subject.text(facts);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return ExitStatus::done;
}

}  // namespace tartan::cli
