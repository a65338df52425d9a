#include <tartan/model/absorb.hpp>
#include <tartan/optim/clip.hpp>

#include <cmath>

namespace tartan::optim {

double clip(at::Tensor const& gradient, Ranges const& ranges, double most) {
  at::NoGradGuard no_grad;
  double squares = 0;
  for (auto const& [begin, end] : ranges) squares += model::square_sum(gradient.narrow(0, begin, end - begin));
  double const norm = std::sqrt(squares);
  double const factor = most / (norm + 1e-6);
  if (most > 0 && factor < 1)
    for (auto const& [begin, end] : ranges) gradient.narrow(0, begin, end - begin).mul_(factor);
  return norm;
}

}  // namespace tartan::optim
