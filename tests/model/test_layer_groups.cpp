#include <tartan/model/layer_groups.hpp>
#include <tartan/model/model.hpp>

#include <gtest/gtest.h>

namespace tartan::model {
namespace {

Layout bert() {
  HfConfig const config = parse_hf_config(R"({"model_type": "bert", "vocab_size": 35, "hidden_size": 16,
    "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32, "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "max_position_embeddings": 16,
    "type_vocab_size": 2, "layer_norm_eps": 1e-12, "pad_token_id": 0})",
                                          "config.json");
  Layout layout;
  add_encoder(layout, config);
  add_mlm_head(layout, config);
  return layout;
}

TEST(LayerGroups, LieEndToEndOverTheBody) {
  Layout const layout = bert();
  auto const groups = layer_groups(layout);
  EXPECT_EQ(groups.names, (std::vector<std::string>{"embeddings", "layer.0", "layer.1", "layer.2"}));
  std::int64_t at = 0;
  for (auto const& s : groups.stretches) {
    EXPECT_EQ(s.begin, at);
    EXPECT_LT(s.begin, s.end);
    at = s.end;
  }
  EXPECT_EQ(at, layout.body_size());
}

TEST(LayerGroups, EveryParameterLiesWithinItsOwn) {
  Layout const layout = bert();
  auto const groups = layer_groups(layout);
  for (auto const& p : layout.parameters()) {
    if (layout.segments()[p.segment].owner != Owner::encoder) continue;
    std::string const name = p.name.find("embeddings.") != std::string::npos
                                 ? "embeddings"
                                 : "layer." + p.name.substr(p.name.find("layer.") + 6, 1);
    std::size_t found = 0;
    for (auto const& s : groups.stretches)
      if (s.begin <= p.offset && p.offset + p.count <= s.end) {
        ++found;
        EXPECT_EQ(groups.names[s.group], name) << p.name;
      }
    EXPECT_EQ(found, 1U) << p.name;
  }
}

TEST(LayerGroups, ShardsDivideThem) {
  auto const groups = layer_groups(bert());
  std::int64_t const size = bert().body_size() + 100;
  std::vector<std::int64_t> whole(groups.names.size()), parts(groups.names.size());
  for (auto const& s : groups.stretches) whole[s.group] += s.end - s.begin;
  for (std::int64_t begin = 0; begin < size; begin += 777)
    for (auto const& s : within(groups.stretches, begin, 777)) {
      EXPECT_TRUE(0 <= s.begin && s.begin < s.end && s.end <= 777);
      parts[s.group] += s.end - s.begin;
    }
  EXPECT_EQ(parts, whole);
}

}  // namespace
}  // namespace tartan::model
