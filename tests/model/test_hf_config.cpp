#include <tartan/core/error.hpp>
#include <tartan/model/hf_config.hpp>

#include <gtest/gtest.h>
#include <string>

namespace tartan::model {
namespace {

namespace fs = std::filesystem;

HfConfig parse(std::string const& text) { return parse_hf_config(text, "dir/config.json"); }

//! Parses {"model_type": MODEL, REST} and expects a refusal that names the file and `word`.
void expect_refused(std::string const& text, std::string const& word) {
  try {
    parse(text);
    ADD_FAILURE() << "accepted: " << text.substr(0, 200);
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::data) << text.substr(0, 200);
    std::string const message = error.what();
    EXPECT_NE(message.find("dir/config.json"), std::string::npos) << message;
    EXPECT_NE(message.find(word), std::string::npos) << message;
    EXPECT_LT(message.size(), 500U);
  }
}

TEST(HfConfig, TakesDefaultsOfTransformers) {
  HfConfig const bert = parse(R"({"model_type":"bert"})");
  EXPECT_EQ(bert.architecture, Architecture::bert);
  EXPECT_EQ(bert.vocab_size, 30522);
  EXPECT_EQ(bert.hidden_size, 768);
  EXPECT_EQ(bert.num_hidden_layers, 12);
  EXPECT_EQ(bert.num_attention_heads, 12);
  EXPECT_EQ(bert.head_size(), 64);
  EXPECT_EQ(bert.intermediate_size, 3072);
  EXPECT_EQ(bert.hidden_act, Activation::gelu);
  EXPECT_EQ(bert.hidden_dropout_prob, 0.1);
  EXPECT_EQ(bert.attention_probs_dropout_prob, 0.1);
  EXPECT_FALSE(bert.classifier_dropout.has_value());
  EXPECT_EQ(bert.max_position_embeddings, 512);
  EXPECT_EQ(bert.type_vocab_size, 2);
  EXPECT_EQ(bert.layer_norm_eps, 1e-12);
  EXPECT_EQ(bert.initializer_range, 0.02);
  EXPECT_EQ(bert.pad_token_id, 0);
  HfConfig const roberta = parse(R"({"model_type":"roberta"})");
  EXPECT_EQ(roberta.architecture, Architecture::roberta);
  EXPECT_EQ(roberta.vocab_size, 50265);
  EXPECT_EQ(roberta.pad_token_id, 1);
}

TEST(HfConfig, RobertaPositionsStartBehindThePad) {
  HfConfig const bert = parse(R"({"model_type":"bert","pad_token_id":5,"max_position_embeddings":40})");
  EXPECT_EQ(bert.position_offset(), 0);
  EXPECT_EQ(bert.max_sequence_length(), 40);
  HfConfig const roberta = parse(R"({"model_type":"roberta","max_position_embeddings":514})");
  EXPECT_EQ(roberta.position_offset(), 2);
  EXPECT_EQ(roberta.max_sequence_length(), 512);
  HfConfig const other = parse(R"({"model_type":"roberta","max_position_embeddings":514,"pad_token_id":3})");
  EXPECT_EQ(other.position_offset(), 4);
  EXPECT_EQ(other.max_sequence_length(), 510);
}

TEST(HfConfig, ReadsValues) {
  HfConfig const config = parse(R"({"model_type":"bert","vocab_size":97,"hidden_size":32,"num_hidden_layers":2,
      "num_attention_heads":4,"intermediate_size":64,"hidden_dropout_prob":0,"attention_probs_dropout_prob":0.25,
      "classifier_dropout":0.5,"max_position_embeddings":40,"type_vocab_size":1,"layer_norm_eps":1e-5,
      "initializer_range":0.5,"pad_token_id":null})");
  EXPECT_EQ(config.vocab_size, 97);
  EXPECT_EQ(config.head_size(), 8);
  EXPECT_EQ(config.num_hidden_layers, 2);
  EXPECT_EQ(config.intermediate_size, 64);
  EXPECT_EQ(config.hidden_dropout_prob, 0);
  EXPECT_EQ(config.attention_probs_dropout_prob, 0.25);
  EXPECT_EQ(config.classifier_dropout, 0.5);
  EXPECT_EQ(config.type_vocab_size, 1);
  EXPECT_EQ(config.layer_norm_eps, 1e-5);
  EXPECT_EQ(config.initializer_range, 0.5);
  EXPECT_FALSE(config.pad_token_id.has_value());
}

TEST(HfConfig, ReadsActivations) {
  auto const activation = [](std::string const& name) {
    return parse(R"({"model_type":"bert","hidden_act":")" + name + "\"}").hidden_act;
  };
  EXPECT_EQ(activation("gelu"), Activation::gelu);
  EXPECT_EQ(activation("gelu_new"), Activation::gelu_tanh);
  EXPECT_EQ(activation("gelu_pytorch_tanh"), Activation::gelu_tanh);
  EXPECT_EQ(activation("relu"), Activation::relu);
  EXPECT_EQ(activation("silu"), Activation::silu);
  EXPECT_EQ(activation("swish"), Activation::silu);
  EXPECT_EQ(activation("tanh"), Activation::tanh);
  expect_refused(R"({"model_type":"bert","hidden_act":"quick_gelu"})", "quick_gelu");
}

TEST(HfConfig, KeepsTheFileForWritingBack) {
  std::string const text = R"({"zeta":[1,{"x":null}],"model_type":"bert","alpha":0.1})";
  EXPECT_EQ(parse(text).raw.dump(), text);
}

TEST(HfConfig, AcceptsHarmlessValues) {
  parse(R"({"model_type":"bert","position_embedding_type":"absolute","is_decoder":false,"add_cross_attention":false,
      "tie_word_embeddings":true,"embedding_size":768,"quantization_config":null,"pruned_heads":{},"auto_map":null,
      "chunk_size_feed_forward":8,"gradient_checkpointing":true,"use_cache":true,"classifier_dropout":null,
      "id2label":{"0":"a"},"something_new":3})");
}

TEST(HfConfig, RefusesOtherArithmetic) {
  for (std::string const setting :
       {R"("position_embedding_type":"relative_key")", R"("position_embedding_type":1)", R"("is_decoder":true)",
        R"("add_cross_attention":true)", R"("is_encoder_decoder":true)", R"("tie_word_embeddings":false)",
        R"("embedding_size":128)", R"("quantization_config":{"bits":4})", R"("compression_config":{})",
        R"("pruned_heads":{"0":[1]})", R"("per_layer_config":{"0":{}})", R"("auto_map":{"AutoModel":"m.M"})"})
    expect_refused(R"({"model_type":"bert",)" + setting + "}", setting.substr(1, setting.find('"', 1) - 1));
}

TEST(HfConfig, RefusesImpossibleValues) {
  for (std::string const setting : {R"("vocab_size":0)",
                                    R"("vocab_size":-5)",
                                    R"("vocab_size":3e4)",
                                    R"("vocab_size":"30522")",
                                    R"("vocab_size":null)",
                                    R"("vocab_size":true)",
                                    R"("vocab_size":[1])",
                                    R"("vocab_size":18446744073709551615)",
                                    R"("vocab_size":2147483648)",
                                    R"("hidden_size":0)",
                                    R"("hidden_size":770)",
                                    R"("num_attention_heads":0)",
                                    R"("num_attention_heads":1000)",
                                    R"("num_hidden_layers":0)",
                                    R"("num_hidden_layers":1001)",
                                    R"("intermediate_size":0)",
                                    R"("max_position_embeddings":0)",
                                    R"("type_vocab_size":0)",
                                    R"("hidden_dropout_prob":-0.1)",
                                    R"("hidden_dropout_prob":1)",
                                    R"("hidden_dropout_prob":"0.1")",
                                    R"("hidden_dropout_prob":null)",
                                    R"("attention_probs_dropout_prob":1.5)",
                                    R"("classifier_dropout":-1)",
                                    R"("layer_norm_eps":0)",
                                    R"("layer_norm_eps":-1e-5)",
                                    R"("layer_norm_eps":"1e-12")",
                                    R"("initializer_range":-1)",
                                    R"("pad_token_id":-1)",
                                    R"("pad_token_id":30522)",
                                    R"("hidden_act":null)",
                                    R"("hidden_act":3)",
                                    R"("embedding_size":"x")"})
    expect_refused(R"({"model_type":"bert",)" + setting + "}", setting.substr(1, setting.find('"', 1) - 1));
  expect_refused(R"({"model_type":"roberta","pad_token_id":null})", "pad_token_id");
  expect_refused(R"({"model_type":"roberta","max_position_embeddings":2})", "max_position_embeddings");
  std::string text = R"({"model_type":"bert","vocab_size":")";
  text.append(100'000, 'x').append("\"}");
  expect_refused(text, "vocab_size");
}

TEST(HfConfig, RefusesOtherModels) {
  expect_refused(R"({"model_type":"deberta"})", "bert, roberta");
  expect_refused(R"({"model_type":7})", "model_type");
  expect_refused(R"({"vocab_size":10})", "model_type");
}

TEST(HfConfig, RefusesWhatIsNotAConfig) {
  std::string const good = R"({"model_type":"bert"})";
  for (std::string const& text : {std::string(), std::string("[]"), std::string("3"), good + "x", good.substr(0, 10),
                                  good + std::string(1, '\0') + "x", std::string(R"({"model_type":"bert","x":1e999})"),
                                  std::string("{\"model_type\":\"bert\",\"x\":\"\xFF\"}")})
    expect_refused(text, "JSON");
  expect_refused(R"({"model_type":"bert","model_type":"roberta"})", "twice");
  std::string deep = R"({"model_type":"bert","x":)";
  deep.append(100'000, '[').append(100'000, ']').append("}");
  expect_refused(deep, "nested");
}

TEST(HfConfig, MissingDirectoryIsUsage) {
  try {
    read_hf_config("no/such/directory");
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::usage);
    EXPECT_NE(std::string(error.what()).find("no/such/directory/config.json"), std::string::npos);
  }
}

TEST(HfConfig, ReadsFilesOfTransformers) {
  fs::path const oracle = "../shared/oracle";
  if (!fs::exists(oracle)) GTEST_SKIP() << oracle << " is absent";
  HfConfig const bert = read_hf_config(oracle / "bert");
  EXPECT_EQ(bert.hidden_size, 32);
  EXPECT_EQ(bert.max_sequence_length(), 40);
  HfConfig const roberta = read_hf_config(oracle / "roberta");
  EXPECT_EQ(roberta.max_sequence_length(), 40);
  EXPECT_EQ(roberta.layer_norm_eps, 1e-5);
}

}  // namespace
}  // namespace tartan::model
