#include "activate.hpp"
#include "dropout_mask.hpp"
#include "encoder_paths.hpp"

#include <tartan/core/error.hpp>

#include <cmath>

namespace tartan::model {
namespace {

//! Attention of one layer on a padded copy: where each packed row lies in (sequences, longest).
struct Padding {
  at::Tensor index;  // (rows) flat place in the padded tensor
  std::int64_t longest;

  Padding(std::vector<std::int64_t> const& starts, at::Device device) : longest(0) {
    std::size_t const sequences = starts.size() - 1;
    for (std::size_t s = 0; s < sequences; ++s) longest = std::max(longest, starts[s + 1] - starts[s]);
    std::vector<std::int64_t> places;
    for (std::size_t s = 0; s < sequences; ++s)
      for (std::int64_t i = 0; i < starts[s + 1] - starts[s]; ++i)
        places.push_back(static_cast<std::int64_t>(s) * longest + i);
    index = borrow(places).clone().to(device);
  }
};

class PlainPass {
 public:
  PlainPass(HfConfig const& config, ParameterSet const& parameters, data::TokenStream const& stream,
            RowPlan const& plan)
      : config_(config),
        p_(parameters),
        stream_(stream),
        plan_(plan),
        device_(parameters.values().device()),
        where_(find_encoder(parameters.layout(), config)) {}

  at::Tensor embed() const {
    at::Tensor x = words() + at::embedding(p_[where_.position], move(stream_.positions) + config_.position_offset());
    at::Tensor const types = stream_.segments.empty()
                                 ? at::zeros({stream_.num_tokens()}, at::TensorOptions(device_).dtype(at::kLong))
                                 : move(stream_.segments);
    x = x + at::embedding(p_[where_.type], types);
    return drop(norm(x, where_.norm_weight, where_.norm_bias), Site::embeddings, 0, config_.hidden_dropout_prob, false);
  }

  //! Output at the plan's rows where `last`, else at all tokens.
  at::Tensor layer(at::Tensor const& x, std::int64_t number, bool last) const {
    LayerIndices const& w = where_.layers[static_cast<std::size_t>(number)];
    at::Tensor const mine = last ? x.index_select(0, move(plan_.rows)) : x;
    at::Tensor const context = attend(mine, x, w, number, last);
    at::Tensor const a = drop(linear(context, w.context_weight, w.context_bias), Site::attention_output, number,
                              config_.hidden_dropout_prob, last);
    at::Tensor const y = norm(mine + a, w.norm1_weight, w.norm1_bias);
    at::Tensor const inner = activate(linear(y, w.inner_weight, w.inner_bias), config_.hidden_act);
    at::Tensor const f = drop(linear(inner, w.outer_weight, w.outer_bias), Site::layer_output, number,
                              config_.hidden_dropout_prob, last);
    return norm(y + f, w.norm2_weight, w.norm2_bias);
  }

 private:
  at::Tensor words() const {
    at::Tensor const x = at::embedding(p_[where_.word], move(stream_.tokens));
    if (!plan_.noise.defined()) return x;
    std::vector<std::int64_t> const noised(plan_.noised.begin(), plan_.noised.end());
    return at::where(move(noised).to(at::kBool).unsqueeze(1), x.detach(), x) + plan_.noise;
  }
  at::Tensor move(std::vector<std::int64_t> const& values) const { return borrow(values).clone().to(device_); }
  at::Tensor linear(at::Tensor const& x, std::size_t weight, std::size_t bias) const {
    return at::addmm(p_[bias], x, p_[weight].t());
  }
  at::Tensor norm(at::Tensor const& x, std::size_t weight, std::size_t bias) const {
    return at::layer_norm(x, {config_.hidden_size}, p_[weight], p_[bias], config_.layer_norm_eps);
  }

  at::Tensor drop(at::Tensor const& x, Site site, std::int64_t number, double probability, bool last) const {
    DropoutRows const rows = dropout_rows(plan_, site, number, probability, last);
    return rows.threshold == 0 ? x : x * dropout_mask(x.sizes(), rows, x.options());
  }

  at::Tensor project(at::Tensor const& x, std::size_t first_weight, std::size_t first_bias, std::size_t which) const {
    return linear(x, first_weight + which, first_bias + which);  // query, key and value follow each other
  }

  //! (rows, hidden) -> (sequences, heads, longest, head_size)
  at::Tensor pad(at::Tensor const& x, Padding const& padding) const {
    std::int64_t const s = stream_.num_sequences(), h = config_.num_attention_heads, d = config_.head_size();
    at::Tensor const zeros = at::zeros({s * padding.longest, h * d}, x.options());
    return at::index_copy(zeros, 0, padding.index, x).view({s, padding.longest, h, d}).transpose(1, 2);
  }

  at::Tensor attend(at::Tensor const& mine, at::Tensor const& all, LayerIndices const& w, std::int64_t number,
                    bool last) const {
    std::int64_t const s = stream_.num_sequences(), h = config_.num_attention_heads, d = config_.head_size();
    Padding const keys(stream_.sequence_starts, device_);
    Padding const queries(last ? plan_.query_starts : stream_.sequence_starts, device_);
    at::Tensor const q = pad(project(mine, w.query_weight, w.query_bias, 0), queries);
    at::Tensor const k = pad(project(all, w.query_weight, w.query_bias, 1), keys);
    at::Tensor const v = pad(project(all, w.query_weight, w.query_bias, 2), keys);
    at::Tensor const absent = at::ones({s * keys.longest}, q.options().dtype(at::kBool))
                                  .index_fill(0, keys.index, 0)
                                  .view({s, 1, 1, keys.longest});
    at::Tensor scores = at::matmul(q, k.transpose(2, 3)) * (1 / std::sqrt(static_cast<double>(d)));
    at::Tensor probabilities = at::softmax(scores.masked_fill(absent, -std::numeric_limits<double>::infinity()), -1);
    DropoutRows rows = dropout_rows(plan_, Site::probabilities, number, config_.attention_probs_dropout_prob, last);
    if (rows.threshold != 0) probabilities = probabilities * probability_mask(rows, queries, keys);
    at::Tensor const context = at::matmul(probabilities, v).transpose(1, 2).reshape({s * queries.longest, h * d});
    return context.index_select(0, queries.index);
  }

  at::Tensor probability_mask(DropoutRows rows, Padding const& queries, Padding const& keys) const {
    std::int64_t const s = stream_.num_sequences(), h = config_.num_attention_heads;
    std::vector<at::Tensor> heads;
    for (std::int64_t head = 0; head < h; ++head) {
      rows.stream = static_cast<std::uint32_t>(head) + 1;
      at::Tensor const full = at::zeros({s * queries.longest, keys.longest}, p_.values().options());
      at::Tensor const mine = dropout_mask({queries.index.size(0), keys.longest}, rows, p_.values().options());
      heads.push_back(full.index_copy(0, queries.index, mine).view({s, queries.longest, keys.longest}));
    }
    return at::stack(heads, 1);
  }

  HfConfig const& config_;
  ParameterSet const& p_;
  data::TokenStream const& stream_;
  RowPlan const& plan_;
  at::Device device_;
  EncoderIndices where_;
};

}  // namespace

at::Tensor forward_plain(HfConfig const& config, ParameterSet const& parameters, data::TokenStream const& stream,
                         RowPlan const& plan, std::vector<at::Tensor>* hidden_states) {
  PlainPass const pass(config, parameters, stream, plan);
  at::Tensor x = pass.embed();
  if (hidden_states != nullptr) hidden_states->push_back(x);
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i) {
    x = pass.layer(x, i, i + 1 == config.num_hidden_layers);
    if (hidden_states != nullptr) hidden_states->push_back(x);
  }
  return x;
}

}  // namespace tartan::model
