#include "fast_layer.hpp"

namespace tartan::model {
namespace {

template <class S>
S* data(at::Tensor const& t) {
  return t.data_ptr<S>();
}

}  // namespace

template <class S>
FastLayer<S>::FastLayer(HfConfig const& config, ParameterSet const& parameters, data::TokenStream const& stream,
                        RowPlan const& plan, LayerIndices const& indices, std::int64_t number, bool last)
    : config_(config), p_(parameters), stream_(stream), plan_(plan), w_(indices), number_(number), last_(last) {}

// `count` of the three stretches (query, key, value) from `skip` on, as one matrix or vector
template <class S>
at::Tensor FastLayer<S>::stretch(at::Tensor const& flat, std::size_t first, std::int64_t skip, std::int64_t count,
                                 bool matrix) const {
  std::int64_t const h = config_.hidden_size, one = matrix ? h * h : h;
  std::int64_t const offset = p_.layout().parameters()[first].offset + skip * one;
  return matrix ? ParameterSet::stretch(flat, offset, {count * h, h})
                : ParameterSet::stretch(flat, offset, {count * h});
}

template <class S>
Attention<S> FastLayer<S>::attention(LayerTape const& tape) const {
  Attention<S> a{};
  a.sequences = stream_.num_sequences();
  a.heads = config_.num_attention_heads;
  a.head_size = config_.head_size();
  a.query_starts = last_ ? plan_.query_starts.data() : stream_.sequence_starts.data();
  a.key_starts = stream_.sequence_starts.data();
  a.query = data<S>(tape.query);
  a.key = data<S>(tape.key_value);
  a.value = a.key + config_.hidden_size;
  a.query_stride = tape.query.stride(0);
  a.key_stride = tape.key_value.stride(0);
  a.context = data<S>(tape.context);
  a.log_sum = data<S>(tape.log_sum);
  a.dropout = dropout_rows(plan_, Site::probabilities, number_, config_.attention_probs_dropout_prob, last_);
  return a;
}

template <class S>
ResidualNorm<S> FastLayer<S>::norm(at::Tensor const& sum, at::Tensor const& mean, at::Tensor const& rstd,
                                   std::size_t bias, std::size_t weight, Site site) const {
  ResidualNorm<S> n{};
  n.rows = sum.size(0);
  n.width = config_.hidden_size;
  n.bias = value(bias);
  n.gamma = value(weight);
  n.beta = value(weight + 1);
  n.eps = config_.layer_norm_eps;
  n.dropout = dropout_rows(plan_, site, number_, config_.hidden_dropout_prob, last_);
  n.sum = data<S>(sum);
  n.mean = data<S>(mean);
  n.rstd = data<S>(rstd);
  return n;
}

template <class S>
at::Tensor FastLayer<S>::forward(at::Tensor const& x, LayerTape& tape) const {
  std::int64_t const h = config_.hidden_size;
  at::Tensor const& values = p_.values();
  tape.x = x;
  tape.mine = last_ ? x.index_select(0, borrow(plan_.rows)) : x;
  std::int64_t const rows = tape.mine.size(0);
  if (last_) {
    tape.query = at::addmm(p_[w_.query_bias].detach(), tape.mine, p_[w_.query_weight].detach().t());
    tape.key_value =
        at::addmm(stretch(values, w_.query_bias, 1, 2, false), x, stretch(values, w_.query_weight, 1, 2, true).t());
  } else {
    at::Tensor const qkv =
        at::addmm(stretch(values, w_.query_bias, 0, 3, false), x, stretch(values, w_.query_weight, 0, 3, true).t());
    tape.query = qkv.narrow(1, 0, h);
    tape.key_value = qkv.narrow(1, h, 2 * h);
  }
  tape.context = at::empty({rows, h}, x.options());
  tape.log_sum = at::empty({config_.num_attention_heads, rows}, x.options());
  kernels<S>().attention_forward(attention(tape));

  tape.sum1 = at::mm(tape.context, p_[w_.context_weight].t());
  tape.mean1 = at::empty({rows}, x.options());
  tape.rstd1 = at::empty({rows}, x.options());
  tape.y1 = at::empty({rows, h}, x.options());
  ResidualNorm<S> norm1 =
      norm(tape.sum1, tape.mean1, tape.rstd1, w_.context_bias, w_.norm1_weight, Site::attention_output);
  norm1.residual = data<S>(tape.mine);
  norm1.y = data<S>(tape.y1);
  kernels<S>().residual_norm_forward(norm1);

  tape.inner = at::mm(tape.y1, p_[w_.inner_weight].t());
  at::Tensor const activated = at::empty_like(tape.inner);
  kernels<S>().bias_activation(rows, config_.intermediate_size, value(w_.inner_bias), config_.hidden_act,
                               data<S>(tape.inner), data<S>(activated));
  tape.sum2 = at::mm(activated, p_[w_.outer_weight].t());
  tape.mean2 = at::empty({rows}, x.options());
  tape.rstd2 = at::empty({rows}, x.options());
  at::Tensor y = at::empty({rows, h}, x.options());
  ResidualNorm<S> norm2 = norm(tape.sum2, tape.mean2, tape.rstd2, w_.outer_bias, w_.norm2_weight, Site::layer_output);
  norm2.residual = data<S>(tape.y1);
  norm2.y = data<S>(y);
  kernels<S>().residual_norm_forward(norm2);
  return y;
}

template <class S>
at::Tensor FastLayer<S>::backward(LayerTape& tape, at::Tensor grad_y) const {
  std::int64_t const rows = tape.mine.size(0);
  at::Tensor grad_y1 = at::empty_like(tape.y1);  // the residual branch first
  ResidualNorm<S> norm2 = norm(tape.sum2, tape.mean2, tape.rstd2, w_.outer_bias, w_.norm2_weight, Site::layer_output);
  norm2.grad_y = data<S>(grad_y);
  norm2.grad_sum = data<S>(grad_y1);
  norm2.grad_z = data<S>(grad_y);
  norm2.grad_bias = gradient(w_.outer_bias);
  norm2.grad_gamma = gradient(w_.norm2_weight);
  norm2.grad_beta = gradient(w_.norm2_bias);
  kernels<S>().residual_norm_backward(norm2);

  at::Tensor const grad_inner = at::mm(grad_y, p_[w_.outer_weight]);
  at::Tensor const activated = at::empty_like(tape.inner);
  kernels<S>().activation_backward(rows, config_.intermediate_size, config_.hidden_act, data<S>(tape.inner),
                                   data<S>(grad_inner), data<S>(activated), gradient(w_.inner_bias));
  p_.gradient(w_.outer_weight).addmm_(grad_y.t(), activated);
  p_.gradient(w_.inner_weight).addmm_(grad_inner.t(), tape.y1);
  grad_y1.addmm_(grad_inner, p_[w_.inner_weight]);

  at::Tensor grad_sum = at::empty_like(tape.y1);
  ResidualNorm<S> norm1 =
      norm(tape.sum1, tape.mean1, tape.rstd1, w_.context_bias, w_.norm1_weight, Site::attention_output);
  norm1.grad_y = data<S>(grad_y1);
  norm1.grad_sum = data<S>(grad_sum);
  norm1.grad_z = data<S>(grad_y1);
  norm1.grad_bias = gradient(w_.context_bias);
  norm1.grad_gamma = gradient(w_.norm1_weight);
  norm1.grad_beta = gradient(w_.norm1_bias);
  kernels<S>().residual_norm_backward(norm1);
  p_.gradient(w_.context_weight).addmm_(grad_y1.t(), tape.context);
  return attention_backward(tape, at::mm(grad_y1, p_[w_.context_weight]), grad_sum);
}

template <class S>
at::Tensor FastLayer<S>::attention_backward(LayerTape& tape, at::Tensor const& grad_context,
                                            at::Tensor const& grad_sum) const {
  std::int64_t const h = config_.hidden_size, tokens = tape.x.size(0);
  at::Tensor const& values = p_.values();
  at::Tensor const& gradients = p_.bound();
  at::Tensor const grad_all = at::empty({tokens, last_ ? 2 * h : 3 * h}, tape.x.options());
  at::Tensor const grad_query = last_ ? at::empty_like(tape.mine) : grad_all.narrow(1, 0, h);
  at::Tensor const grad_kv = last_ ? grad_all : grad_all.narrow(1, h, 2 * h);
  Attention<S> a = attention(tape);
  a.grad_context = data<S>(grad_context);
  a.grad_query = data<S>(grad_query);
  a.grad_key = data<S>(grad_kv);
  a.grad_value = a.grad_key + h;
  a.grad_query_stride = grad_query.stride(0);
  a.grad_key_stride = grad_kv.stride(0);
  kernels<S>().attention_backward(a);

  if (!last_) {
    kernels<S>().add_column_sums(tokens, 3 * h, data<S>(grad_all),
                                 data<S>(stretch(gradients, w_.query_bias, 0, 3, false)));
    stretch(gradients, w_.query_weight, 0, 3, true).addmm_(grad_all.t(), tape.x);
    return grad_sum.addmm_(grad_all, stretch(values, w_.query_weight, 0, 3, true));
  }
  kernels<S>().add_column_sums(tape.mine.size(0), h, data<S>(grad_query), gradient(w_.query_bias));
  kernels<S>().add_column_sums(tokens, 2 * h, data<S>(grad_all),
                               data<S>(stretch(gradients, w_.query_bias, 1, 2, false)));
  p_.gradient(w_.query_weight).addmm_(grad_query.t(), tape.mine);
  stretch(gradients, w_.query_weight, 1, 2, true).addmm_(grad_all.t(), tape.x);
  at::Tensor grad_x = at::mm(grad_all, stretch(values, w_.query_weight, 1, 2, true));
  grad_sum.addmm_(grad_query, p_[w_.query_weight]);
  return grad_x.index_add_(0, borrow(plan_.rows), grad_sum);
}

template class FastLayer<float>;
template class FastLayer<double>;

}  // namespace tartan::model
