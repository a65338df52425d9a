#pragma once

#include <tartan/model/hf_config.hpp>
#include <tartan/model/safetensors.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tartan::model {

//! Tensors that belong together.
struct WeightsPart {
  std::size_t tensors = 0;
  std::int64_t parameters = 0;
};

//! How weights fit what config.json asks for; nothing is refused and nothing is loaded.
struct WeightsReport {
  WeightsPart encoder, mlm_head, pooler, unexpected;
  std::map<std::string, std::size_t> dtypes;  //!< "F32" -> number of tensors
  std::vector<std::string> missing;           //!< full names; a masked-LM head that is absent as a whole is not missing
  std::vector<std::string> unexpected_names;  //!< as the file has them
  std::vector<std::string> other_shapes;      //!< "NAME has shape [2, 3] instead of [3, 3]"
  bool fits() const { return missing.empty() && unexpected_names.empty() && other_shapes.empty(); }
};

//! Names with or without the architecture's prefix; copies of tied tensors and position_ids count for nothing.
WeightsReport report_weights(SafetensorsFile const& file, HfConfig const& config);

//! The first tensor that holds a NaN or an infinity; empty: none does. Reads the whole file.
std::string find_not_finite(SafetensorsFile const& file);

//! Product of the dimensions.
std::int64_t num_elements(StoredTensor const& tensor);

}  // namespace tartan::model
