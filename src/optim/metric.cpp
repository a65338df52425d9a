#include <tartan/model/absorb.hpp>
#include <tartan/optim/metric.hpp>

#include <algorithm>
#include <cmath>

namespace tartan::optim {
namespace {

constexpr double least_share = 0.01;

//! What makes v into v^ in a segment; 0 where it was never stepped.
double correction(AdamW const& optimizer, std::size_t segment) {
  auto const steps = static_cast<double>(optimizer.step_counts()[segment].item<float>());
  return steps > 0 ? 1 / (1 - std::pow(optimizer.options().beta2, steps)) : 0;
}

}  // namespace

std::optional<double> least_second_moment(AdamW const& optimizer, std::int64_t size) {
  auto const& segments = optimizer.layout().segments();
  bool stepped = false;
  double sum = 0;
  for (std::size_t i = 0; i < segments.size() && segments[i].begin < size; ++i) {
    double const scale = correction(optimizer, i);
    std::int64_t const begin = segments[i].begin, end = std::min(segments[i].end, size);
    if (scale == 0) continue;
    stepped = true;
    sum += scale * optimizer.second_moment().narrow(0, begin, end - begin).sum().item<double>();
  }
  return stepped ? std::optional(least_share * sum / static_cast<double>(size)) : std::nullopt;
}

// What lies between segments belongs to none: no gradient ever gets there
void metric(AdamW const& optimizer, double least, std::int64_t begin, at::Tensor const& diagonal) {
  at::NoGradGuard no_grad;
  auto const& segments = optimizer.layout().segments();
  diagonal.zero_();
  for (std::size_t i = 0; i < segments.size(); ++i) {
    std::int64_t const first = std::max(begin, segments[i].begin),
                       last = std::min(begin + diagonal.numel(), segments[i].end);
    if (first >= last) continue;
    model::inverse_root(optimizer.second_moment().narrow(0, first, last - first), correction(optimizer, i), least,
                        optimizer.options().eps, diagonal.narrow(0, first - begin, last - first));
  }
}

}  // namespace tartan::optim
