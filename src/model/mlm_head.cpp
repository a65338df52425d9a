#include "activate.hpp"
#include "encoder_parameters.hpp"
#include "row_plan.hpp"
#include "vocabulary_loss.hpp"

#include <tartan/model/mlm_head.hpp>

namespace tartan::model {
namespace {

struct Names {
  std::string dense, norm, bias;
};

Names names(HfConfig const& c) {
  if (c.architecture == Architecture::bert)
    return {"cls.predictions.transform.dense.", "cls.predictions.transform.LayerNorm.", "cls.predictions.bias"};
  return {"lm_head.dense.", "lm_head.layer_norm.", "lm_head.bias"};
}

//! RobertaLMHead does not read hidden_act.
Activation activation_of(HfConfig const& c) {
  return c.architecture == Architecture::roberta ? Activation::gelu : c.hidden_act;
}

//! What the decoder sees: (R, hidden)
at::Tensor transform(HfConfig const& c, ParameterSet const& p, at::Tensor const& rows) {
  Names const n = names(c);
  at::Tensor const x =
      activate(at::addmm(p.at(n.dense + "bias"), rows, p.at(n.dense + "weight").t()), activation_of(c));
  return at::layer_norm(x, {c.hidden_size}, p.at(n.norm + "weight"), p.at(n.norm + "bias"), c.layer_norm_eps);
}

std::size_t word_index(Encoder const& encoder, ParameterSet const& p) {
  return p.layout().index_of(encoder_prefix(encoder.config()) + "embeddings.word_embeddings.weight");
}

}  // namespace

void add_mlm_head(Layout& layout, HfConfig const& c, DecayRule rule) {
  Names const n = names(c);
  bool const norm_decayed = rule == DecayRule::published && !n.norm.ends_with("LayerNorm.");
  layout.begin_segment("mlm_head.decayed", Owner::mlm_head, true);
  layout.add(n.dense + "weight", {c.hidden_size, c.hidden_size});
  if (norm_decayed) layout.add(n.norm + "weight", {c.hidden_size});
  layout.begin_segment("mlm_head.undecayed", Owner::mlm_head, false);
  layout.add(n.dense + "bias", {c.hidden_size});
  if (!norm_decayed) layout.add(n.norm + "weight", {c.hidden_size});
  layout.add(n.norm + "bias", {c.hidden_size});
  layout.add(n.bias, {c.vocab_size});
}

at::Tensor mlm_logits(Encoder const& encoder, ParameterSet const& p, at::Tensor const& rows) {
  at::Tensor const x = transform(encoder.config(), p, rows);
  return at::addmm(p.at(names(encoder.config()).bias), x, p[word_index(encoder, p)].t());
}

at::Tensor mlm_loss(Encoder const& encoder, ParameterSet& p, at::Tensor const& rows,
                    std::vector<std::int64_t> const& targets) {
  if (targets.empty()) return rows.sum();  // of nothing: 0, and a graph
  if (encoder.uses_fast(p)) {
    std::size_t const bias = p.layout().index_of(names(encoder.config()).bias);
    return vocabulary_loss(p, transform(encoder.config(), p, rows), word_index(encoder, p), bias, targets);
  }
  std::size_t const word = word_index(encoder, p);
  at::Tensor const decoder = p.gradient(word).defined() ? p[word] : p[word].detach();
  at::Tensor const logits =
      at::addmm(p.at(names(encoder.config()).bias), transform(encoder.config(), p, rows), decoder.t());
  at::Tensor const expected = borrow(targets).clone().to(rows.device());  // the graph may outlive `targets`
  return at::cross_entropy_loss(logits, expected, {}, at::Reduction::Sum);
}

}  // namespace tartan::model
