#include "fast_embeddings.hpp"

#include <ATen/Parallel.h>

namespace tartan::model {
namespace {

template <class S>
ResidualNorm<S> norm_of(HfConfig const& config, ParameterSet const& p, EncoderIndices const& where,
                        EmbeddingTape& tape) {
  ResidualNorm<S> n{};
  n.rows = tape.sum.size(0);
  n.width = config.hidden_size;
  n.gamma = p[where.norm_weight].data_ptr<S>();
  n.beta = p[where.norm_bias].data_ptr<S>();
  n.eps = config.layer_norm_eps;
  n.sum = tape.sum.data_ptr<S>();
  n.mean = tape.mean.data_ptr<S>();
  n.rstd = tape.rstd.data_ptr<S>();
  return n;
}

std::int64_t type_of(data::TokenStream const& stream, std::size_t t) {
  return stream.segments.empty() ? 0 : stream.segments[t];
}

}  // namespace

template <class S>
at::Tensor embed_forward(HfConfig const& config, ParameterSet const& p, EncoderIndices const& where,
                         data::TokenStream const& stream, RowPlan const& plan, EmbeddingTape& tape) {
  std::int64_t const tokens = stream.num_tokens(), h = config.hidden_size;
  tape.sum = at::empty({tokens, h}, p.values().options());
  tape.mean = at::empty({tokens}, p.values().options());
  tape.rstd = at::empty({tokens}, p.values().options());
  S const *const word = p[where.word].data_ptr<S>(), *const place = p[where.position].data_ptr<S>(),
                 *const type = p[where.type].data_ptr<S>();
  S const* const noise = plan.noise.defined() ? plan.noise.const_data_ptr<S>() : nullptr;
  S* const sum = tape.sum.data_ptr<S>();
  at::parallel_for(0, tokens, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t t = begin; t < end; ++t) {
      auto const i = static_cast<std::size_t>(t);
      S const* const w = word + stream.tokens[i] * h;
      S const* const q = place + (stream.positions[i] + config.position_offset()) * h;
      S const* const s = type + type_of(stream, i) * h;
      for (std::int64_t j = 0; j < h; ++j) sum[t * h + j] = w[j] + q[j] + s[j];
      if (noise != nullptr)
        for (std::int64_t j = 0; j < h; ++j) sum[t * h + j] += noise[t * h + j];
    }
  });
  at::Tensor y = at::empty_like(tape.sum);
  ResidualNorm<S> n = norm_of<S>(config, p, where, tape);
  n.y = y.data_ptr<S>();
  kernels<S>().residual_norm_forward(n);
  kernels<S>().dropout(tokens, h, dropout_rows(plan, Site::embeddings, 0, config.hidden_dropout_prob, false),
                       y.data_ptr<S>());
  return y;
}

template <class S>
void embed_backward(HfConfig const& config, ParameterSet const& p, EncoderIndices const& where,
                    data::TokenStream const& stream, RowPlan const& plan, EmbeddingTape& tape, at::Tensor const& grad) {
  std::int64_t const tokens = stream.num_tokens(), h = config.hidden_size;
  kernels<S>().dropout(tokens, h, dropout_rows(plan, Site::embeddings, 0, config.hidden_dropout_prob, false),
                       grad.data_ptr<S>());
  ResidualNorm<S> n = norm_of<S>(config, p, where, tape);
  n.grad_y = n.grad_sum = n.grad_z = grad.data_ptr<S>();
  n.grad_gamma = p.gradient(where.norm_weight).data_ptr<S>();
  n.grad_beta = p.gradient(where.norm_bias).data_ptr<S>();
  kernels<S>().residual_norm_backward(n);
  S *const word = p.gradient(where.word).data_ptr<S>(), *const place = p.gradient(where.position).data_ptr<S>(),
           *const type = p.gradient(where.type).data_ptr<S>();
  S const* const g = grad.data_ptr<S>();
  at::parallel_for(0, h, 64, [&](std::int64_t begin, std::int64_t end) {  // columns apart: tokens may repeat
    for (std::int64_t t = 0; t < tokens; ++t) {
      auto const i = static_cast<std::size_t>(t);
      bool const learns = plan.noised.empty() || !plan.noised[i];
      S* const w = word + stream.tokens[i] * h;
      S* const q = place + (stream.positions[i] + config.position_offset()) * h;
      S* const s = type + type_of(stream, i) * h;
      for (std::int64_t j = begin; j < end; ++j) {
        S const x = g[t * h + j];
        if (learns) w[j] += x;
        q[j] += x;
        s[j] += x;
      }
    }
  });
}

template at::Tensor embed_forward<float>(HfConfig const&, ParameterSet const&, EncoderIndices const&,
                                         data::TokenStream const&, RowPlan const&, EmbeddingTape&);
template at::Tensor embed_forward<double>(HfConfig const&, ParameterSet const&, EncoderIndices const&,
                                          data::TokenStream const&, RowPlan const&, EmbeddingTape&);
template void embed_backward<float>(HfConfig const&, ParameterSet const&, EncoderIndices const&,
                                    data::TokenStream const&, RowPlan const&, EmbeddingTape&, at::Tensor const&);
template void embed_backward<double>(HfConfig const&, ParameterSet const&, EncoderIndices const&,
                                     data::TokenStream const&, RowPlan const&, EmbeddingTape&, at::Tensor const&);

}  // namespace tartan::model
