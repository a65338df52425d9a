#include <tartan/core/error.hpp>
#include <tartan/model/absorb.hpp>
#include <tartan/train/compare.hpp>

#include <cmath>
#include <utility>

namespace tartan::train {
namespace {

constexpr double least_errors = 2;  // standard errors

Estimate scaled(Estimate const& e, double factor) {
  return {e.mean * factor,           e.low * factor, e.high * factor, e.p, e.detectable * factor,
          e.standard_error * factor, e.degrees};
}

}  // namespace

void Reliability::add(double with_earlier) {
  ++draws_;
  sum_ += with_earlier;
  squares_ += with_earlier * with_earlier;
}

double Reliability::mean() const {
  auto const n = static_cast<double>(draws_);
  return sum_ / (n * (n - 1) / 2);
}

bool Reliability::told_from_zero() const { return sum_ > least_errors * std::sqrt(squares_); }

Comparer::Comparer(GradientDraw const& probe, std::int64_t repetitions, at::Tensor const& like,
                   std::function<void()> advanced)
    : repetitions_(repetitions),
      advanced_(std::move(advanced)),
      directions_(at::empty({repetitions, like.numel()}, like.options())),
      gradient_(at::zeros({like.numel()}, like.options())),
      total_(at::zeros({like.numel()}, like.options())) {
  expects(repetitions >= 2, "a comparison needs two repetitions");
  for (std::int64_t b = 0; b < repetitions_; ++b) {
    at::Tensor const& unit = draw(probe, b);
    directions_[b].copy_(unit);
    reliability_.add(model::look(unit, total_).dot);
    total_.add_(unit);
  }
}

at::Tensor const& Comparer::draw(GradientDraw const& source, std::int64_t repetition) {
  gradient_.zero_();
  source(repetition, gradient_);
  double const norm = std::sqrt(model::square_sum(gradient_));
  if (!std::isfinite(norm)) fail_diverged("a gradient is not finite; look for damaged weights in model.path");
  if (norm > 0) gradient_.div_(norm);
  advanced_();
  return gradient_;
}

Comparison Comparer::compare(GradientDraw const& task) {
  Comparison result;
  std::vector<std::vector<double>> pairs;
  Reliability reliability;
  total_.zero_();
  for (std::int64_t b = 0; b < repetitions_; ++b) {
    at::Tensor const& unit = draw(task, b);
    at::Tensor const cosines = at::mv(directions_, unit).to(at::kDouble).cpu();
    double const* const begin = cosines.const_data_ptr<double>();
    pairs.emplace_back(begin, begin + repetitions_);
    result.cosines.push_back(pairs.back()[static_cast<std::size_t>(b)]);
    reliability.add(model::look(unit, total_).dot);
    total_.add_(unit);
  }
  result.cosine = estimate_of_pairs(pairs);
  result.reliability = reliability.mean();
  if (reliability.told_from_zero() && reliability_.told_from_zero())
    result.denoised_cosine = scaled(result.cosine, 1 / std::sqrt(reliability.mean() * reliability_.mean()));
  return result;
}

}  // namespace tartan::train
