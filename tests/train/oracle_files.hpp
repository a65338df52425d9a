#pragma once

#include "shares.hpp"

#include <tartan/model/hf_directory.hpp>
#include <tartan/model/safetensors.hpp>
#include <tartan/task/objective.hpp>

#include <ATen/ATen.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace tartan::train::oracle {

//! The oracle's folder: TARTAN_ORACLE_DIR, else ../shared/oracle.
inline std::filesystem::path folder() {
  char const* const given = std::getenv("TARTAN_ORACLE_DIR");
  return given == nullptr ? "../shared/oracle" : given;
}

//! For SetUp: skips the test where the files are not there, and fails it where TARTAN_ORACLE_DIR says that they are.
inline void need(std::filesystem::path const& files) {
  if (std::filesystem::exists(files)) return;
  ASSERT_EQ(std::getenv("TARTAN_ORACLE_DIR"), nullptr) << files << " is not there";
  GTEST_SKIP() << files << " is not there; name the oracle's folder in TARTAN_ORACLE_DIR";
}

inline std::map<std::string, at::Tensor> read_tensors(std::filesystem::path const& path) {
  model::SafetensorsFile const file(path);
  std::map<std::string, at::Tensor> tensors;
  for (auto const& [name, stored] : file.tensors()) tensors[name] = model::to_tensor(stored, name);
  return tensors;
}

inline nlohmann::json read_json(std::filesystem::path const& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file);
}

inline std::vector<std::int64_t> numbers(at::Tensor const& tensor) {
  at::Tensor const flat = tensor.to(at::kLong).contiguous();
  return {flat.const_data_ptr<std::int64_t>(), flat.const_data_ptr<std::int64_t>() + flat.numel()};
}

//! One model's folder: start values, padded inputs, and what a trainer must make of them.
struct Files {
  explicit Files(std::string const& model)
      : directory(folder() / model),
        expected(read_json(directory / "expected.json")),
        tensors(read_tensors(directory / "expected.safetensors")),
        inputs(read_tensors(directory / "inputs.safetensors")),
        heads(read_tensors(directory / "heads.safetensors")) {}

  std::filesystem::path directory;
  nlohmann::json expected;
  std::map<std::string, at::Tensor> tensors, inputs, heads;

  at::Tensor const& mask(std::string const& name) const { return inputs.at(name + ".attention_mask"); }
  std::int64_t num_rows(std::string const& name) const { return mask(name).size(0); }
  bool is_mlm(std::string const& name) const { return inputs.at(name + ".labels").dim() == 2; }
  std::vector<std::string> tasks() const { return expected.at("tasks_in_weight_order"); }

  //! Inputs NAME.B without their padding, and what is to be predicted there.
  data::PackedBatch batch(std::string const& name, Stretch rows) const {
    data::PackedBatch batch;
    for (std::int64_t row = rows.first; row < rows.second; ++row) append(batch, name, row);
    return batch;
  }
  data::PackedBatch batch(std::string const& name) const { return batch(name, {0, num_rows(name)}); }

 protected:
  //! Masks of inputs that come without, since they have no padding.
  void unmask(std::string const& name) {
    inputs[name + ".attention_mask"] = at::ones_like(inputs.at(name + ".input_ids"));
  }

 private:
  void append(data::PackedBatch& batch, std::string const& name, std::int64_t row) const {
    at::Tensor const real = mask(name)[row].to(at::kBool);
    at::Tensor const labels = inputs.at(name + ".labels")[row];
    auto const tokens = numbers(inputs.at(name + ".input_ids")[row].masked_select(real));
    std::int64_t const begin = batch.encoder.num_tokens();
    for (std::size_t position = 0; position < tokens.size(); ++position) {
      batch.encoder.tokens.push_back(tokens[position]);
      batch.encoder.positions.push_back(static_cast<std::int64_t>(position));
    }
    batch.encoder.sequence_starts.push_back(batch.encoder.num_tokens());
    batch.example_starts.push_back(batch.encoder.num_sequences());
    batch.examples.push_back(static_cast<std::uint64_t>(row));
    if (is_mlm(name)) {
      expect_tokens(batch, begin, numbers(labels.masked_select(real)));
    } else {
      batch.class_labels.push_back(labels.item<std::int64_t>());
      batch.rows.push_back(begin);
      batch.targets.push_back(batch.class_labels.back());
    }
  }

  static void expect_tokens(data::PackedBatch& batch, std::int64_t begin, std::vector<std::int64_t> const& labels) {
    for (std::size_t position = 0; position < labels.size(); ++position) {
      if (labels[position] == -100) continue;
      batch.rows.push_back(begin + static_cast<std::int64_t>(position));
      batch.targets.push_back(labels[position]);
    }
  }
};

}  // namespace tartan::train::oracle
