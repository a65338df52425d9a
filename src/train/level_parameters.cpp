#include "level_parameters.hpp"

#include <algorithm>
#include <functional>

namespace tartan::train {
namespace {

bool uses(StepTask const& task, model::Segment const& head) {
  return task.head.empty() ? head.owner == model::Owner::mlm_head : head.name == "head." + task.head;
}

Tensors parameters_of(model::Layout const& layout, std::vector<StepTask> const& tasks,
                      std::function<at::Tensor(std::size_t)> const& tensor) {
  Tensors result;
  for (std::size_t i = 0; i < layout.parameters().size(); ++i) {
    auto const& segment = layout.segments()[layout.parameters()[i].segment];
    if (segment.owner == model::Owner::encoder ||
        std::ranges::any_of(tasks, [&](StepTask const& task) { return uses(task, segment); }))
      result.push_back(tensor(i));
  }
  return result;
}

}  // namespace

Tensors leaves_of(model::ParameterSet const& set, std::vector<StepTask> const& tasks) {
  return parameters_of(set.layout(), tasks, [&](std::size_t i) { return set[i]; });
}

Tensors stretches_of(at::Tensor const& flat, model::ParameterSet const& set, std::vector<StepTask> const& tasks) {
  return parameters_of(set.layout(), tasks, [&](std::size_t i) {
    auto const& p = set.layout().parameters()[i];
    return model::ParameterSet::stretch(flat, p.offset, p.shape);
  });
}

}  // namespace tartan::train
