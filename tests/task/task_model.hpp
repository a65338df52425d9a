#pragma once

#include "model/tiny_model.hpp"

#include <tartan/task/objective.hpp>

#include <memory>

namespace tartan::testing {

//! A tiny encoder in double precision with a head "acl" for a classification into 4 classes.
struct TaskModel {
  std::unique_ptr<task::Objective> objective = task::make_objective({task::ObjectiveKind::classification, 4, 0.3});
  std::unique_ptr<model::Model> model = open();

  std::unique_ptr<model::Model> open() const {
    TinyDirectory tiny;
    model::HfConfig const config = model::parse_hf_config(tiny.config.dump(), "config.json");
    return tiny.save().open(model::Precision::fp64, {}, {{"acl", objective->head(config)}});
  }
  task::HeadPlace place(bool dropout = false) const {
    return {model->encoder, model->parameters, model->parameters, "acl", dropout};
  }
  at::Tensor parameter(std::string const& name) const { return model->parameters.at("acl." + name); }
};

//! Of the tiny encoder's vocabulary.
inline data::ShardInfo shard_info() {
  data::ShardInfo info;
  info.vocab_size = 61;
  info.pad_id = 0;
  info.cls_id = 1;
  info.sep_id = 2;
  info.mask_id = 3;
  return info;
}

inline data::PackedBatch labelled_batch(std::vector<std::int64_t> const& lengths, task::Objective const& objective,
                                        std::uint64_t seed = 1) {
  data::PackedBatch batch = tiny_batch(lengths, seed);
  for (std::size_t e = 0; e < lengths.size(); ++e)
    batch.class_labels.push_back(static_cast<std::int64_t>((e + seed) % 4));
  objective.transform(batch, {});
  return batch;
}

}  // namespace tartan::testing
