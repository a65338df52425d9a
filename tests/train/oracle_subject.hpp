#pragma once

#include "oracle_files.hpp"

#include <tartan/comm/communicator.hpp>
#include <tartan/train/step.hpp>

#include <gtest/gtest.h>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace tartan::train::oracle {

//! The ranks that the suite runs on; each program defines its own.
comm::Communicator& subject();

struct Case {
  std::string model;
  model::Precision precision;
  model::Kernels kernels;
};

inline std::string name_of(Case const& c) {
  return c.model + (c.precision == model::Precision::fp64 ? "_fp64" : "_fp32") +
         (c.kernels == model::Kernels::fast ? "_fast" : "_plain");
}
inline void PrintTo(Case const& c, std::ostream* out) { *out << name_of(c); }

//! The model of one folder with its start values, and an objective for each task.
struct Subject {
  Subject(Files const& files_of_model, Case const& c, model::DecayRule decay = model::DecayRule::usual)
      : files(files_of_model) {
    for (auto const& name : files.tasks()) objectives.push_back(task::make_objective(options_of(name)));
    model::HfConfig const config = model::read_hf_config(files.directory);
    std::vector<std::pair<std::string, model::HeadShape>> heads;
    for (std::size_t i = 0; i < objectives.size(); ++i)
      if (!is_mlm(i)) heads.emplace_back(files.tasks()[i], objectives[i]->head(config));
    model = model::open_model(files.directory, heads, {}, c.precision, c.kernels, at::kCPU, {Key(), {}}, decay);
    for (auto const& [name, shape] : heads) start_head(model->parameters, name, name);
  }

  bool is_mlm(std::size_t task) const { return files.is_mlm(files.tasks()[task] + ".0"); }
  std::size_t end() const {
    std::size_t task = 0;
    while (is_mlm(task)) ++task;
    return task;
  }

  //! Stored values of the head `stored` into the head `name` of a parameter set.
  void start_head(model::ParameterSet& parameters, std::string const& name, std::string const& stored) const {
    at::NoGradGuard no_grad;
    for (auto const& [part, shape] : objectives[end()]->head(model->encoder.config()))
      parameters.at(name + "." + part).copy_(files.heads.at(stored + "." + part));
  }

  std::vector<StepTask> step_tasks() const {
    std::vector<StepTask> tasks;
    for (std::size_t i = 0; i < objectives.size(); ++i)
      tasks.push_back({files.tasks()[i], objectives[i].get(), is_mlm(i) ? "" : files.tasks()[i]});
    return tasks;
  }

  Files const& files;
  std::vector<std::unique_ptr<task::Objective>> objectives;
  std::unique_ptr<model::Model> model;

 private:
  task::ObjectiveOptions options_of(std::string const& name) const {
    if (files.is_mlm(name + ".0")) return {.kind = task::ObjectiveKind::mlm};
    return {.kind = task::ObjectiveKind::classification, .outputs = files.expected.at("labels"), .head_dropout = 0};
  }
};

class OracleTest : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    auto const directory = folder() / GetParam().model;
    if (std::filesystem::exists(directory / "expected.json")) return;
    ASSERT_EQ(std::getenv("TARTAN_ORACLE_DIR"), nullptr) << directory << " holds no oracle";
    GTEST_SKIP() << directory << " holds no oracle; name its folder in TARTAN_ORACLE_DIR";
  }
};

}  // namespace tartan::train::oracle
