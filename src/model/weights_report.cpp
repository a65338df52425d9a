#include "stored_tensor.hpp"
#include "tensor_names.hpp"

#include <tartan/model/encoder.hpp>
#include <tartan/model/hf_directory.hpp>
#include <tartan/model/mlm_head.hpp>
#include <tartan/model/weights_report.hpp>

#include <ATen/ATen.h>

#include <set>

namespace tartan::model {
namespace {

Layout layout_of(HfConfig const& config) {
  Layout layout;
  add_encoder(layout, config);
  add_mlm_head(layout, config);
  return layout;
}

WeightsPart& part_of(WeightsReport& report, Layout const& layout, std::size_t index) {
  Owner const owner = layout.segments()[layout.parameters()[index].segment].owner;
  return owner == Owner::encoder ? report.encoder : report.mlm_head;
}

void count(WeightsPart& part, StoredTensor const& tensor) {
  part.tensors += 1;
  part.parameters += num_elements(tensor);
}

void list_missing(WeightsReport& report, Layout const& layout, std::set<std::size_t> const& found) {
  for (std::size_t i = 0; i < layout.parameters().size(); ++i) {
    bool const absent_head = report.mlm_head.tensors == 0 && &part_of(report, layout, i) == &report.mlm_head;
    if (!found.contains(i) && !absent_head) report.missing.push_back(layout.parameters()[i].name);
  }
}

}  // namespace

std::int64_t num_elements(StoredTensor const& tensor) {
  std::int64_t count = 1;
  for (std::int64_t const extent : tensor.shape) count *= extent;
  return count;
}

WeightsReport report_weights(SafetensorsFile const& file, HfConfig const& config) {
  Layout const layout = layout_of(config);
  WeightsReport report;
  std::set<std::size_t> found;
  for (auto const& [name, tensor] : file.tensors()) {
    std::string const full = full_name(name, config);
    if (is_skipped(full)) continue;
    ++report.dtypes[tensor.dtype];
    if (is_pooler(full, config)) {
      count(report.pooler, tensor);
    } else if (std::string const tied = tied_to(full, config); !tied.empty()) {
      if (!file.tensors().contains(tied)) found.insert(layout.index_of(tied));  // the copy stands for it
    } else if (auto const index = layout.find(full)) {
      found.insert(*index);
      count(part_of(report, layout, *index), tensor);
      auto const& shape = layout.parameters()[*index].shape;
      if (tensor.shape != shape)
        report.other_shapes.push_back(name + " has shape " + shape_text(tensor.shape) + " instead of " +
                                      shape_text(shape));
    } else {
      count(report.unexpected, tensor);
      report.unexpected_names.push_back(name);
    }
  }
  list_missing(report, layout, found);
  return report;
}

std::string find_not_finite(SafetensorsFile const& file) {
  for (auto const& [name, stored] : file.tensors()) {
    at::Tensor const tensor = to_tensor(stored, name);
    if (at::isFloatingType(tensor.scalar_type()) && !at::isfinite(tensor).all().item<bool>()) return name;
  }
  return {};
}

}  // namespace tartan::model
