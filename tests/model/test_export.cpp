#include "core/throws.hpp"
#include "tiny_model.hpp"

#include <cmath>
#include <gtest/gtest.h>

namespace tartan::model {
namespace {

using namespace tartan::testing;

HeadShape const head_shape{{"fc.weight", {30, 30}}, {"fc.bias", {30}}, {"out.weight", {3, 30}}, {"out.bias", {3}}};

class Export : public ::testing::TestWithParam<std::pair<char const*, Precision>> {
 protected:
  std::unique_ptr<Model> open(std::filesystem::path const& directory) const {
    return open_model(directory, {{"acl", head_shape}}, {}, GetParam().second, Kernels::fast, at::kCPU, {Key(3), {}});
  }
};

TEST_P(Export, ComesBackBitForBit) {
  std::string const type = GetParam().first;
  TinyDirectory tiny(tiny_config(type));
  tiny.config["my_note"] = "kept";
  tiny.tensors[type + ".pooler.dense.bias"] = at::randn({30});
  write_text(tiny.directory / "tokenizer.json", "{\"version\": 1}");
  auto const model = open(tiny.save().path());
  model->parameters.values().add_(1e-9).mul_(1.0 / 3);  // digits that no shorter type holds
  TemporaryDirectory const out;
  export_hf(out.path(), tiny.path(), model->encoder.config(), model->parameters, model->loaded, R"({"acl": {}})");

  auto const again = open(out.path());
  EXPECT_TRUE(again->loaded.mlm_head);
  for (auto const& p : model->parameters.layout().parameters()) {
    bool const fresh = p.name.starts_with("acl.");  // heads are loaded by the tasks that use them
    EXPECT_EQ(at::equal(again->parameters.at(p.name), model->parameters.at(p.name)), !fresh) << p.name;
  }
  EXPECT_TRUE(
      at::equal(again->loaded.carried.at(type + ".pooler.dense.bias"), tiny.tensors.at(type + ".pooler.dense.bias")));
  EXPECT_EQ(read_text(out / "tokenizer.json"), "{\"version\": 1}");

  HeadFile const heads = load_heads(out.path());
  EXPECT_EQ(heads.metadata, R"({"acl": {}})");
  ASSERT_EQ(heads.tensors.size(), head_shape.size());
  for (auto const& [name, tensor] : heads.tensors) EXPECT_TRUE(at::equal(tensor, model->parameters.at(name))) << name;

  Json const config = Json::parse(read_text(out / "config.json"));
  EXPECT_EQ(config["my_note"], "kept");
  EXPECT_EQ(config["dtype"], GetParam().second == Precision::fp64 ? "float64" : "float32");
  EXPECT_EQ(config["architectures"], Json::array({type == "bert" ? "BertForMaskedLM" : "RobertaForMaskedLM"}));
}

INSTANTIATE_TEST_SUITE_P(Types, Export,
                         ::testing::Values(std::pair{"bert", Precision::fp32}, std::pair{"bert", Precision::fp64},
                                           std::pair{"roberta", Precision::fp64}));

TEST(Heads, OfADirectoryWithoutAny) {
  TemporaryDirectory const directory;
  std::string const message = message_of(ExitStatus::usage, [&] { load_heads(directory.path()); });
  EXPECT_NE(message.find(directory.path().string()), std::string::npos) << message;
}

TEST(Heads, NotWrittenByTartan) {
  TemporaryDirectory const directory;
  at::Tensor const tensor = at::ones({2});
  write_safetensors(directory / "heads.safetensors", {{"a", store(tensor)}}, {});
  EXPECT_NE(message_of(ExitStatus::data, [&] { load_heads(directory.path()); }).find("heads.safetensors"),
            std::string::npos);
}

TEST(Heads, StartUniformAndFromTheirKeyAlone) {
  TinyDirectory tiny;
  tiny.save();
  auto const one = tiny.open(Precision::fp64, {}, {{"a", head_shape}, {"b", head_shape}});
  auto const two = tiny.open(Precision::fp64, {}, {{"b", head_shape}});
  double const bound = 1 / std::sqrt(30.0);
  for (auto const& [part, shape] : head_shape) {
    at::Tensor const b = one->parameters.at("b." + part).detach();
    EXPECT_TRUE(at::equal(b, two->parameters.at("b." + part)));
    EXPECT_FALSE(at::equal(b, one->parameters.at("a." + part)));
    EXPECT_LE(b.abs().max().item<double>(), bound);
    EXPECT_GT(b.abs().max().item<double>(), bound / 2) << part;
  }
  EXPECT_NEAR(one->parameters.at("a.fc.weight").std().item<double>(), bound / std::sqrt(3.0), 0.01);
}

TEST(Tokenizer, HashIsSha256) {
  TemporaryDirectory const directory;
  EXPECT_EQ(tokenizer_sha256(directory.path()), "");
  write_text(directory / "tokenizer.json", "abc");
  EXPECT_EQ(tokenizer_sha256(directory.path()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace tartan::model
