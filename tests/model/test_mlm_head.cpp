#include "close.hpp"
#include "tiny_model.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <gtest/gtest.h>

namespace tartan::model {
namespace {

using namespace tartan::testing;

class MlmHead : public ::testing::TestWithParam<char const*> {
 protected:
  MlmHead() { at::manual_seed(3); }
  at::Tensor parameter(std::string const& bert, std::string const& roberta) const {
    return model_->parameters.at(std::string(GetParam()) == "bert" ? "cls.predictions." + bert : "lm_head." + roberta);
  }
  //! Written out once more: dense, activation, norm, decoder tied to the word embeddings.
  at::Tensor scores(at::Tensor const& rows) const {
    at::Tensor const x = at::gelu(at::matmul(rows, parameter("transform.dense.weight", "dense.weight").t()) +
                                  parameter("transform.dense.bias", "dense.bias"));
    at::Tensor const hat = (x - x.mean(1, true)) / (x.var(1, false, true) + 1e-5).sqrt();
    at::Tensor const y = hat * parameter("transform.LayerNorm.weight", "layer_norm.weight") +
                         parameter("transform.LayerNorm.bias", "layer_norm.bias");
    at::Tensor const words = model_->parameters.at(std::string(GetParam()) + ".embeddings.word_embeddings.weight");
    return at::matmul(y, words.t()) + parameter("bias", "bias");
  }
  std::unique_ptr<Model> model_ = TinyDirectory(tiny_config(GetParam())).save().open();
  at::Tensor rows_ = at::randn({4, 30}, at::kDouble);
};

//! The published code spares names with "LayerNorm.weight", which RoBERTa's head has not.
TEST_P(MlmHead, ThePublishedRuleDecaysTheNormOfRoberta) {
  bool const bert = std::string(GetParam()) == "bert";
  auto const decayed = [&](DecayRule rule) {
    Layout layout;
    add_encoder(layout, model_->encoder.config());
    add_mlm_head(layout, model_->encoder.config(), rule);
    std::string const norm = bert ? "cls.predictions.transform.LayerNorm.weight" : "lm_head.layer_norm.weight";
    return layout.segments()[layout.parameters()[layout.index_of(norm)].segment].decayed;
  };
  EXPECT_FALSE(decayed(DecayRule::usual));
  EXPECT_EQ(decayed(DecayRule::published), !bert);
}

TEST_P(MlmHead, LogitsByTheirFormula) {
  expect_close(mlm_logits(model_->encoder, model_->parameters, rows_), scores(rows_), 1e-13, "logits");
}

TEST_P(MlmHead, LossIsSummedCrossEntropy) {
  std::vector<std::int64_t> const targets{0, 60, 7, 7};
  at::Tensor const log_p = at::log_softmax(scores(rows_).detach(), 1);
  double expected = 0;
  for (std::int64_t i = 0; i < 4; ++i) expected -= log_p[i][targets[static_cast<std::size_t>(i)]].item<double>();
  for (Kernels const kernels : {Kernels::fast, Kernels::plain})
    EXPECT_NEAR(mlm_loss(Encoder(model_->encoder.config(), kernels), model_->parameters, rows_, targets).item<double>(),
                expected, 1e-11);
}

TEST_P(MlmHead, GradientOfTheRowsAndOfTheTiedMatrix) {
  at::Tensor const leaf = rows_.clone().requires_grad_(), gradient = at::zeros_like(model_->parameters.values());
  std::string const words = std::string(GetParam()) + ".embeddings.word_embeddings.weight";
  at::Tensor const loss =
      at::cross_entropy_loss(scores(leaf), at::tensor({0, 60, 7, 7}, at::kLong), {}, at::Reduction::Sum);
  auto const expected = torch::autograd::grad({loss}, {leaf, model_->parameters.at(words)});
  for (Kernels const kernels : {Kernels::fast, Kernels::plain}) {
    at::Tensor const rows = rows_.clone().requires_grad_();
    model_->parameters.bind_gradients(gradient.zero_());
    at::Tensor const own =
        mlm_loss(Encoder(model_->encoder.config(), kernels), model_->parameters, rows, {0, 60, 7, 7});
    torch::autograd::backward({own * 2}, {});
    expect_close(rows.grad(), 2 * expected[0], 1e-12, "rows");
    expect_close(model_->parameters.gradient(model_->parameters.layout().index_of(words)), 2 * expected[1], 1e-12,
                 "word embeddings");
  }
}

INSTANTIATE_TEST_SUITE_P(Types, MlmHead, ::testing::Values("bert", "roberta"));

}  // namespace
}  // namespace tartan::model
