#include "tiny_model.hpp"

#include <tartan/model/weights_report.hpp>

#include <gtest/gtest.h>
#include <limits>

namespace tartan::model {
namespace {

using namespace tartan::testing;
using Names = std::vector<std::string>;

WeightsReport report(TinyDirectory& tiny) {
  tiny.save();
  return report_weights(SafetensorsFile(tiny.directory / "model.safetensors"), read_hf_config(tiny.path()));
}

std::int64_t elements(TinyDirectory const& tiny, std::string const& prefix) {
  std::int64_t sum = 0;
  for (auto const& [name, tensor] : tiny.tensors)
    if (name.starts_with(prefix)) sum += tensor.numel();
  return sum;
}

TEST(WeightsReport, CountsTheParametersOfEachPart) {
  TinyDirectory tiny;
  std::int64_t const encoder = elements(tiny, "bert."), head = elements(tiny, "cls.");
  tiny.tensors["bert.pooler.dense.weight"] = at::zeros({30, 30});
  tiny.tensors["bert.embeddings.position_ids"] = at::arange(42);
  WeightsReport const found = report(tiny);
  EXPECT_TRUE(found.fits());
  EXPECT_EQ(found.encoder.parameters, encoder);
  EXPECT_EQ(found.mlm_head.parameters, head);
  EXPECT_EQ(found.pooler.parameters, 900);
  EXPECT_EQ(found.encoder.tensors + found.mlm_head.tensors + 2, tiny.tensors.size());
  EXPECT_EQ(found.dtypes, (std::map<std::string, std::size_t>{{"F32", tiny.tensors.size() - 1}}));
}

TEST(WeightsReport, NamesWithoutPrefixAreTheSameTensors) {
  TinyDirectory tiny;
  WeightsReport const before = report(tiny);
  std::map<std::string, at::Tensor> bare;
  for (auto const& [name, tensor] : tiny.tensors)
    if (name.starts_with("bert.")) bare[name.substr(5)] = tensor;
  tiny.tensors = bare;
  WeightsReport const found = report(tiny);
  EXPECT_EQ(found.encoder.parameters, before.encoder.parameters);
  EXPECT_EQ(found.mlm_head.tensors, 0u);
  EXPECT_TRUE(found.fits());  // a whole head may be absent
}

TEST(WeightsReport, NamesWhatDoesNotFit) {
  TinyDirectory tiny;
  tiny.tensors.erase("bert.encoder.layer.1.output.dense.weight");
  tiny.tensors.erase("cls.predictions.bias");
  tiny.tensors["cls.seq_relationship.weight"] = at::zeros({2, 30});
  tiny.tensors["bert.embeddings.LayerNorm.bias"] = at::zeros({31});
  WeightsReport const found = report(tiny);
  EXPECT_FALSE(found.fits());
  EXPECT_EQ(found.missing, (Names{"bert.encoder.layer.1.output.dense.weight", "cls.predictions.bias"}));
  EXPECT_EQ(found.unexpected_names, (Names{"cls.seq_relationship.weight"}));
  EXPECT_EQ(found.other_shapes, (Names{"bert.embeddings.LayerNorm.bias has shape [31] instead of [30]"}));
  EXPECT_EQ(found.unexpected.parameters, 60);
}

TEST(WeightsReport, ATiedCopyStandsForWhatItIsTiedTo) {
  TinyDirectory tiny;
  std::string const words = "bert.embeddings.word_embeddings.weight";
  tiny.tensors["cls.predictions.decoder.weight"] = tiny.tensors.at(words);
  WeightsReport const both = report(tiny);
  EXPECT_TRUE(both.fits());
  EXPECT_EQ(both.encoder.parameters, elements(tiny, "bert."));
  tiny.tensors.erase(words);
  EXPECT_TRUE(report(tiny).missing.empty());
}

TEST(WeightsReport, FindsWhatIsNotFinite) {
  TinyDirectory tiny;
  auto const find = [&] {
    tiny.save();
    return find_not_finite(SafetensorsFile(tiny.directory / "model.safetensors"));
  };
  EXPECT_EQ(find(), "");
  std::string const name = "bert.encoder.layer.2.output.dense.bias";
  for (double const value : {std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    tiny.tensors.at(name)[29] = value;
    EXPECT_EQ(find(), name);
  }
}

}  // namespace
}  // namespace tartan::model
