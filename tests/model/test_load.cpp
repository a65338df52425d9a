#include "core/throws.hpp"
#include "tiny_model.hpp"

#include <gtest/gtest.h>

namespace tartan::model {
namespace {

using namespace tartan::testing;

std::string const dense = "bert.encoder.layer.1.output.dense.weight";

//! The refusal of a directory, which names its file and each of `words`.
void expect_refused(TinyDirectory& tiny, std::vector<std::string> const& words, LoadRules const& rules = {}) {
  tiny.save();
  std::string const message = message_of(ExitStatus::data, [&] { tiny.open(Precision::fp32, rules); });
  EXPECT_NE(message.find((tiny.directory / "model.safetensors").string()), std::string::npos) << message;
  for (auto const& word : words) EXPECT_NE(message.find(word), std::string::npos) << message << "\nexpected: " << word;
}

void expect_values(Model const& model, TinyDirectory const& tiny) {
  for (auto const& [name, tensor] : tiny.tensors)
    EXPECT_TRUE(at::equal(model.parameters.at(name).detach().to(at::kFloat), tensor)) << name;
}

TEST(Load, TakesEveryTensor) {
  for (char const* const type : {"bert", "roberta"}) {
    TinyDirectory tiny(tiny_config(type));
    auto const model = tiny.save().open();
    EXPECT_TRUE(model->loaded.mlm_head);
    EXPECT_TRUE(model->loaded.carried.empty());
    expect_values(*model, tiny);
  }
}

TEST(Load, MissingIsRefusedUnlessAllowed) {
  TinyDirectory tiny;
  tiny.tensors.erase(dense);
  tiny.tensors.erase("bert.embeddings.LayerNorm.bias");
  expect_refused(tiny, {"missing " + dense, "missing bert.embeddings.LayerNorm.bias"});
  expect_refused(tiny, {"missing bert.embeddings.LayerNorm.bias"}, {{"*.dense.weight"}, {}});
  auto const model = tiny.open(Precision::fp32, {{"*.dense.weight", "bert.embeddings.LayerNorm.bias"}, {}});
  expect_values(*model, tiny);
}

TEST(Load, UnexpectedIsRefusedUnlessAllowed) {
  TinyDirectory tiny;
  tiny.tensors["cls.seq_relationship.weight"] = at::zeros({2, 30});
  tiny.tensors["bert.encoder.layer.3.output.dense.bias"] = at::zeros({30});  // a layer too many
  expect_refused(tiny, {"unexpected cls.seq_relationship.weight", "unexpected bert.encoder.layer.3.output.dense.bias"});
  expect_refused(tiny, {"unexpected bert.encoder.layer.3.output.dense.bias"}, {{}, {"cls.seq_relationship.*"}});
  auto const model = tiny.open(Precision::fp32, {{}, {"cls.seq_relationship.*", "bert.encoder.layer.3.*"}});
  EXPECT_FALSE(model->parameters.layout().find("cls.seq_relationship.weight").has_value());
}

TEST(Load, OtherShapesAreRefused) {
  TinyDirectory tiny;
  tiny.tensors[dense] = at::zeros({44, 30});
  expect_refused(tiny, {dense, "[44, 30]", "[30, 44]"});
  expect_refused(tiny, {dense}, {{"*"}, {"*"}});  // no rule allows it
}

TEST(Load, LongListsAreShortened) {
  TinyDirectory tiny;
  for (auto const& [name, tensor] : TinyDirectory().tensors)
    if (name.starts_with("bert.encoder")) tiny.tensors.erase(name);
  expect_refused(tiny, {" and 36 more;"});
}

TEST(Load, APartOfAnMlmHeadIsRefused) {
  TinyDirectory tiny;
  tiny.tensors.erase("cls.predictions.transform.dense.weight");
  expect_refused(tiny, {"missing cls.predictions.transform.dense.weight"});
  auto const model = tiny.open(Precision::fp64, {{"cls.predictions.*"}, {}});
  EXPECT_TRUE(model->loaded.mlm_head);
  expect_values(*model, tiny);
  EXPECT_GT(model->parameters.at("cls.predictions.transform.dense.weight").abs().max().item<double>(), 0);
}

void drop_mlm_head(TinyDirectory& tiny) {
  std::erase_if(tiny.tensors, [](auto const& entry) {
    return entry.first.starts_with("cls.") || entry.first.starts_with("lm_head.");
  });
}

void expect_fresh_head(Model const& model) {
  ParameterSet const& p = model.parameters;
  EXPECT_FALSE(model.loaded.mlm_head);
  at::Tensor const weight = p.at("cls.predictions.transform.dense.weight").detach();
  EXPECT_NEAR(weight.std().item<double>(), 0.02, 0.002);  // initializer_range
  EXPECT_NEAR(weight.mean().item<double>(), 0, 0.003);
  EXPECT_TRUE((p.at("cls.predictions.transform.LayerNorm.weight") == 1).all().item<bool>());
  for (char const* const zero :
       {"cls.predictions.transform.dense.bias", "cls.predictions.transform.LayerNorm.bias", "cls.predictions.bias"})
    EXPECT_TRUE((p.at(zero) == 0).all().item<bool>()) << zero;
}

TEST(Load, AnAbsentMlmHeadStartsFreshWhateverTheRules) {
  TinyDirectory tiny;
  drop_mlm_head(tiny);
  expect_fresh_head(*tiny.save().open());
  expect_fresh_head(*tiny.open(Precision::fp32, {{"cls.predictions.*"}, {}}));
}

TEST(Load, BareEncodersHaveNoPrefix) {
  for (char const* const type : {"bert", "roberta"}) {
    TinyDirectory tiny(tiny_config(type));
    drop_mlm_head(tiny);
    TinyDirectory bare(tiny_config(type));
    bare.tensors.clear();
    for (auto const& [name, tensor] : tiny.tensors) bare.tensors[name.substr(name.find('.') + 1)] = tensor;
    expect_values(*bare.save().open(), tiny);
  }
}

TEST(Load, OldNormNamesAndOtherTypes) {
  TinyDirectory tiny;
  TinyDirectory old;
  old.tensors.clear();
  for (auto const& [name, tensor] : tiny.tensors) {
    std::string renamed = name;
    if (name.ends_with("LayerNorm.weight")) renamed.replace(renamed.size() - 6, 6, "gamma");
    if (name.ends_with("LayerNorm.bias")) renamed.replace(renamed.size() - 4, 4, "beta");
    old.tensors[renamed] = tensor.to(at::kBFloat16);
    tiny.tensors[name] = tensor.to(at::kBFloat16).to(at::kFloat);
  }
  expect_values(*old.save().open(), tiny);
  old.tensors["bert.embeddings.LayerNorm.weight"] = at::ones({30});
  expect_refused(old, {"two tensors for bert.embeddings.LayerNorm.weight"});
}

TEST(Load, PositionIdsAreSkippedAndThePoolerIsCarried) {
  TinyDirectory tiny;
  at::Tensor const pooler = at::randn({30, 30});
  TinyDirectory more;
  more.tensors["bert.embeddings.position_ids"] = at::arange(42).view({1, 42});
  more.tensors["bert.pooler.dense.weight"] = pooler;
  more.tensors["pooler.dense.bias"] = pooler[0].clone();
  auto const model = more.save().open();
  ASSERT_EQ(model->loaded.carried.size(), 2U);
  EXPECT_TRUE(at::equal(model->loaded.carried.at("bert.pooler.dense.weight"), pooler));
  EXPECT_TRUE(at::equal(model->loaded.carried.at("bert.pooler.dense.bias"), pooler[0]));
  expect_values(*model, tiny);
}

TEST(Load, TiedCopiesMustBeEqual) {
  for (std::string const type : {"bert", "roberta"}) {
    bool const bert = type == "bert";
    std::string const decoder = bert ? "cls.predictions.decoder." : "lm_head.decoder.",
                      bias = bert ? "cls.predictions.bias" : "lm_head.bias";
    std::string const words = type + ".embeddings.word_embeddings.weight";
    TinyDirectory tiny(tiny_config(type));
    tiny.tensors[decoder + "weight"] = tiny.tensors.at(words).clone();
    tiny.tensors[decoder + "bias"] = tiny.tensors.at(bias).clone();
    EXPECT_TRUE(tiny.save().open()->loaded.mlm_head);
    EXPECT_TRUE(tiny.open(Precision::fp32)->loaded.mlm_head);
    tiny.tensors.at(decoder + "weight")[3][4] += 1e-3;
    expect_refused(tiny, {decoder + "weight differs from " + words});
    tiny.tensors.at(decoder + "weight") = tiny.tensors.at(words).clone();
    tiny.tensors.at(decoder + "bias")[0] += 1;
    expect_refused(tiny, {decoder + "bias differs from " + bias});
  }
}

TEST(Load, UnreadableTypesNameTheFile) {
  TinyDirectory tiny;
  tiny.save();
  std::vector<std::byte> const bytes(30);
  std::map<std::string, StoredTensor> stored;
  for (auto const& [name, tensor] : tiny.tensors) stored[name] = store(tensor);
  stored["bert.pooler.dense.bias"] = {"U8", {30}, bytes};
  write_safetensors(tiny.directory / "model.safetensors", stored, {});
  std::string const message = message_of(ExitStatus::data, [&] { tiny.open(); });
  EXPECT_NE(message.find("model.safetensors"), std::string::npos) << message;
  EXPECT_NE(message.find("bert.pooler.dense.bias has type U8"), std::string::npos) << message;
}

}  // namespace
}  // namespace tartan::model
