// Kernels that work row by row. Sums over rows (gradients of biases and norms) are formed in a fixed number of chunks
// and then added in order, so that the number of threads does not show.
namespace {

constexpr std::int64_t chunks = 32;

inline std::int64_t chunk_begin(std::int64_t rows, std::int64_t chunk) { return rows * chunk / chunks; }

//! to[j] += sum over chunks of partial[chunk * stride + j]
template <class S>
inline void add_partials(std::int64_t width, std::int64_t stride, S const* partial, S* to) {
  for (std::int64_t c = 0; c < chunks; ++c)
    for (std::int64_t j = 0; j < width; ++j) to[j] += partial[c * stride + j];
}

template <class S>
inline void norm_row(std::int64_t n, double eps, S const* x, S& mean, S& rstd) {
  S sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 0; j < n; ++j) sum += x[j];
  S const m = sum / static_cast<S>(n);
#pragma omp simd reduction(+ : squares)
  for (std::int64_t j = 0; j < n; ++j) squares += (x[j] - m) * (x[j] - m);
  mean = m;
  rstd = static_cast<S>(1.0 / std::sqrt(static_cast<double>(squares) / static_cast<double>(n) + eps));
}

template <class S>
void residual_norm_forward(ResidualNorm<S> const& a) {
  std::int64_t const n = a.width;
#pragma omp parallel
  {
    Scratch bits;
    auto* const draws = bits.get<std::uint16_t>(round_up(n, group_draws));
#pragma omp for schedule(static)
    for (std::int64_t i = 0; i < a.rows; ++i) {
      S* const x = a.sum + i * n;
      if (a.bias != nullptr)
        for (std::int64_t j = 0; j < n; ++j) x[j] += a.bias[j];
      if (a.dropout.threshold != 0) drop_row(a.dropout, i, n, draws, x);
      if (a.residual != nullptr)
        for (std::int64_t j = 0; j < n; ++j) x[j] += a.residual[i * n + j];
      S mean, rstd;
      norm_row(n, a.eps, x, mean, rstd);
      a.mean[i] = mean;
      a.rstd[i] = rstd;
      S* const y = a.y + i * n;
      for (std::int64_t j = 0; j < n; ++j) y[j] = (x[j] - mean) * rstd * a.gamma[j] + a.beta[j];
    }
  }
}

template <class S>
void residual_norm_backward(ResidualNorm<S> const& a) {
  std::int64_t const n = a.width, stride = round_up(n, lanes<S>);
  Scratch partials;
  S* const partial = partials.get<S>(3 * chunks * stride);
  S *const pgamma = partial, *const pbeta = partial + chunks * stride, *const pbias = partial + 2 * chunks * stride;
  std::memset(partial, 0, static_cast<std::size_t>(3 * chunks * stride) * sizeof(S));
#pragma omp parallel
  {
    Scratch bits;
    auto* const draws = bits.get<std::uint16_t>(round_up(n, group_draws));
#pragma omp for schedule(static)
    for (std::int64_t c = 0; c < chunks; ++c) {
      S *const gg = pgamma + c * stride, *const gb = pbeta + c * stride, *const gz = pbias + c * stride;
      for (std::int64_t i = chunk_begin(a.rows, c); i < chunk_begin(a.rows, c + 1); ++i) {
        S const *const dy = a.grad_y + i * n, *const x = a.sum + i * n;
        S *const ds = a.grad_sum + i * n, *const dz = a.grad_z + i * n;
        S const mean = a.mean[i], rstd = a.rstd[i];
        S s1 = 0, s2 = 0;
#pragma omp simd reduction(+ : s1, s2)
        for (std::int64_t j = 0; j < n; ++j) {
          S const hat = (x[j] - mean) * rstd, g = dy[j] * a.gamma[j];
          s1 += g;
          s2 += g * hat;
          gg[j] += dy[j] * hat;
          gb[j] += dy[j];
        }
        s1 /= static_cast<S>(n);
        s2 /= static_cast<S>(n);
        for (std::int64_t j = 0; j < n; ++j) ds[j] = rstd * (dy[j] * a.gamma[j] - s1 - (x[j] - mean) * rstd * s2);
        if (dz != ds) std::memcpy(dz, ds, static_cast<std::size_t>(n) * sizeof(S));
        if (a.dropout.threshold != 0) drop_row(a.dropout, i, n, draws, dz);
        if (a.grad_bias != nullptr)
          for (std::int64_t j = 0; j < n; ++j) gz[j] += dz[j];
      }
    }
  }
  add_partials(n, stride, pgamma, a.grad_gamma);
  add_partials(n, stride, pbeta, a.grad_beta);
  if (a.grad_bias != nullptr) add_partials(n, stride, pbias, a.grad_bias);
}

template <Activation kind, class S>
inline S activate(S x) {
  if constexpr (kind == Activation::gelu) return S(0.5) * x * (S(1) + erf_of(x * S(0.70710678118654752440)));
  if constexpr (kind == Activation::gelu_tanh)
    return S(0.5) * x * (S(1) + tanh_of(S(0.79788456080286535588) * (x + S(0.044715) * x * x * x)));
  if constexpr (kind == Activation::relu) return x > S(0) ? x : S(0);
  if constexpr (kind == Activation::silu) return x / (S(1) + exp_of(-x));
  if constexpr (kind == Activation::tanh) return tanh_of(x);
}

//! value and slope at x
template <Activation kind, class S>
inline S slope(S x, S& value) {
  if constexpr (kind == Activation::gelu) {
    S const cdf = S(0.5) * (S(1) + erf_of(x * S(0.70710678118654752440)));
    value = x * cdf;
    return cdf + x * S(0.39894228040143267794) * exp_of(S(-0.5) * x * x);
  } else if constexpr (kind == Activation::gelu_tanh) {
    S const c = S(0.79788456080286535588), a = S(0.044715);
    S const t = tanh_of(c * (x + a * x * x * x));
    value = S(0.5) * x * (S(1) + t);
    return S(0.5) * (S(1) + t) + S(0.5) * x * (S(1) - t * t) * c * (S(1) + S(3) * a * x * x);
  } else if constexpr (kind == Activation::relu) {
    value = x > S(0) ? x : S(0);
    return x > S(0) ? S(1) : S(0);
  } else if constexpr (kind == Activation::silu) {
    S const s = S(1) / (S(1) + exp_of(-x));
    value = x * s;
    return s * (S(1) + x * (S(1) - s));
  } else {
    value = tanh_of(x);
    return S(1) - value * value;
  }
}

template <Activation kind, class S>
inline void bias_activation_as(std::int64_t rows, std::int64_t width, S const* bias, S* z, S* a) {
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < rows; ++i) {
    S *const zi = z + i * width, *const ai = a + i * width;
#pragma omp simd
    for (std::int64_t j = 0; j < width; ++j) {
      S const x = zi[j] + bias[j];
      zi[j] = x;
      ai[j] = activate<kind>(x);
    }
  }
}

template <Activation kind, class S>
inline void activation_backward_as(std::int64_t rows, std::int64_t width, S const* z, S* grad, S* a, S* grad_bias) {
  std::int64_t const stride = round_up(width, lanes<S>);
  Scratch partials;
  S* const partial = partials.get<S>(chunks * stride);
  std::memset(partial, 0, static_cast<std::size_t>(chunks * stride) * sizeof(S));
#pragma omp parallel for schedule(static)
  for (std::int64_t c = 0; c < chunks; ++c) {
    S* const gb = partial + c * stride;
    for (std::int64_t i = chunk_begin(rows, c); i < chunk_begin(rows, c + 1); ++i) {
      S const* const zi = z + i * width;
      S *const gi = grad + i * width, *const ai = a + i * width;
#pragma omp simd
      for (std::int64_t j = 0; j < width; ++j) {
        S value;
        S const g = gi[j] * slope<kind>(zi[j], value);
        ai[j] = value;
        gi[j] = g;
        gb[j] += g;
      }
    }
  }
  add_partials(width, stride, partial, grad_bias);
}

template <class S>
void bias_activation(std::int64_t rows, std::int64_t width, S const* bias, Activation kind, S* z, S* a) {
  switch (kind) {
    case Activation::gelu:
      return bias_activation_as<Activation::gelu>(rows, width, bias, z, a);
    case Activation::gelu_tanh:
      return bias_activation_as<Activation::gelu_tanh>(rows, width, bias, z, a);
    case Activation::relu:
      return bias_activation_as<Activation::relu>(rows, width, bias, z, a);
    case Activation::silu:
      return bias_activation_as<Activation::silu>(rows, width, bias, z, a);
    case Activation::tanh:
      return bias_activation_as<Activation::tanh>(rows, width, bias, z, a);
  }
}

template <class S>
void activation_backward(std::int64_t rows, std::int64_t width, Activation kind, S const* z, S* grad, S* a,
                         S* grad_bias) {
  switch (kind) {
    case Activation::gelu:
      return activation_backward_as<Activation::gelu>(rows, width, z, grad, a, grad_bias);
    case Activation::gelu_tanh:
      return activation_backward_as<Activation::gelu_tanh>(rows, width, z, grad, a, grad_bias);
    case Activation::relu:
      return activation_backward_as<Activation::relu>(rows, width, z, grad, a, grad_bias);
    case Activation::silu:
      return activation_backward_as<Activation::silu>(rows, width, z, grad, a, grad_bias);
    case Activation::tanh:
      return activation_backward_as<Activation::tanh>(rows, width, z, grad, a, grad_bias);
  }
}

template <class S>
void add_column_sums(std::int64_t rows, std::int64_t width, S const* x, S* out) {
  std::int64_t const stride = round_up(width, lanes<S>);
  Scratch partials;
  S* const partial = partials.get<S>(chunks * stride);
  std::memset(partial, 0, static_cast<std::size_t>(chunks * stride) * sizeof(S));
#pragma omp parallel for schedule(static)
  for (std::int64_t c = 0; c < chunks; ++c)
    for (std::int64_t i = chunk_begin(rows, c); i < chunk_begin(rows, c + 1); ++i)
      for (std::int64_t j = 0; j < width; ++j) partial[c * stride + j] += x[i * width + j];
  add_partials(width, stride, partial, out);
}

template <class S>
void dropout(std::int64_t rows, std::int64_t width, DropoutRows const& rows_of, S* x) {
  if (rows_of.threshold == 0) return;
#pragma omp parallel
  {
    Scratch bits;
    auto* const draws = bits.get<std::uint16_t>(round_up(width, group_draws));
#pragma omp for schedule(static)
    for (std::int64_t i = 0; i < rows; ++i) drop_row(rows_of, i, width, draws, x + i * width);
  }
}

template <class S>
void cross_entropy(std::int64_t rows, std::int64_t classes, S const* bias, std::int64_t const* targets, S* logits,
                   S* losses) {
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < rows; ++i) {
    S* const x = logits + i * classes;
    S most = x[0] + bias[0], sum = 0;
#pragma omp simd reduction(max : most)
    for (std::int64_t j = 0; j < classes; ++j) {
      x[j] += bias[j];
      most = x[j] > most ? x[j] : most;
    }
    S const expected = x[targets[i]];
#pragma omp simd reduction(+ : sum)
    for (std::int64_t j = 0; j < classes; ++j) {
      x[j] = exp_of(x[j] - most);
      sum += x[j];
    }
    S const inverse = S(1) / sum;
    for (std::int64_t j = 0; j < classes; ++j) x[j] *= inverse;
    x[targets[i]] -= S(1);
    losses[i] = most + static_cast<S>(std::log(static_cast<double>(sum))) - expected;
  }
}

constexpr std::int64_t sweep = 8192;

template <class S>
void absorb(std::int64_t n, std::int64_t probe_n, double weight, S* g, S const* probe, S* combined, double* sums) {
  std::int64_t const pieces = (n + sweep - 1) / sweep;
  Scratch partials;
  double* const partial = partials.get<double>(2 * max_of(pieces, 1));
  S const w = static_cast<S>(weight);
#pragma omp parallel for schedule(static)
  for (std::int64_t c = 0; c < pieces; ++c) {
    std::int64_t const begin = c * sweep, end = min_of(n, begin + sweep), body = max_of(begin, min_of(end, probe_n));
    double dot = 0, square = 0;
    if (probe != nullptr) {
#pragma omp simd reduction(+ : dot, square)
      for (std::int64_t i = begin; i < body; ++i) {
        dot += static_cast<double>(g[i]) * static_cast<double>(probe[i]);
        square += static_cast<double>(g[i]) * static_cast<double>(g[i]);
      }
    }
    partial[2 * c] = dot;
    partial[2 * c + 1] = square;
    if (combined == nullptr) continue;
    for (std::int64_t i = begin; i < end; ++i) {
      combined[i] += w * g[i];
      g[i] = S(0);
    }
  }
  sums[0] = sums[1] = 0;
  for (std::int64_t c = 0; c < pieces; ++c) {
    sums[0] += partial[2 * c];
    sums[1] += partial[2 * c + 1];
  }
}

template <class S>
double square_sum(std::int64_t n, S const* x) {
  std::int64_t const pieces = (n + sweep - 1) / sweep;
  Scratch partials;
  double* const partial = partials.get<double>(max_of(pieces, 1));
#pragma omp parallel for schedule(static)
  for (std::int64_t c = 0; c < pieces; ++c) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = c * sweep; i < min_of(n, (c + 1) * sweep); ++i)
      sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
    partial[c] = sum;
  }
  double total = 0;
  for (std::int64_t c = 0; c < pieces; ++c) total += partial[c];
  return total;
}

template <class S>
double weighted_square_sum(std::int64_t n, S const* x, S const* weight) {
  std::int64_t const pieces = (n + sweep - 1) / sweep;
  Scratch partials;
  double* const partial = partials.get<double>(max_of(pieces, 1));
#pragma omp parallel for schedule(static)
  for (std::int64_t c = 0; c < pieces; ++c) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t i = c * sweep; i < min_of(n, (c + 1) * sweep); ++i)
      sum += static_cast<double>(weight[i]) * static_cast<double>(x[i]) * static_cast<double>(x[i]);
    partial[c] = sum;
  }
  double total = 0;
  for (std::int64_t c = 0; c < pieces; ++c) total += partial[c];
  return total;
}

template <class S>
void inverse_root(std::int64_t n, S const* x, S scale, S least, S eps, S* out) {
#pragma omp parallel for simd schedule(static)
  for (std::int64_t i = 0; i < n; ++i) {
    S const y = scale * x[i];
    out[i] = S(1) / (std::sqrt(y > least ? y : least) + eps);
  }
}

}  // namespace
