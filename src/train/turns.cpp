#include <tartan/core/error.hpp>
#include <tartan/train/turns.hpp>

#include <utility>

namespace tartan::train {

Turns::Turns(std::vector<bool> external, std::int64_t external_steps)
    : external_(std::move(external)), external_steps_(external_steps) {
  expects(external_steps_ > 0, "turns need steps of both kinds");
}

bool Turns::has(std::size_t task, std::int64_t step) const {
  return (step % (external_steps_ + 1) < external_steps_) == external_[task];
}

std::int64_t Turns::before(std::size_t task, std::int64_t step) const {
  std::int64_t const others = step / (external_steps_ + 1);  // the end task comes last in each round
  return external_[task] ? step - others : others;
}

double Turns::steps_per_turn(std::size_t task) const {
  auto const round = static_cast<double>(external_steps_ + 1);
  return external_[task] ? round / static_cast<double>(external_steps_) : round;
}

}  // namespace tartan::train
