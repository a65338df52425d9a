#include "commands.hpp"
#include "trained_task.hpp"

#include <tartan/core/atomic_file.hpp>
#include <tartan/core/log.hpp>
#include <tartan/model/export.hpp>

namespace tartan::cli {
namespace {

namespace fs = std::filesystem;

enum class Kind { sequence_classification, masked_lm };

Kind kind_of(Flags const& flags) {
  std::string const kind = flags.required("as", "sequence-classification");
  if (kind == "sequence-classification") return Kind::sequence_classification;
  if (kind == "masked-lm") return Kind::masked_lm;
  fail_usage("--as " + kind + " is not known; use sequence-classification or masked-lm");
}

fs::path new_directory(Flags const& flags) {
  fs::path output = fs::path(flags.required("output", "exported")).lexically_normal();
  if (!output.has_filename()) output = output.parent_path();  // "exported/"
  if (fs::exists(fs::symlink_status(output)))
    fail_usage("--output " + output.string() + " is there already; name another directory, or remove it");
  check_parent(output);
  check_writable(output);
  return output;
}

}  // namespace

ExitStatus export_model(Arguments const& arguments) {
  Flags const flags = parse_flags(arguments, {"model", "as", "task", "output"}, {});
  refuse_leftovers(flags, "export");
  Kind const kind = kind_of(flags);
  fs::path const from = trained_directory(flags), to = new_directory(flags);
  if (kind == Kind::masked_lm && flags.has("task"))
    fail_usage("--task means nothing to --as masked-lm, which has no task head; leave it out");
  if (kind == Kind::masked_lm) {
    write_directory_atomically(to, [&](fs::path const& temporary) { model::export_masked_lm(from, temporary); });
  } else {
    TrainedHead const head = trained_head(flags.required("task", "acl_arc"), from);
    if (!task::traits(head.objective).exports)
      fail_usage("--task " + head.task + " is " + task::objective_name(head.objective) +
                 ", which --as sequence-classification is not; name a classification task");
    write_directory_atomically(to, [&](fs::path const& temporary) {
      model::export_sequence_classification(from, temporary, {head.name, head.labels, head.max_length});
    });
  }
  log("wrote " + to.string());
  return ExitStatus::done;
}

}  // namespace tartan::cli
