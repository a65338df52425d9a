// Attention per (sequence, head), query rows in blocks; probabilities are recomputed in the backward from the saved
// logarithm of their sum, so that memory grows with tokens, not with their square.
namespace {

constexpr std::int64_t query_block = 48;

template <class S>
struct HeadJob {
  std::int64_t q0, nq, k0, nk, padded;
  S const *q, *k, *v;
};

template <class S>
inline HeadJob<S> head_job(Attention<S> const& at, std::int64_t job) {
  std::int64_t const s = job / at.heads, h = job % at.heads;
  HeadJob<S> r;
  r.q0 = at.query_starts[s];
  r.nq = at.query_starts[s + 1] - r.q0;
  r.k0 = at.key_starts[s];
  r.nk = at.key_starts[s + 1] - r.k0;
  r.padded = round_up(r.nk, 2 * lanes<S>);
  r.q = at.query + r.q0 * at.query_stride + h * at.head_size;
  r.k = at.key + r.k0 * at.key_stride + h * at.head_size;
  r.v = at.value + r.k0 * at.key_stride + h * at.head_size;
  return r;
}

template <class S>
inline S row_max(std::int64_t n, S const* x) {
  S m = x[0];
#pragma omp simd reduction(max : m)
  for (std::int64_t j = 0; j < n; ++j) m = x[j] > m ? x[j] : m;
  return m;
}

template <class S>
inline S exp_row(std::int64_t n, S scale, S shift, S* x) {
  S sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t j = 0; j < n; ++j) {
    x[j] = exp_of(x[j] * scale - shift);
    sum += x[j];
  }
  return sum;
}

template <class S>
inline std::int64_t visible(Attention<S> const& at, HeadJob<S> const& job, std::int64_t i) {
  return at.causal ? i + 1 : job.nk;
}

template <class S>
void attention_forward(Attention<S> const& at) {
  std::int64_t const d = at.head_size, width = at.heads * d, total = at.query_starts[at.sequences];
  S const scale = S(1.0 / std::sqrt(static_cast<double>(d)));
#pragma omp parallel
  {
    Scratch floats, bits;
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t job = 0; job < at.sequences * at.heads; ++job) {
      HeadJob<S> const w = head_job(at, job);
      std::int64_t const h = job % at.heads, padded = w.padded;
      S* const kt = floats.get<S>(padded * (d + query_block));
      S* const p = kt + padded * d;
      auto* const draws = bits.get<std::uint16_t>(round_up(padded, group_draws));
      transpose(w.nk, d, w.k, at.key_stride, padded, kt);
      for (std::int64_t i0 = 0; i0 < w.nq; i0 += query_block) {
        std::int64_t const m = min_of(query_block, w.nq - i0);
        multiply(m, padded, d, w.q + i0 * at.query_stride, at.query_stride, std::int64_t{1}, kt, padded, p, padded,
                 false);
        for (std::int64_t i = 0; i < m; ++i) {
          S* const row = p + i * padded;
          std::int64_t const t = w.q0 + i0 + i, n = visible(at, w, i0 + i);
          S const shift = row_max(n, row) * scale;
          S const sum = exp_row(n, scale, shift, row);
          at.log_sum[h * total + t] = shift + static_cast<S>(std::log(static_cast<double>(sum)));
          S const inverse = S(1) / sum;
          for (std::int64_t j = 0; j < n; ++j) row[j] *= inverse;
          for (std::int64_t j = n; j < w.nk; ++j) row[j] = S(0);
          if (at.dropout.threshold != 0) {
            fill_draws(at.dropout.keys[t], at.dropout.positions[t], at.dropout.site, static_cast<std::uint32_t>(h) + 1,
                       n, draws);
            apply_draws(n, draws, at.dropout.threshold, row);
          }
        }
        multiply(m, d, w.nk, p, padded, std::int64_t{1}, w.v, at.key_stride, at.context + (w.q0 + i0) * width + h * d,
                 width, false);
      }
    }
  }
}

template <class S>
inline S dot_of(std::int64_t n, S const* a, S const* b) {
  S sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

template <class S>
inline void write_rows(std::int64_t rows, std::int64_t width, S const* from, std::int64_t from_stride, S* to,
                       std::int64_t stride) {
  for (std::int64_t i = 0; i < rows; ++i)
    std::memcpy(to + i * stride, from + i * from_stride, static_cast<std::size_t>(width) * sizeof(S));
}

template <class S>
void attention_backward(Attention<S> const& at) {
  std::int64_t const d = at.head_size, width = at.heads * d, total = at.query_starts[at.sequences];
  S const scale = S(1.0 / std::sqrt(static_cast<double>(d)));
#pragma omp parallel
  {
    Scratch floats, bits;
#pragma omp for schedule(dynamic, 1)
    for (std::int64_t job = 0; job < at.sequences * at.heads; ++job) {
      HeadJob<S> const w = head_job(at, job);
      std::int64_t const h = job % at.heads, padded = w.padded;
      S* const kt = floats.get<S>(padded * (4 * d + 2 * query_block));
      S* const vt = kt + padded * d;
      S* const dk = vt + padded * d;
      S* const dv = dk + padded * d;
      S* const p = dv + padded * d;            // probabilities after dropout
      S* const dp = p + padded * query_block;  // their gradient, then that of the scores
      auto* const draws = bits.get<std::uint16_t>(round_up(padded, group_draws));
      transpose(w.nk, d, w.k, at.key_stride, padded, kt);
      transpose(w.nk, d, w.v, at.key_stride, padded, vt);
      if (w.nq == 0) std::memset(dk, 0, static_cast<std::size_t>(2 * padded * d) * sizeof(S));
      for (std::int64_t i0 = 0; i0 < w.nq; i0 += query_block) {
        std::int64_t const m = min_of(query_block, w.nq - i0);
        S const* const q = w.q + i0 * at.query_stride;
        S const* const dc = at.grad_context + (w.q0 + i0) * width + h * d;
        multiply(m, padded, d, q, at.query_stride, std::int64_t{1}, kt, padded, p, padded, false);
        multiply(m, padded, d, dc, width, std::int64_t{1}, vt, padded, dp, padded, false);
        for (std::int64_t i = 0; i < m; ++i) {
          S *const row = p + i * padded, *const drow = dp + i * padded;
          std::int64_t const t = w.q0 + i0 + i, n = visible(at, w, i0 + i);
          S const shift = at.log_sum[h * total + t];
          S const inner = dot_of(d, dc + i * width, at.context + t * width + h * d);
          if (at.dropout.threshold != 0) {
            S const keep = S(65536) / S(65536 - at.dropout.threshold);
            std::uint32_t const threshold = at.dropout.threshold;
            fill_draws(at.dropout.keys[t], at.dropout.positions[t], at.dropout.site, static_cast<std::uint32_t>(h) + 1,
                       n, draws);
            for (std::int64_t j = 0; j < n; ++j) {
              S const probability = exp_of(row[j] * scale - shift);
              S const mask = draws[j] >= threshold ? keep : S(0);
              drow[j] = probability * (drow[j] * mask - inner) * scale;
              row[j] = probability * mask;
            }
          } else {
            for (std::int64_t j = 0; j < n; ++j) {
              row[j] = exp_of(row[j] * scale - shift);
              drow[j] = row[j] * (drow[j] - inner) * scale;
            }
          }
          for (std::int64_t j = n; j < w.nk; ++j) row[j] = drow[j] = S(0);
        }
        multiply(w.nk, d, m, p, std::int64_t{1}, padded, dc, width, dv, d, i0 > 0);
        multiply(w.nk, d, m, dp, std::int64_t{1}, padded, q, at.query_stride, dk, d, i0 > 0);
        multiply(m, d, w.nk, dp, padded, std::int64_t{1}, w.k, at.key_stride,
                 at.grad_query + (w.q0 + i0) * at.grad_query_stride + h * d, at.grad_query_stride, false);
      }
      write_rows(w.nk, d, dk, d, at.grad_key + w.k0 * at.grad_key_stride + h * d, at.grad_key_stride);
      write_rows(w.nk, d, dv, d, at.grad_value + w.k0 * at.grad_key_stride + h * d, at.grad_key_stride);
    }
  }
}

}  // namespace
