#pragma once

#include <tartan/model/activation.hpp>

#include <cstdint>

// CPU kernels of the encoder, templated on float and double. One source (kernels.inl) is compiled for each instruction
// set; `kernels<S>()` picks the best that this machine has. Pointers are row-major; results do not depend on the number
// of threads.
namespace tartan::model {

//! Keyed dropout of rows. A row's masks depend on its example's key, its position within the example and the site
//! alone, so that they are the same in whatever batch and on whatever rank the example lies.
struct DropoutRows {
  std::uint32_t threshold = 0;               //!< round(p * 65536); 0: off
  std::uint32_t site = 0;                    //!< which dropout of the encoder
  std::uint32_t stream = 0;                  //!< a further part of the key, e.g. the attention head + 1
  std::uint64_t const* keys = nullptr;       // (rows)
  std::uint32_t const* positions = nullptr;  // (rows)
};

//! One attention call: queries against keys of the same sequence.
template <class S>
struct Attention {
  std::int64_t sequences, heads, head_size;
  std::int64_t const* query_starts;  // (sequences + 1)
  std::int64_t const* key_starts;    // (sequences + 1)
  S const* query;                    // (Tq, heads * head_size), rows `query_stride` apart
  S const* key;                      // (Tk, ...), rows `key_stride` apart
  S const* value;                    // (Tk, ...), rows `key_stride` apart
  std::int64_t query_stride, key_stride;
  S* context;           // (Tq, heads * head_size), dense
  S* log_sum;           // (heads, Tq)
  bool causal;          //!< query i sees keys 0..i of its sequence (needs as many queries as keys)
  DropoutRows dropout;  //!< of the probabilities; keys and positions of the queries
  // backward only
  S const* grad_context;  // (Tq, heads * head_size)
  S* grad_query;          // rows `grad_query_stride` apart
  S* grad_key;            // rows `grad_key_stride` apart
  S* grad_value;
  std::int64_t grad_query_stride, grad_key_stride;
};

//! y = norm(residual + dropout(z + bias)) and what its backward needs.
template <class S>
struct ResidualNorm {
  std::int64_t rows, width;
  S const* bias;      // (width) or null
  S const* residual;  // (rows, width) or null
  S const* gamma;     // (width)
  S const* beta;      // (width)
  double eps;
  DropoutRows dropout;
  S* sum;   // (rows, width) in: z; out: residual + dropout(z + bias)
  S* mean;  // (rows)
  S* rstd;  // (rows)
  S* y;     // (rows, width) forward only
  // backward only
  S const* grad_y;
  S* grad_sum;    // (rows, width) gradient of the residual branch
  S* grad_z;      // (rows, width) gradient before dropout; may be grad_sum where dropout is off
  S* grad_bias;   // (width) or null; the four below are added to
  S* grad_gamma;  // (width)
  S* grad_beta;   // (width)
};

template <class S>
struct KernelTable {
  void (*attention_forward)(Attention<S> const&);
  void (*attention_backward)(Attention<S> const&);
  void (*residual_norm_forward)(ResidualNorm<S> const&);
  void (*residual_norm_backward)(ResidualNorm<S> const&);
  //! z += bias in place; a = activation(z).
  void (*bias_activation)(std::int64_t rows, std::int64_t width, S const* bias, Activation kind, S* z, S* a);
  //! grad (in: of a; out: of z); a = activation(z) again; grad_bias += column sums of the result.
  void (*activation_backward)(std::int64_t rows, std::int64_t width, Activation kind, S const* z, S* grad, S* a,
                              S* grad_bias);
  //! out += column sums of x (rows, width).
  void (*add_column_sums)(std::int64_t rows, std::int64_t width, S const* x, S* out);
  //! x *= mask * 1/(1-p), in place.
  void (*dropout)(std::int64_t rows, std::int64_t width, DropoutRows const& rows_of, S* x);
  //! logits (rows, classes) += bias, then become softmax minus one at the target; losses[row] = -log p(target).
  void (*cross_entropy)(std::int64_t rows, std::int64_t classes, S const* bias, std::int64_t const* targets, S* logits,
                        S* losses);
  //! combined += weight * g over [0, n); sums[0] = <g, probe>, sums[1] = <g, g> over [0, probe_n); g becomes 0.
  //! combined = nullptr: the sums alone, g stays.
  void (*absorb)(std::int64_t n, std::int64_t probe_n, double weight, S* g, S const* probe, S* combined, double* sums);
  //! Sum of squares, in double.
  double (*square_sum)(std::int64_t n, S const* x);
  //! Sum of weight[i] x[i]^2, in double.
  double (*weighted_square_sum)(std::int64_t n, S const* x, S const* weight);
  //! out[i] = 1 / (sqrt(max(scale x[i], least)) + eps).
  void (*inverse_root)(std::int64_t n, S const* x, S scale, S least, S eps, S* out);
};

template <class S>
KernelTable<S> const& kernels();

}  // namespace tartan::model
