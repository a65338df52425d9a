#include "close.hpp"
#include "tiny_model.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>

namespace tartan::model {
namespace {

using namespace tartan::testing;

class EncoderDropout : public ::testing::TestWithParam<Kernels> {
 protected:
  at::Tensor forward(data::PackedBatch const& batch, std::vector<std::int64_t> const& rows,
                     Dropout const& dropout = {true, 4}) const {
    at::NoGradGuard no_grad;
    return Encoder(model_->encoder.config(), GetParam()).forward(model_->parameters, batch, rows, dropout);
  }
  std::unique_ptr<Model> model_ = TinyDirectory().save().open();
};

TEST_P(EncoderDropout, AnExampleIsTheSameInAnyBatch) {
  data::PackedBatch const alone = tiny_batch({23});
  data::PackedBatch other = tiny_batch({9, 40}, 5);
  other.example_keys = {55, 56};
  data::PackedBatch const between = data::concatenate({&other, &alone, &other});
  std::vector<std::int64_t> rows;
  for (std::int64_t t = 0; t < 23; ++t) rows.push_back(49 + t);
  expect_close(forward(between, rows), forward(alone, all_rows(alone)), 1e-12, "all rows");
  expect_close(forward(between, {49, 60}), forward(alone, {0, 11}), 1e-12, "two rows");
  expect_close(forward(between, all_rows(between)).narrow(0, 49, 23), forward(alone, all_rows(alone)), 1e-12,
               "among all");
}

TEST_P(EncoderDropout, DependsOnKeyAndView) {
  data::PackedBatch batch = tiny_batch({23, 23});
  at::Tensor const first = forward(batch, all_rows(batch));
  EXPECT_TRUE(at::equal(forward(batch, all_rows(batch)), first));
  EXPECT_GT(distance(forward(batch, all_rows(batch), {true, 5}), first), 0.05);
  EXPECT_GT(distance(forward(batch, all_rows(batch), {}), first), 0.05);
  batch.example_keys[1] = 1;
  at::Tensor const changed = forward(batch, all_rows(batch));
  expect_close(changed.narrow(0, 0, 23), first.narrow(0, 0, 23), 1e-12, "the example whose key stayed");
  EXPECT_GT(distance(changed.narrow(0, 23, 23), first.narrow(0, 23, 23)), 0.05);
}

TEST_P(EncoderDropout, TheTwoSequencesOfAnExampleAreDroppedApart) {
  data::PackedBatch batch = tiny_batch({12, 12});
  std::copy_n(batch.encoder.tokens.begin(), 12, batch.encoder.tokens.begin() + 12);
  batch.example_starts = {0, 2};
  batch.examples = {0};
  batch.example_keys = {8};
  at::Tensor const hidden = forward(batch, all_rows(batch));
  EXPECT_GT(distance(hidden.narrow(0, 0, 12), hidden.narrow(0, 12, 12)), 0.05);
}

TEST_P(EncoderDropout, NeedsKeys) {
  data::PackedBatch batch = tiny_batch({3});
  batch.example_keys.clear();
  EXPECT_THROW(forward(batch, {0}), Error);
}

INSTANTIATE_TEST_SUITE_P(Kernels, EncoderDropout, ::testing::Values(Kernels::fast, Kernels::plain),
                         [](auto const& of) { return of.param == Kernels::fast ? "fast" : "plain"; });

}  // namespace
}  // namespace tartan::model
