// What a stage writes for every step and every evaluation.
#include "stage.hpp"

#include <cstdio>
#include <map>

namespace tartan::train {
namespace {

constexpr std::int64_t most_logged_labels = 100;  // a confusion matrix grows with their square

//! (tasks)(groups)
std::vector<std::vector<double>> group_cosines(StepReport const& report) {
  std::vector<std::vector<double>> result(report.losses.size());
  for (auto const& group : report.alignments.groups) {
    std::vector<double> const cosines = weighting::cosines(group);
    for (std::size_t i = 0; i < result.size(); ++i) result[i].push_back(cosines[i]);
  }
  return result;
}

//! The mean over a mixed step's examples.
std::string note_of_mixture(StepReport const& report) {
  double loss = 0;
  int tasks = 0;
  for (std::size_t i = 0; i < report.losses.size(); ++i) {
    loss += report.weights[i] * report.losses[i];
    tasks += report.counts[i] > 0;
  }
  char text[64];
  std::snprintf(text, sizeof text, "loss %.3g of %d tasks", loss, tasks);
  return text;
}

}  // namespace

// `values`: (tasks)(groups)
nlohmann::ordered_json Stage::by_group(std::vector<std::vector<double>> const& values) const {
  nlohmann::ordered_json result;
  for (std::size_t i = 0; i < tasks_.size(); ++i)
    for (std::size_t g = 0; g < values[i].size(); ++g)
      result[tasks_[i]->name()][rule_->group_names()[g]] = values[i][g];
  return result;
}

nlohmann::ordered_json Stage::hypergradient(Slopes const& slopes) const {
  static std::map<PathEnd, std::string> const ends = {{PathEnd::done, "done"},
                                                      {PathEnd::no_direction, "no direction"},
                                                      {PathEnd::iterations, "iterations"},
                                                      {PathEnd::curvature, "curvature"},
                                                      {PathEnd::grows, "grows"}};
  nlohmann::ordered_json result;
  for (std::size_t i = 0; i < tasks_.size(); ++i)
    if (tasks_[i] != end_) result["slopes"][tasks_[i]->name()] = slopes.by_weight[i];
  for (auto const& path : slopes.paths)
    result["paths"].push_back({{"norm", path.vector_norm},
                               {"products", path.products},
                               {"residual", path.residual},
                               {"end", ends.at(path.end)}});
  return result;
}

void Stage::log_look(StepReport const& report) const {
  if (!run_.log) return;
  auto const names = names_of(tasks_);
  auto const weights = weighting::weights(weighting_), cosines = weighting::cosines(report.alignments);
  nlohmann::ordered_json event = {{"event", "look"}, {"stage", plan_.name}, {"step", p_.step}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    event["cosines"][names[i]] = cosines[i];
    event["norms"][names[i]] = report.alignments.norm[i];
    event["weights"][names[i]] = weights[i];
  }
  run_.log->write(event);
}

//! Of a step that has not all tasks, what the others would be 0 for.
bool Stage::absent(StepReport const& report, std::size_t task) const {
  return (plan_.members || plan_.turns) && report.counts[task] == 0;
}

void Stage::log_step(StepReport const& report, Heard const& heard, double step_seconds) {
  progress_.update(p_.step, note(report));
  if (!run_.log) return;
  bool const aligned = report.aligned;
  nlohmann::ordered_json losses, weights, cosines, norms, targets;
  std::vector<double> const cos = weighting::cosines(report.alignments);
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (absent(report, i)) continue;
    losses[tasks_[i]->name()] = report.losses[i];
    weights[tasks_[i]->name()] = report.weights[i];
    if (aligned) cosines[tasks_[i]->name()] = cos[i];
    if (aligned) norms[tasks_[i]->name()] = report.alignments.norm[i];
    if (aligned) targets[tasks_[i]->name()] = static_cast<std::int64_t>(report.aligned_counts[i]);
  }
  nlohmann::ordered_json event = {
      {"event", "step"}, {"stage", plan_.name}, {"step", p_.step}, {"losses", losses}, {"weights", weights}};
  if (aligned) {
    event["cosines"] = cosines;
    event["norms"] = norms;
    event["aligned_targets"] = targets;
    if (weighting::needs(weighting_).metric) event["similarity"] = report.metric ? "adam" : "cosine";
  }
  if (!report.group_weights.empty()) event["layer_weights"] = by_group(report.group_weights);
  if (aligned && run_.options.weighting.log_layers) event["layer_cosines"] = by_group(group_cosines(report));
  if (report.combined_cosine) {
    event["combined_cosine"] = *report.combined_cosine;
    event["combined_cosine_local"] = *report.combined_cosine_local;
  }
  if (report.slopes) event["hypergradient"] = hypergradient(*report.slopes);
  if (report.distance) event["distance"] = *report.distance;
  if (report.probed) event["probe"] = {{"dev_loss", report.probe.dev_loss}, {"head_losses", report.probe.head_losses}};
  if (aligned && weighting::needs(weighting_).alignments) event["probe"]["norm"] = report.alignments.probe_norm;
  if (sampled()) event["examples"] = by_name(names_of(tasks_), used_sizes_);
  --p_.step;  // the rate that this step had
  event["lr"] = rates().body_lr;
  ++p_.step;
  event["norm"] = {{"body", report.body_norm}, {"heads", report.head_norm}};
  event["real_tokens"] = report.tokens;
  event["step_seconds"] = step_seconds;
  event["waiting"] = {{"data", heard.data_seconds}, {"ranks", heard.rank_seconds}};
  run_.log->write(event);
}

void Stage::log_evaluation(Task const& task, Evaluation const& evaluation, bool best) const {
  nlohmann::ordered_json event = {{"event", "evaluation"},
                                  {"stage", plan_.name},
                                  {"step", p_.step},
                                  {"split", "dev"},
                                  {"task", task.name()},
                                  {"loss", evaluation.loss},
                                  {"metrics", evaluation.metrics},
                                  {"best", best}};
  auto const& confusion = evaluation.confusion;
  if (best && confusion && confusion->classes() <= most_logged_labels)
    for (std::int64_t expected = 0; expected < confusion->classes(); ++expected)
      event["confusion"].push_back(confusion->row(expected));
  run_.log->write(event);
}

std::string Stage::note(StepReport const& report) const {
  std::string text;
  char part[96];
  if (plan_.members) text = note_of_mixture(report);
  for (std::size_t i = 0; i < tasks_.size() && !plan_.members; ++i) {
    if (absent(report, i)) continue;
    std::snprintf(part, sizeof part, "%s%.3g", text.empty() ? "loss " : "/", report.losses[i]);
    text += part;
  }
  if (weighting::is_learned(weighting_))
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      std::snprintf(part, sizeof part, "%s%.3f", i == 0 ? ", weights " : "/", report.weights[i]);
      text += part;
    }
  return last_metric_.empty() ? text : text + ", " + last_metric_;
}

}  // namespace tartan::train
