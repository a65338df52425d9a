#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tartan::task {

//! counts[expected * classes + predicted]: sums over ranks before any metric is formed, so that ranks and batches do
//! not matter.
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(std::int64_t classes);
  void add(std::int64_t expected, std::int64_t predicted);
  std::int64_t classes() const { return classes_; }
  std::vector<std::int64_t>& counts() { return counts_; }  //!< (classes * classes), for a reduction over ranks
  std::vector<std::int64_t> const& counts() const { return counts_; }
  std::int64_t total() const;
  //! How often each class was predicted where `expected` was right.
  std::span<std::int64_t const> row(std::int64_t expected) const;

 private:
  std::int64_t classes_;
  std::vector<std::int64_t> counts_;
};

double accuracy(ConfusionMatrix const& matrix);
//! Mean F1 over the classes that occur among the expected or the predicted labels, as scikit-learn's
//! f1_score(average="macro").
double macro_f1(ConfusionMatrix const& matrix);
//! 2 tp / (2 tp + fp + fn) over summed counts, as scikit-learn's f1_score(average="micro").
double micro_f1(ConfusionMatrix const& matrix);

//! "accuracy", "macro-f1", "micro-f1" → value. An empty matrix gives 0 everywhere.
std::map<std::string, double> classification_metrics(ConfusionMatrix const& matrix);

}  // namespace tartan::task
