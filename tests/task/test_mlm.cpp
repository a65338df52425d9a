#include "core/throws.hpp"
#include "model/close.hpp"
#include "task_model.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <gtest/gtest.h>

namespace tartan::task {
namespace {

using namespace tartan::testing;

class MlmTest : public ::testing::Test, protected TaskModel {
 protected:
  data::PackedBatch masked(std::uint64_t key) const {
    data::PackedBatch batch = tiny_batch({40, 11, 33});
    for (auto& one : batch.example_keys) one = Key(one).with(key).value();
    mlm_->transform(batch, shard_info());
    return batch;
  }
  std::unique_ptr<Objective> mlm_ = make_objective({ObjectiveKind::mlm, 0, 0, 0.3});
};

TEST_F(MlmTest, HasNoHeadOfItsOwn) {
  EXPECT_TRUE(mlm_->head(model->encoder.config()).empty());
  EXPECT_TRUE(is_masked_lm(ObjectiveKind::mlm));
  EXPECT_FALSE(is_masked_lm(ObjectiveKind::classification));
  EXPECT_EQ(mlm_->passes().size(), 1U);
}

TEST_F(MlmTest, TransformKeepsWhatItMasks) {
  data::PackedBatch const before = tiny_batch({40, 11, 33}), after = masked(5);
  ASSERT_EQ(after.rows.size(), after.targets.size());
  EXPECT_GT(after.rows.size(), 10U);
  EXPECT_LT(after.rows.size(), 45U);
  for (std::size_t i = 0; i < after.rows.size(); ++i)
    EXPECT_EQ(before.encoder.tokens[static_cast<std::size_t>(after.rows[i])], after.targets[i]);
  EXPECT_EQ(masked(5).encoder.tokens, after.encoder.tokens);
  EXPECT_NE(masked(6).encoder.tokens, after.encoder.tokens);
}

TEST_F(MlmTest, LossIsThatOfTheHeadAtTheRows) {
  data::PackedBatch const batch = masked(5);
  at::Tensor const states = model->encoder.hidden_states(model->parameters, batch.encoder).back();
  at::Tensor const rows = states.index_select(0, at::tensor(batch.rows, at::kLong));
  at::Tensor const log_p = at::log_softmax(model::mlm_logits(model->encoder, model->parameters, rows), 1).detach();
  double expected = 0;
  for (std::size_t i = 0; i < batch.targets.size(); ++i)
    expected -= log_p[static_cast<std::int64_t>(i)][batch.targets[i]].item<double>();
  EXPECT_NEAR(forward_loss(*mlm_, place(), batch).item<double>(), expected, 1e-10 * expected);
}

// ALGORITHMS 7.7: the decoder, tied to the words, says nothing
TEST_F(MlmTest, ScaledItCostsOneForEachTargetOfAUniformPrediction) {
  data::PackedBatch const batch = masked(5);
  {
    at::NoGradGuard const guard;
    for (auto const* part : {"bert.embeddings.word_embeddings.weight", "cls.predictions.bias"})
      model->parameters.at(part).zero_();
  }
  auto const scaled = make_objective({.kind = ObjectiveKind::mlm, .loss_scale = LossScale::uniform});
  EXPECT_NEAR(forward_loss(*scaled, place(), batch).item<double>(), static_cast<double>(batch.num_targets()), 1e-12);
  EXPECT_GT(forward_loss(*mlm_, place(), batch).item<double>(), 4 * static_cast<double>(batch.num_targets()));
}

TEST_F(MlmTest, SumsOverBatches) {
  data::PackedBatch const one = masked(5), two = masked(6), both = data::concatenate({&one, &two});
  double const sum =
      forward_loss(*mlm_, place(true), one).item<double>() + forward_loss(*mlm_, place(true), two).item<double>();
  EXPECT_NEAR(forward_loss(*mlm_, place(true), both).item<double>(), sum, 1e-10 * sum);
}

TEST_F(MlmTest, PredictsNothing) {
  data::PackedBatch const batch = masked(5);
  message_of(ExitStatus::usage, [&] { mlm_->predict(place(), at::zeros({1, 30}, at::kDouble), batch); });
}

TEST_F(MlmTest, NothingMaskedIsZero) {
  data::PackedBatch batch = tiny_batch({1});
  batch.encoder.tokens = {1};  // cls alone
  mlm_->transform(batch, shard_info());
  at::Tensor const loss = forward_loss(*mlm_, place(true), batch);
  EXPECT_EQ(loss.item<double>(), 0);
  EXPECT_NO_THROW(torch::autograd::backward({loss}, {}));
}

}  // namespace
}  // namespace tartan::task
