#include "core/throws.hpp"
#include "tiny_model.hpp"

#include <gtest/gtest.h>

namespace tartan::model {
namespace {

using namespace tartan::testing;

class EncoderRefusals : public ::testing::Test {
 protected:
  std::string refusal(data::PackedBatch const& batch, ExitStatus status = ExitStatus::data) const {
    return message_of(status, [&] { model_->encoder.forward(model_->parameters, batch, {0}, {}); });
  }
  std::unique_ptr<Model> model_ = TinyDirectory(tiny_config("roberta")).save().open();
  data::PackedBatch batch_ = tiny_batch({4, 5});
};

TEST_F(EncoderRefusals, SequencesThatAreTooLong) {  // 42 positions, the first two of which RoBERTa leaves out
  EXPECT_NO_THROW(model_->encoder.forward(model_->parameters, tiny_batch({40}), {0}, {}));
  std::string const message = refusal(tiny_batch({4, 41}));
  EXPECT_NE(message.find("41 tokens"), std::string::npos) << message;
  EXPECT_NE(message.find("40"), std::string::npos) << message;
}

TEST_F(EncoderRefusals, TokensOutsideTheVocabulary) {
  batch_.encoder.tokens[7] = 61;
  EXPECT_NE(refusal(batch_).find("token 61 "), std::string::npos);
  batch_.encoder.tokens[7] = -1;
  EXPECT_NE(refusal(batch_).find("token -1 "), std::string::npos);
}

TEST_F(EncoderRefusals, TokenTypesThatTheEncoderLacks) {
  batch_.encoder.segments.assign(9, 0);
  EXPECT_NO_THROW(model_->encoder.forward(model_->parameters, batch_, {0}, {}));
  batch_.encoder.segments[8] = 1;
  EXPECT_NE(refusal(batch_).find("token type 1 "), std::string::npos);
}

TEST_F(EncoderRefusals, RowsThatDoNotAscendOrLieOutside) {
  for (std::vector<std::int64_t> const& rows : std::vector<std::vector<std::int64_t>>{{3, 3}, {5, 2}, {9}, {-1}})
    message_of(ExitStatus::bug, [&] { model_->encoder.forward(model_->parameters, batch_, rows, {}); });
}

}  // namespace
}  // namespace tartan::model
