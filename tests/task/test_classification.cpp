#include "model/close.hpp"
#include "task_model.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <gtest/gtest.h>

namespace tartan::task {
namespace {

using namespace tartan::testing;

class ClassificationTest : public ::testing::Test, protected TaskModel {
 protected:
  at::Tensor scores(at::Tensor const& hidden) const {
    at::Tensor const inner = at::tanh(at::matmul(hidden, parameter("fc.weight").t()) + parameter("fc.bias"));
    return at::matmul(inner, parameter("out.weight").t()) + parameter("out.bias");
  }
  at::Tensor hidden(data::PackedBatch const& batch) const {
    at::NoGradGuard no_grad;
    return model->encoder.forward(model->parameters, batch, batch.rows, {});
  }
  data::PackedBatch batch_ = labelled_batch({7, 3, 20, 1}, *objective);
};

TEST_F(ClassificationTest, ReadsTheFirstTokenOfEachExample) {
  EXPECT_EQ(batch_.rows, (std::vector<std::int64_t>{0, 7, 10, 30}));
  EXPECT_EQ(batch_.targets, batch_.class_labels);
  data::PackedBatch pairs = tiny_batch({7, 3, 20, 1});
  pairs.example_starts = {0, 1, 3, 4};  // the second example has two sequences
  pairs.examples = {0, 1, 2};
  pairs.class_labels = {2, 0, 1};
  objective->transform(pairs, {});
  EXPECT_EQ(pairs.rows, (std::vector<std::int64_t>{0, 7, 30}));
  EXPECT_EQ(pairs.targets, (std::vector<std::int64_t>{2, 0, 1}));
}

TEST_F(ClassificationTest, LossIsSummedCrossEntropy) {
  at::Tensor const log_p = at::log_softmax(scores(hidden(batch_)).detach(), 1);
  double expected = 0;
  for (std::int64_t e = 0; e < 4; ++e)
    expected -= log_p[e][batch_.class_labels[static_cast<std::size_t>(e)]].item<double>();
  EXPECT_NEAR(objective->loss(place(), {hidden(batch_)}, batch_).item<double>(), expected, 1e-12);
  EXPECT_NEAR(forward_loss(*objective, place(), batch_).item<double>(), expected, 1e-11);
}

TEST_F(ClassificationTest, UnlabelledExamplesCostNothing) {
  data::PackedBatch some = batch_;
  double const all = objective->loss(place(), {hidden(batch_)}, batch_).item<double>();
  some.targets[1] = -1;
  at::Tensor const log_p = at::log_softmax(scores(hidden(batch_)).detach(), 1);
  EXPECT_NEAR(objective->loss(place(), {hidden(batch_)}, some).item<double>(),
              all + log_p[1][batch_.targets[1]].item<double>(), 1e-12);
}

TEST_F(ClassificationTest, GradientReachesHeadAndEncoder) {
  at::Tensor const gradient = at::zeros_like(model->parameters.values());
  model->parameters.bind_gradients(gradient);
  torch::autograd::backward({forward_loss(*objective, place(true), batch_)}, {});
  for (auto const& p : model->parameters.layout().parameters()) {
    bool const mlm = p.name.starts_with("cls."), rounding_only = p.name.ends_with("key.bias");
    double const most = model::ParameterSet::stretch(gradient, p.offset, p.shape).abs().max().item<double>();
    EXPECT_EQ(most > 1e-12, !mlm && !rounding_only) << p.name;
  }
}

TEST_F(ClassificationTest, DropoutFollowsTheExampleAlone) {
  data::PackedBatch const other = labelled_batch({5, 9}, *objective, 6);
  data::PackedBatch const both = data::concatenate({&other, &batch_});
  double const with = forward_loss(*objective, place(true), both).item<double>();
  EXPECT_NEAR(forward_loss(*objective, place(true), batch_).item<double>() +
                  forward_loss(*objective, place(true), other).item<double>(),
              with, 1e-11);
  EXPECT_GT(std::abs(forward_loss(*objective, place(false), both).item<double>() - with), 1e-3);
  at::Tensor const features = hidden(batch_);  // the head's own dropout
  data::PackedBatch rekeyed = batch_;
  rekeyed.example_keys[2] += 1;
  double const first = objective->loss(place(true), {features}, batch_).item<double>();
  EXPECT_EQ(objective->loss(place(true), {features}, batch_).item<double>(), first);
  EXPECT_NE(objective->loss(place(true), {features}, rekeyed).item<double>(), first);
}

TEST_F(ClassificationTest, PredictsProbabilitiesAndTheirLargest) {
  Predictions const prediction = objective->predict(place(), hidden(batch_), batch_);
  at::Tensor const p = at::softmax(scores(hidden(batch_)).detach(), 1);
  ASSERT_EQ(prediction.size(), 4U);
  for (std::size_t e = 0; e < 4; ++e) {
    auto const row = static_cast<std::int64_t>(e);
    EXPECT_EQ(objective->outcome(batch_, e, prediction[e]),
              (std::vector<double>{static_cast<double>(batch_.class_labels[e]), p[row].argmax().item<double>()}));
    ASSERT_EQ(prediction[e].size(), 4U);
    double sum = 0;
    for (std::size_t c = 0; c < 4; ++c) {
      EXPECT_NEAR(prediction[e][c], p[row][static_cast<std::int64_t>(c)].item<double>(), 1e-14);
      sum += prediction[e][c];
    }
    EXPECT_NEAR(sum, 1, 1e-14);
  }
}

TEST_F(ClassificationTest, OfNothingIsZero) {
  data::PackedBatch nothing;
  objective->transform(nothing, {});
  at::Tensor const loss = forward_loss(*objective, place(true), nothing);
  EXPECT_EQ(loss.item<double>(), 0);
  EXPECT_NO_THROW(torch::autograd::backward({loss}, {}));
}

}  // namespace
}  // namespace tartan::task
