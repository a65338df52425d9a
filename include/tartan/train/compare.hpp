#pragma once

#include <tartan/train/student.hpp>

#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tartan::train {

//! Adds the gradient of one draw to `gradient` (body_size), which is zero before. Draws of different repetitions are
//! independent, also of those of any other source.
using GradientDraw = std::function<void(std::int64_t repetition, at::Tensor const& gradient)>;

//! How gradients g of one task lie to probe directions d. With unit vectors u = g/|g| and e = d/|d| of independent
//! draws the expected cosine is <E u, E e>: what a learned weighting sees on average. Noise of the batches attenuates
//! it by |E u| |E e|, and |E u|^2 is the expected cosine of two independent draws of the same task. So
//!   cos(E u, E e) = E cos / sqrt(reliability of the task x reliability of the probe)
//! (Spearman 1904, correction for attenuation). Each factor is estimated without bias over all pairs of draws; the
//! ratio is as good as its denominator, which its interval takes as known.
struct Comparison {
  Estimate cosine;                            //!< of a single draw of each, over all pairs of draws
  std::vector<double> cosines;                //!< (repetitions) of draws with the same number
  double reliability = 0;                     //!< mean cosine of two draws of the task
  std::optional<Estimate> denoised_cosine{};  //!< none: a reliability is not told from 0, so it is nothing to divide by
};

//! Mean of <u_a, u_b> over all pairs of unit vectors, from each one's product with the sum of those before it. Where
//! E u = 0 these products have mean 0 and no correlation with each other, so that their sum is compared with the root
//! of the sum of their squares (a martingale): above 2 of it, which takes 6 draws, the reliability is told from 0.
class Reliability {
 public:
  void add(double with_earlier);
  double mean() const;
  bool told_from_zero() const;

 private:
  std::int64_t draws_ = 0;
  double sum_ = 0, squares_ = 0;
};

//! A probe's directions, held against one task after the other. Memory: one vector for each repetition and two more,
//! whatever the number of tasks.
class Comparer {
 public:
  //! Takes all directions. `like`: a vector with body_size elements of the wanted type and place; `repetitions` >= 2.
  //! `advanced` is called after each draw.
  Comparer(
      GradientDraw const& probe, std::int64_t repetitions, at::Tensor const& like,
      std::function<void()> advanced = [] {});
  //! Throws ExitStatus::diverged where a gradient is not finite.
  Comparison compare(GradientDraw const& task);
  Reliability const& reliability() const { return reliability_; }  //!< of the probe

 private:
  //! A unit vector, or 0 where the gradient is 0.
  at::Tensor const& draw(GradientDraw const& source, std::int64_t repetition);

  std::int64_t repetitions_;
  std::function<void()> advanced_;
  at::Tensor directions_;        // (repetitions, body_size) unit vectors
  at::Tensor gradient_, total_;  // (body_size)
  Reliability reliability_;      // of the probe
};

}  // namespace tartan::train
