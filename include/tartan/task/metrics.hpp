#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tartan::task {

//! What is known of each example, `width` numbers.
class Outcomes {
 public:
  Outcomes(std::vector<double> values, std::size_t width) : values_(std::move(values)), width_(width) {}
  std::size_t size() const { return width_ == 0 ? 0 : values_.size() / width_; }  //!< examples
  std::size_t width() const { return width_; }
  std::span<double const> operator[](std::size_t example) const {
    return std::span(values_).subspan(example * width_, width_);
  }

 private:
  std::vector<double> values_;
  std::size_t width_;
};

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

//! How often a class was right where predicted, how often it was expected, how often predicted.
struct ClassCounts {
  std::int64_t hits = 0, expected = 0, predicted = 0;
};

//! Mean F1 over the classes that were expected or predicted.
double macro_f1(std::vector<ClassCounts> const& classes);
//! 2 hits / (expected + predicted); 0 over nothing.
double f1(ClassCounts const& counts);

double accuracy(ConfusionMatrix const& matrix);
//! Mean F1 over the classes that occur among the expected or the predicted labels, as scikit-learn's
//! f1_score(average="macro").
double macro_f1(ConfusionMatrix const& matrix);
//! 2 tp / (2 tp + fp + fn) over summed counts, as scikit-learn's f1_score(average="micro").
double micro_f1(ConfusionMatrix const& matrix);

//! Correlation of expected and predicted classes, in [-1, 1]; 0 where either is constant. As scikit-learn's
//! matthews_corrcoef (Gorodkin 2004).
double matthews(ConfusionMatrix const& matrix);

//! "accuracy", "macro-f1", "micro-f1", "matthews" → value. An empty matrix gives 0 everywhere.
std::map<std::string, double> classification_metrics(ConfusionMatrix const& matrix);

//! Place of the largest number, the first of equal ones.
std::size_t highest(std::vector<double> const& numbers);

//! How often both numbers of an outcome are equal.
double share_of_hits(Outcomes const& outcomes);

//! Area under the ROC curve, the chance that one of class 1 scores higher than one of class 0, ties half; NaN where a
//! class is missing. As scikit-learn's roc_auc_score.
double roc_auc(std::vector<double> const& expected, std::vector<double> const& scores);
//! NaN where one of them is constant, as all with fewer than two.
double pearson(std::vector<double> const& x, std::vector<double> const& y);
//! Pearson's correlation of ranks, equal numbers share the mean of theirs. As scipy.stats.spearmanr.
double spearman(std::vector<double> const& x, std::vector<double> const& y);

//! Outcomes (expected, predicted): "rmse", "mae", "pearson", "spearman".
std::map<std::string, double> regression_metrics(Outcomes const& outcomes);

//! Outcomes (expected columns, their scores), NaN expected: left out. "roc-auc" is the mean over columns in which both
//! classes occur, 0.5 where there is none; "accuracy" is of entries, F1 is of the columns' class 1 where a score is
//! above the threshold, "macro-f1" the mean over columns in which it is expected or predicted.
std::map<std::string, double> multilabel_metrics(Outcomes const& outcomes, double threshold);

//! Outcomes (exact, F1, whether there is an answer): "exact-match", "f1", "f1-has-answer", "no-answer-accuracy"; means,
//! 0 over nothing.
std::map<std::string, double> answer_metrics(Outcomes const& outcomes);

//! Outcomes (hits, expected, predicted) of entities, then of each class of words: "f1" of entities, "accuracy",
//! "macro-f1" of words.
std::map<std::string, double> word_metrics(Outcomes const& outcomes);

//! "rmse" and "mae".
bool lower_is_better(std::string const& metric);

}  // namespace tartan::task
