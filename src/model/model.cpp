#include <tartan/core/log.hpp>
#include <tartan/model/model.hpp>

#include <cmath>
#include <map>

namespace tartan::model {
namespace {

template <class Draw>
void fill(at::Tensor const& tensor, Key key, Draw const& draw) {
  std::vector<double> draws(static_cast<std::size_t>(tensor.numel()));
  Stream stream(key);
  for (auto& x : draws) x = draw(stream);
  at::NoGradGuard no_grad;
  tensor.detach().copy_(at::from_blob(draws.data(), tensor.sizes(), at::kDouble));
}

std::string stem(std::string const& name) { return name.substr(0, name.rfind('.')); }

using Heads = std::vector<std::pair<std::string, HeadShape>>;

Layout layout_of(HfConfig const& config, Heads const& heads, DecayRule decay) {
  Layout layout;
  add_encoder(layout, config);
  add_mlm_head(layout, config, decay);
  for (auto const& [name, shape] : heads) add_head(layout, name, shape);
  return layout;
}

std::unique_ptr<Model> make_model(HfConfig const& config, Layout const& layout, Precision precision, Kernels kernels,
                                  at::Device device) {
  auto const options = at::TensorOptions(device).dtype(precision == Precision::fp64 ? at::kDouble : at::kFloat);
  return std::make_unique<Model>(Model{Encoder(config, kernels), ParameterSet(layout, options), {}});
}

void start_heads(Model& model, Heads const& heads, StartKeys const& keys) {
  for (auto const& [name, shape] : heads) {
    auto const own = keys.heads.find(name);
    Key const key = own == keys.heads.end() ? keys.body : own->second;
    initialize_head(model.parameters, name, shape, key.with("head").with(name));
  }
}

}  // namespace

void initialize_parameter(ParameterSet& parameters, std::size_t index, double deviation, Key key) {
  std::string const& name = parameters.layout().parameters()[index].name;
  at::Tensor const to = parameters[index].detach();
  bool const norm = name.ends_with("LayerNorm.weight") || name.ends_with("layer_norm.weight");
  if (norm || name.ends_with("bias")) return void(to.fill_(norm ? 1 : 0));
  fill(to, key.with(name), [&](Stream& stream) { return stream.normal() * deviation; });
}

void add_head(Layout& layout, std::string const& name, HeadShape const& shape) {
  layout.begin_segment("head." + name, Owner::task_head, true);
  for (auto const& [part, size] : shape) layout.add(name + "." + part, size);
}

void initialize_head(ParameterSet& parameters, std::string const& name, HeadShape const& shape, Key key) {
  std::map<std::string, double> fan_in;
  for (auto const& [part, size] : shape)
    if (size.size() == 2) fan_in[stem(part)] = static_cast<double>(size[1]);
  for (auto const& [part, size] : shape) {
    double const bound = 1 / std::sqrt(fan_in.at(stem(part)));
    fill(parameters.at(name + "." + part), key.with(part),
         [&](Stream& stream) { return (2 * stream.uniform() - 1) * bound; });
  }
}

std::unique_ptr<Model> open_model(std::filesystem::path const& directory,
                                  std::vector<std::pair<std::string, HeadShape>> const& heads, LoadRules const& rules,
                                  Precision precision, Kernels kernels, at::Device device, StartKeys const& keys,
                                  DecayRule decay) {
  choose_products(precision, device);
  HfConfig const config = read_hf_config(directory);
  Layout const layout = layout_of(config, heads, decay);
  HfWeights const weights(directory, config, rules, layout);
  auto model = make_model(config, layout, precision, kernels, device);
  for (std::size_t const index : weights.missing())
    initialize_parameter(model->parameters, index, config.initializer_range, keys.body);
  model->loaded = weights.copy_into(model->parameters);
  if (!model->loaded.mlm_head) log(directory.string() + " has no masked-LM head: a fresh one is used");
  start_heads(*model, heads, keys);
  return model;
}

std::unique_ptr<Model> fresh_model(HfConfig const& config, Heads const& heads, Precision precision, Kernels kernels,
                                   at::Device device, StartKeys const& keys, DecayRule decay) {
  choose_products(precision, device);
  Layout const layout = layout_of(config, heads, decay);
  auto model = make_model(config, layout, precision, kernels, device);
  log("a fresh encoder of " + std::to_string(config.num_hidden_layers) + " layers, width " +
      std::to_string(config.hidden_size) + "; no weights are read");
  auto const& parameters = layout.parameters();
  for (std::size_t i = 0; i < parameters.size(); ++i)
    if (layout.segments()[parameters[i].segment].owner != Owner::task_head)
      initialize_parameter(model->parameters, i, config.initializer_range, keys.body);
  start_heads(*model, heads, keys);
  return model;
}

}  // namespace tartan::model
