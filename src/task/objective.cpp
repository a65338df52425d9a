#include "choice.hpp"
#include "classification.hpp"
#include "mlm.hpp"
#include "multilabel.hpp"
#include "regression.hpp"

#include <tartan/core/error.hpp>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

namespace tartan::task {
namespace {

struct Entry {
  char const* name;
  ObjectiveKind kind;
  std::vector<std::string> metrics;
  std::function<std::unique_ptr<Objective>(ObjectiveOptions const&)> make;
};

template <class T>
std::unique_ptr<Objective> make(ObjectiveOptions const& o) {
  return std::make_unique<T>(o);
}

//! All objectives there are.
std::vector<Entry> const& entries() {
  static std::vector<Entry> const all = {
      {"mlm", ObjectiveKind::mlm, {}, make<MaskedLanguageModelling>},
      {"classification", ObjectiveKind::classification, {"accuracy", "macro-f1", "micro-f1"}, make<Classification>},
      {"multilabel",
       ObjectiveKind::multilabel,
       {"roc-auc", "accuracy", "macro-f1", "micro-f1"},
       make<MultilabelClassification>},
      {"regression", ObjectiveKind::regression, {"rmse", "mae", "pearson", "spearman"}, make<Regression>},
      {"choice", ObjectiveKind::choice, {"accuracy"}, make<MultipleChoice>},
  };
  return all;
}

Entry const& entry(ObjectiveKind kind) { return *std::ranges::find(entries(), kind, &Entry::kind); }

[[noreturn]] void fail_without_labels() {
  fail_usage("masked language modelling predicts no labels; name a task with another objective");
}

}  // namespace

std::map<std::string, ObjectiveKind> const& objective_names() {
  static auto const names = [] {
    std::map<std::string, ObjectiveKind> result;
    for (Entry const& one : entries()) result[one.name] = one.kind;
    return result;
  }();
  return names;
}

std::string objective_name(ObjectiveKind kind) { return entry(kind).name; }

std::vector<std::string> const& metrics_of(ObjectiveKind kind) { return entry(kind).metrics; }

std::unique_ptr<Objective> make_objective(ObjectiveOptions const& options) { return entry(options.kind).make(options); }

Predictions Objective::predict(HeadPlace const&, at::Tensor const&, data::PackedBatch const&) const {
  fail_without_labels();
}

std::vector<double> Objective::outcome(data::PackedBatch const&, std::size_t, std::vector<double> const&) const {
  fail_without_labels();
}

std::map<std::string, double> Objective::measure(Outcomes const&) const { fail_without_labels(); }

nlohmann::ordered_json Objective::describe(std::vector<double> const&, std::vector<std::string> const&) const {
  fail_without_labels();
}

at::Tensor forward_loss(Objective const& objective, HeadPlace const& place, data::PackedBatch const& batch) {
  std::vector<at::Tensor> hidden;
  for (auto const& pass : objective.passes())
    hidden.push_back(place.encoder.forward(place.body, batch, batch.rows, {place.dropout, pass.dropout_view}));
  return objective.loss(place, hidden, batch);
}

}  // namespace tartan::task
