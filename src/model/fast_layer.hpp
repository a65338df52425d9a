#pragma once

#include "encoder_paths.hpp"

#include <ATen/ATen.h>

#include <vector>

namespace tartan::model {

//! What a layer's backward needs. T tokens, R rows that the layer computes (all, but in the last layer), H hidden, I
//! inner.
struct LayerTape {
  at::Tensor x;                       // (T, H) input
  at::Tensor mine;                    // (R, H) input at the rows; x itself but in the last layer
  at::Tensor query;                   // (R, H), a view of qkv (T, 3H) but in the last layer
  at::Tensor key_value;               // (T, 2H), likewise
  at::Tensor log_sum;                 // (heads, R)
  at::Tensor context;                 // (R, H)
  at::Tensor sum1, mean1, rstd1, y1;  // (R, H), (R), (R), (R, H)
  at::Tensor inner;                   // (R, I) before the activation
  at::Tensor sum2, mean2, rstd2;
};

//! One encoder layer on own kernels; reads values and adds to the gradients bound to the parameter set.
template <class S>
class FastLayer {
 public:
  FastLayer(HfConfig const& config, ParameterSet const& parameters, data::TokenStream const& stream,
            RowPlan const& plan, LayerIndices const& indices, std::int64_t number, bool last);

  at::Tensor forward(at::Tensor const& x, LayerTape& tape) const;  // (T, H) -> (R, H)
  at::Tensor backward(LayerTape& tape, at::Tensor grad_y) const;   // (R, H) -> (T, H); grad_y is overwritten

 private:
  Attention<S> attention(LayerTape const& tape) const;
  ResidualNorm<S> norm(at::Tensor const& sum, at::Tensor const& mean, at::Tensor const& rstd, std::size_t bias,
                       std::size_t weight, Site site) const;
  at::Tensor attention_backward(LayerTape& tape, at::Tensor const& grad_context, at::Tensor const& grad_sum) const;
  at::Tensor stretch(at::Tensor const& flat, std::size_t first, std::int64_t skip, std::int64_t count,
                     bool matrix) const;
  S const* value(std::size_t index) const { return p_[index].data_ptr<S>(); }
  S* gradient(std::size_t index) const { return p_.gradient(index).data_ptr<S>(); }

  HfConfig const& config_;
  ParameterSet const& p_;
  data::TokenStream const& stream_;
  RowPlan const& plan_;
  LayerIndices const& w_;
  std::int64_t number_;
  bool last_;
};

}  // namespace tartan::model
