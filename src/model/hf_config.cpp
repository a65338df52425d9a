#include <tartan/core/error.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/model/hf_config.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tartan::model {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::int64_t most_elements = std::numeric_limits<std::int32_t>::max();  // a product of two stays in int64
constexpr std::int64_t most_layers = 1'000;
constexpr std::size_t most_bytes = 16'000'000;
constexpr char const* take_another = "; take a config.json that transformers wrote";
constexpr int most_depth = 16;  // nlohmann writes recursively

//! The keys of one file: each getter takes the default where the key is absent, and refuses what it cannot use.
class Keys {
 public:
  Keys(Json const& raw, fs::path const& path) : raw_(raw), path_(path) {}

  Json const* find(char const* key) const {
    auto const found = raw_.find(key);
    return found == raw_.end() ? nullptr : &*found;
  }

  [[noreturn]] void refuse(std::string const& key, std::string const& why) const {
    std::string value = raw_.at(key).dump(-1, ' ', true, Json::error_handler_t::replace);
    if (value.size() > 100) value = value.substr(0, 100) + "...";
    fail_data(path_.string() + ": " + key + " = " + value + " " + why);
  }

  std::int64_t integer(char const* key, std::int64_t absent, std::int64_t least, std::int64_t most) const {
    Json const* const value = find(key);
    if (value == nullptr) return absent;
    bool const fits = value->is_number_integer() &&
                      (!value->is_number_unsigned() || value->get<std::uint64_t>() <= std::uint64_t{1} << 62);
    if (!fits || value->get<std::int64_t>() < least || value->get<std::int64_t>() > most)
      refuse(key,
             "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most) + take_another);
    return value->get<std::int64_t>();
  }

  std::int64_t size(char const* key, std::int64_t absent) const { return integer(key, absent, 1, most_elements); }

  double number(char const* key, double absent) const {
    Json const* const value = find(key);
    if (value == nullptr) return absent;
    if (!value->is_number()) refuse(key, std::string("must be a number") + take_another);
    return value->get<double>();
  }

  std::string text(char const* key) const {
    Json const* const value = find(key);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_string()) refuse(key, std::string("must be a string") + take_another);
    return value->get<std::string>();
  }

  double probability(char const* key, double absent) const {
    double const value = number(key, absent);
    if (!(value >= 0 && value < 1)) refuse(key, std::string("must be at least 0 and below 1") + take_another);
    return value;
  }

  template <class T>
  T choice(char const* key, T absent, std::vector<std::pair<std::string, T>> const& names) const {
    Json const* const value = find(key);
    if (value == nullptr) return absent;
    for (auto const& [name, result] : names)
      if (*value == name) return result;
    refuse(key, "is not implemented; take a model with one of " + joined(names, &std::pair<std::string, T>::first));
  }

 private:
  Json const& raw_;
  fs::path const& path_;
};

//! Values of keys that leave the arithmetic as it is here. Null is one for each.
std::vector<std::pair<std::string, std::vector<Json>>> const& harmless_values() {
  static std::vector<std::pair<std::string, std::vector<Json>>> const table = {
      {"position_embedding_type", {"absolute"}},
      {"is_decoder", {false}},
      {"add_cross_attention", {false}},
      {"is_encoder_decoder", {false}},
      {"tie_word_embeddings", {true}},
      {"pruned_heads", {Json::object()}},
      {"per_layer_config", {Json::object()}},
      {"quantization_config", {}},
      {"compression_config", {}},
      {"auto_map", {}},  // the model is code of its own
  };
  return table;
}

void refuse_other_arithmetic(Keys const& keys, std::int64_t hidden_size) {
  for (auto const& [key, harmless] : harmless_values()) {
    Json const* const value = keys.find(key.c_str());
    if (value == nullptr || value->is_null()) continue;
    if (std::find(harmless.begin(), harmless.end(), *value) == harmless.end())
      keys.refuse(key, "changes the model in a way that is not implemented; take another model");
  }
  if (keys.size("embedding_size", hidden_size) != hidden_size)
    keys.refuse("embedding_size", "differs from hidden_size, which is not implemented; take another model");
}

Activation read_activation(Keys const& keys) {
  return keys.choice<Activation>("hidden_act", Activation::gelu,
                                 {{"gelu", Activation::gelu},
                                  {"gelu_python", Activation::gelu},
                                  {"gelu_new", Activation::gelu_tanh},
                                  {"gelu_pytorch_tanh", Activation::gelu_tanh},
                                  {"gelu_python_tanh", Activation::gelu_tanh},
                                  {"relu", Activation::relu},
                                  {"silu", Activation::silu},
                                  {"swish", Activation::silu},
                                  {"tanh", Activation::tanh}});
}

void read_sizes(HfConfig& config, Keys const& keys) {
  config.vocab_size = keys.size("vocab_size", config.architecture == Architecture::bert ? 30522 : 50265);
  config.hidden_size = keys.size("hidden_size", 768);
  config.num_hidden_layers = keys.integer("num_hidden_layers", 12, 1, most_layers);
  config.num_attention_heads = keys.size("num_attention_heads", 12);
  config.intermediate_size = keys.size("intermediate_size", 3072);
  config.max_position_embeddings = keys.size("max_position_embeddings", 512);
  config.type_vocab_size = keys.size("type_vocab_size", 2);
}

void read_numbers(HfConfig& config, Keys const& keys) {
  config.hidden_dropout_prob = keys.probability("hidden_dropout_prob", 0.1);
  config.attention_probs_dropout_prob = keys.probability("attention_probs_dropout_prob", 0.1);
  Json const* const classifier = keys.find("classifier_dropout");
  if (classifier != nullptr && !classifier->is_null())
    config.classifier_dropout = keys.probability("classifier_dropout", 0);
  config.layer_norm_eps = keys.number("layer_norm_eps", 1e-12);
  if (!(config.layer_norm_eps > 0)) keys.refuse("layer_norm_eps", std::string("must be above 0") + take_another);
  config.initializer_range = keys.number("initializer_range", 0.02);
  if (!(config.initializer_range >= 0))
    keys.refuse("initializer_range", std::string("must not be negative") + take_another);
}

void read_padding(HfConfig& config, Keys const& keys) {
  bool const roberta = config.architecture == Architecture::roberta;
  Json const* const value = keys.find("pad_token_id");
  if (value == nullptr || !value->is_null() || roberta)
    config.pad_token_id = keys.integer("pad_token_id", roberta ? 1 : 0, 0, config.vocab_size - 1);
}

void check_together(HfConfig const& config, Keys const& keys, fs::path const& path) {
  if (config.hidden_size % config.num_attention_heads != 0)
    fail_data(path.string() + ": hidden_size = " + std::to_string(config.hidden_size) +
              " is not divisible by num_attention_heads = " + std::to_string(config.num_attention_heads) +
              "; take a config.json that belongs to the weights");
  if (config.max_sequence_length() < 1)
    fail_data(path.string() + ": max_position_embeddings = " + std::to_string(config.max_position_embeddings) +
              " leaves no position behind pad_token_id = " + std::to_string(config.position_offset() - 1) +
              " (RoBERTa starts at pad_token_id + 1); take a config.json that belongs to the weights");
  refuse_other_arithmetic(keys, config.hidden_size);
}

//! The top object; duplicate keys and deep nesting are refused.
Json parse_object(std::string const& text, fs::path const& path) {
  std::set<std::string> seen;
  auto const check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > most_depth)
      fail_data(path.string() + ": nested deeper than 16; take a config.json that transformers wrote");
    if (event == Json::parse_event_t::key && depth == 1 && !seen.insert(parsed.get<std::string>()).second)
      fail_data(path.string() + ": " + parsed.dump() + " is there twice; keep one of them");
    return true;
  };
  try {
    if (text.find('\0') != std::string::npos) fail_data(path.string() + ": holds a zero byte; it is not JSON");
    Json raw = Json::parse(text, check);
    if (raw.is_object()) return raw;
  } catch (Json::exception const&) {
  }
  fail_data(path.string() + ": is not a JSON object; take a config.json that transformers wrote");
}

std::string read_text(fs::path const& path) {
  std::error_code code;
  if (!fs::is_regular_file(path, code))
    fail_usage(path.string() + " does not exist; name a Hugging Face directory with config.json");
  if (auto const bytes = fs::file_size(path, code); !code && bytes > most_bytes)
    fail_data(path.string() + ": is larger than 16 MB, which no config.json is");
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) fail_io("cannot read " + path.string());
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (in.bad()) fail_io("cannot read " + path.string());
  return text;
}

std::pair<int, int> layers_and_width(Preset preset) {
  switch (preset) {
    case Preset::tiny:
      return {2, 128};
    case Preset::small:
      return {4, 512};
    default:
      return {12, 768};
  }
}

}  // namespace

std::int64_t HfConfig::position_offset() const {
  return architecture == Architecture::roberta ? pad_token_id.value() + 1 : 0;
}

std::int64_t HfConfig::max_sequence_length() const { return max_position_embeddings - position_offset(); }

HfConfig parse_hf_config(std::string const& text, fs::path const& path) {
  HfConfig config;
  config.raw = parse_object(text, path);
  Keys const keys(config.raw, path);
  if (keys.find("model_type") == nullptr)
    fail_data(path.string() + ": model_type is missing; add \"bert\" or \"roberta\", whichever the weights are");
  config.architecture = keys.choice<Architecture>("model_type", Architecture::bert,
                                                  {{"bert", Architecture::bert}, {"roberta", Architecture::roberta}});
  read_sizes(config, keys);
  config.hidden_act = read_activation(keys);
  read_numbers(config, keys);
  read_padding(config, keys);
  config.dtype = keys.text(keys.find("dtype") != nullptr ? "dtype" : "torch_dtype");
  check_together(config, keys, path);
  return config;
}

HfConfig read_hf_config(fs::path const& directory) {
  fs::path const path = directory / "config.json";
  return parse_hf_config(read_text(path), path);
}

HfConfig read_hf_config(fs::path const& directory, Preset preset) {
  HfConfig const config = read_hf_config(directory);
  if (preset == Preset::none) return config;
  Json sized = config.raw;
  auto const [layers, width] = layers_and_width(preset);
  sized["num_hidden_layers"] = layers;
  sized["hidden_size"] = width;
  sized["num_attention_heads"] = width / 64;
  sized["intermediate_size"] = 4 * width;
  return parse_hf_config(sized.dump(), directory / "config.json");
}

}  // namespace tartan::model
