#include "agree_on.hpp"

namespace tartan::train {

void agree_on(weighting::Weighting& weighting, std::vector<StepTask> const& tasks, comm::Communicator& comm) {
  std::vector<std::string> names;
  for (auto const& task : tasks) names.push_back(task.name);
  auto state = weighting::save_state(weighting, names);
  std::vector<double> values;
  for (auto const& [name, value] : state) values.push_back(value);
  comm.broadcast(values.data(), values.size(), comm::Type::float64, 0).wait();
  auto value = values.begin();
  for (auto& [name, kept] : state) kept = *value++;
  weighting::load_state(weighting, names, state);
}

}  // namespace tartan::train
