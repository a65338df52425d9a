#pragma once

#include <tartan/model/model.hpp>

#include <ATen/ATen.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tartan::train::oracle {

inline double largest(at::Tensor const& tensor) { return tensor.numel() == 0 ? 0 : tensor.abs().max().item<double>(); }

inline at::Tensor in_double(std::vector<double> const& values) { return at::tensor(values, at::kDouble); }

//! Holds values to |a - b| <= relative * scale + 1e-12, where the scale is the largest of the expected values, but for
//! gradients in single precision the norm of the task's whole gradient.
class Compare {
 public:
  explicit Compare(model::Precision precision)
      : Compare(precision, precision == model::Precision::fp32 ? 1e-4 : 1e-9) {}
  Compare(model::Precision precision, double relative)
      : single_(precision == model::Precision::fp32), relative_(relative) {}

  void tensor(std::string const& what, at::Tensor const& actual, at::Tensor const& expected) const {
    within(what, actual, expected, largest(expected));
  }
  void gradient(std::string const& what, at::Tensor const& actual, at::Tensor const& expected, double norm) const {
    within(what, actual, expected, single_ ? norm : largest(expected));
  }
  void scalar(std::string const& what, double actual, nlohmann::json const& expected) const {
    tensor(what, in_double({actual}), in_double({expected.get<double>()}));
  }
  void list(std::string const& what, std::vector<double> const& actual, nlohmann::json const& expected) const {
    tensor(what, in_double(actual), in_double(expected.get<std::vector<double>>()));
  }
  //! One number per task: each for itself, but as one tensor in single precision, where small dots drown in rounding.
  void per_task(std::string const& what, std::vector<double> const& actual, nlohmann::json const& expected,
                std::vector<std::string> const& tasks) const {
    std::vector<double> values;
    for (auto const& task : tasks) values.push_back(expected.at(task));
    tensor(what, in_double(actual), in_double(values));
    for (std::size_t i = 0; i < tasks.size() && !single_; ++i) scalar(what + " of " + tasks[i], actual[i], values[i]);
  }

 private:
  void within(std::string const& what, at::Tensor const& actual, at::Tensor const& expected, double scale) const {
    at::Tensor const mine = actual.detach().to(at::kCPU, at::kDouble);
    ASSERT_EQ(mine.sizes(), expected.sizes()) << what;
    EXPECT_LE(largest(mine - expected), relative_ * scale + 1e-12) << what;
  }

  bool single_;
  double relative_;
};

}  // namespace tartan::train::oracle
