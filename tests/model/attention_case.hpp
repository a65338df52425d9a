#pragma once

#include "kernel_tables.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

namespace tartan::model::testing {

using Lengths = std::vector<std::int64_t>;

inline Lengths starts_of(Lengths const& lengths) {
  Lengths starts{0};
  for (auto const n : lengths) starts.push_back(starts.back() + n);
  return starts;
}

inline Lengths range(std::int64_t first, std::int64_t last) {
  Lengths result;
  for (std::int64_t n = first; n <= last; ++n) result.push_back(n);
  return result;
}

//! context, grad_query, grad_key, grad_value
using AttentionResult = std::vector<at::Tensor>;

//! Random queries, keys and values, laid out as the encoder lays them out: strided.
template <class S>
struct AttentionCase {
  std::int64_t heads, head_size;
  Lengths queries, keys;  //!< lengths of each sequence
  bool causal = false;
  double dropout = 0;
  double spread = 1;  //!< of the queries: large ones give peaked probabilities

  Lengths query_starts = starts_of(queries), key_starts = starts_of(keys);
  std::int64_t width = heads * head_size;
  at::Tensor q = random<S>({query_starts.back(), width + 3}) * spread;
  at::Tensor kv = random<S>({key_starts.back(), 2 * width});
  at::Tensor grad = random<S>({query_starts.back(), width});
  std::vector<std::uint64_t> dropout_keys =
      std::vector<std::uint64_t>(static_cast<std::size_t>(query_starts.back()), 77);
  std::vector<std::uint32_t> places = places_of(query_starts.back());

  static std::vector<std::uint32_t> places_of(std::int64_t count) {
    std::vector<std::uint32_t> result;
    for (std::int64_t t = 0; t < count; ++t) result.push_back(static_cast<std::uint32_t>(3 * t + 1));
    return result;
  }

  DropoutRows rows(std::int64_t stream) const {
    return {static_cast<std::uint32_t>(std::lround(dropout * 65536)), 9, static_cast<std::uint32_t>(stream),
            dropout_keys.data(), places.data()};
  }

  AttentionResult run(KernelTable<S> const& kernels) const {
    auto const options = q.options();
    at::Tensor const context = at::full({q.size(0), width}, 99, options),
                     log_sum = at::empty({heads, q.size(0)}, options);
    at::Tensor const grad_q = at::full({q.size(0), width + 5}, 99, options),
                     grad_kv = at::full({kv.size(0), 2 * width}, 99, options);
    Attention<S> a{};
    a.sequences = static_cast<std::int64_t>(keys.size());
    a.heads = heads;
    a.head_size = head_size;
    a.query_starts = query_starts.data();
    a.key_starts = key_starts.data();
    a.query = data<S>(q);
    a.key = data<S>(kv);
    a.value = a.key + width;
    a.query_stride = q.stride(0);
    a.key_stride = kv.stride(0);
    a.context = data<S>(context);
    a.log_sum = data<S>(log_sum);
    a.causal = causal;
    a.dropout = rows(0);
    kernels.attention_forward(a);
    a.grad_context = data<S>(grad);
    a.grad_query = data<S>(grad_q);
    a.grad_key = data<S>(grad_kv);
    a.grad_value = a.grad_key + width;
    a.grad_query_stride = grad_q.stride(0);
    a.grad_key_stride = grad_kv.stride(0);
    kernels.attention_backward(a);
    return {context, grad_q.narrow(1, 0, width), grad_kv.narrow(1, 0, width), grad_kv.narrow(1, width, width)};
  }

  //! The same by softmax and autograd in double precision.
  AttentionResult reference() const {
    auto const leaf = [](at::Tensor const& x) { return x.to(at::kDouble, false, true).contiguous().requires_grad_(); };
    at::Tensor const qs = leaf(q.narrow(1, 0, width)), ks = leaf(kv.narrow(1, 0, width)),
                     vs = leaf(kv.narrow(1, width, width));
    std::vector<at::Tensor> by_head;
    auto const in_heads = [&](at::Tensor const& x) { return x.split(head_size, 1); };
    auto const q_heads = in_heads(qs), k_heads = in_heads(ks), v_heads = in_heads(vs);
    for (std::size_t h = 0; h < q_heads.size(); ++h)
      by_head.push_back(one_head(q_heads[h], k_heads[h], v_heads[h], static_cast<std::int64_t>(h)));
    at::Tensor const context = at::cat(by_head, 1);
    auto const grads = torch::autograd::grad({context}, {qs, ks, vs}, {grad.to(at::kDouble)});
    return {context.detach(), grads[0], grads[1], grads[2]};
  }

 private:
  at::Tensor one_head(at::Tensor const& qs, at::Tensor const& ks, at::Tensor const& vs, std::int64_t h) const {
    auto const q_parts = qs.split_with_sizes(queries), k_parts = ks.split_with_sizes(keys),
               v_parts = vs.split_with_sizes(keys);
    std::vector<at::Tensor> parts;
    for (std::size_t s = 0; s < keys.size(); ++s) parts.push_back(one(q_parts[s], k_parts[s], v_parts[s], h, s));
    return at::cat(parts);
  }

  at::Tensor one(at::Tensor const& qs, at::Tensor const& ks, at::Tensor const& vs, std::int64_t h,
                 std::size_t s) const {
    at::Tensor scores = at::mm(qs, ks.t()) / std::sqrt(static_cast<double>(head_size));
    if (causal) scores = scores + at::full_like(scores, -std::numeric_limits<double>::infinity()).triu(1);
    at::Tensor p = at::softmax(scores, -1);
    if (dropout > 0) p = p * mask(h, s);
    return at::mm(p, vs);
  }

  at::Tensor mask(std::int64_t h, std::size_t s) const {
    at::Tensor ones = at::ones({queries[s], keys[s]}, at::kDouble);
    DropoutRows mine = rows(h + 1);
    mine.keys += query_starts[s];
    mine.positions += query_starts[s];
    kernels<double>().dropout(queries[s], keys[s], mine, data<double>(ones));
    return ones;
  }
};

}  // namespace tartan::model::testing
