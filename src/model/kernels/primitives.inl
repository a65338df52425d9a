// Building blocks, private to one instruction set: no inline function of the standard library is used here, because the
// linker would share it with code for other machines.

namespace {

template <class S>
struct VectorOf {
  typedef S type __attribute__((vector_size(64), aligned(sizeof(S)), may_alias));
};
template <class S>
using Vector = typename VectorOf<S>::type;
template <class S>
constexpr std::int64_t lanes = 64 / static_cast<std::int64_t>(sizeof(S));

inline std::int64_t min_of(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
inline std::int64_t max_of(std::int64_t a, std::int64_t b) { return a > b ? a : b; }
inline std::int64_t round_up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to * to; }

//! Grows once and is kept for the life of its thread.
struct Scratch {
  void* data = nullptr;
  std::size_t bytes = 0;
  template <class S>
  S* get(std::int64_t count) {
    std::size_t const need = static_cast<std::size_t>(round_up(count * static_cast<std::int64_t>(sizeof(S)), 64));
    if (need > bytes) {
      std::free(data);
      data = std::aligned_alloc(64, need);
      if (data == nullptr) std::abort();
      bytes = need;
    }
    return static_cast<S*>(data);
  }
  ~Scratch() { std::free(data); }
};

// e^x, relative error below 2e-7 (Cephes expf); branch-free so that loops over it vectorise
inline float exp_of(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float const n = (x * 1.44269504088896341f + 12582912.0f) - 12582912.0f;
  float f = x - n * 0.693359375f;
  f = f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * f + 1.3981999507e-3f;
  p = p * f + 8.3334519073e-3f;
  p = p * f + 4.1665795894e-2f;
  p = p * f + 1.6666665459e-1f;
  p = p * f + 5.0000001201e-1f;
  float const y = p * f * f + f + 1.0f;
  return y * __builtin_bit_cast(float, (static_cast<std::int32_t>(n) + 127) << 23);
}
inline double exp_of(double x) { return ::exp(x); }

// erf x = x P(x^2) / Q(x^2), absolute error below 5e-7 (6.5e-8 before rounding)
inline float erf_of(float x) {
  x = x < -4.0f ? -4.0f : x;
  x = x > 4.0f ? 4.0f : x;
  float const u = x * x;
  float p = -2.72614225801306e-10f;
  p = p * u + 2.77068142495902e-08f;
  p = p * u + -2.10102402082508e-06f;
  p = p * u + -5.69250639462346e-05f;
  p = p * u + -7.34990630326855e-04f;
  p = p * u + -2.95459980854025e-03f;
  p = p * u + -1.60960333262415e-02f;
  float q = -1.45660718464996e-05f;
  q = q * u + -2.13374055278905e-04f;
  q = q * u + -1.68282697438203e-03f;
  q = q * u + -7.37332916720468e-03f;
  q = q * u + -1.42647390514189e-02f;
  return x * p / q;
}
inline double erf_of(double x) { return ::erf(x); }
inline float tanh_of(float x) {
  float const e = exp_of(2.0f * (x > 10.0f ? 10.0f : x < -10.0f ? -10.0f : x));
  return (e - 1.0f) / (e + 1.0f);
}
inline double tanh_of(double x) { return ::tanh(x); }

// Philox4x32-10 in groups of 16 blocks = 128 draws of 16 bits
constexpr std::int64_t group_draws = 128;

//! Fills draws [0, round_up(count, 128)) of the stream (key, position, site, head).
inline void fill_draws(std::uint64_t key, std::uint32_t position, std::uint32_t site, std::uint32_t head,
                       std::int64_t count, std::uint16_t* out) {
  for (std::int64_t group = 0; group * group_draws < count; ++group) {
    alignas(64) std::uint32_t x0[16], x1[16], x2[16], x3[16];
    for (std::uint32_t l = 0; l < 16; ++l) {
      x0[l] = static_cast<std::uint32_t>(group) * 16 + l;
      x1[l] = position;
      x2[l] = site;
      x3[l] = head;
    }
    auto k0 = static_cast<std::uint32_t>(key);
    auto k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
      for (int l = 0; l < 16; ++l) {
        std::uint64_t const a = std::uint64_t{0xD2511F53u} * x0[l];
        std::uint64_t const b = std::uint64_t{0xCD9E8D57u} * x2[l];
        x0[l] = static_cast<std::uint32_t>(b >> 32) ^ x1[l] ^ k0;
        x1[l] = static_cast<std::uint32_t>(b);
        x2[l] = static_cast<std::uint32_t>(a >> 32) ^ x3[l] ^ k1;
        x3[l] = static_cast<std::uint32_t>(a);
      }
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    std::uint16_t* to = out + group * group_draws;
    std::memcpy(to, x0, 64);
    std::memcpy(to + 32, x1, 64);
    std::memcpy(to + 64, x2, 64);
    std::memcpy(to + 96, x3, 64);
  }
}

template <class S>
inline void apply_draws(std::int64_t count, std::uint16_t const* draws, std::uint32_t threshold, S* x) {
  S const scale = S(65536) / S(65536 - threshold);
  for (std::int64_t i = 0; i < count; ++i) x[i] = draws[i] >= threshold ? x[i] * scale : S(0);
}

//! One row's dropout in place; `draws` holds round_up(width, 128).
template <class S>
inline void drop_row(DropoutRows const& rows, std::int64_t row, std::int64_t width, std::uint16_t* draws, S* x) {
  fill_draws(rows.keys[row], rows.positions[row], rows.site, rows.stream, width, draws);
  apply_draws(width, draws, rows.threshold, x);
}

//! C (R x NV vectors) = or += sum_k A[i * ars + k * acs] B[k * ldb + ...]
template <class S, int R, int NV>
inline void tile(std::int64_t depth, S const* a, std::int64_t ars, std::int64_t acs, S const* b, std::int64_t ldb, S* c,
                 std::int64_t ldc, bool add) {
  using V = Vector<S>;
  V acc[R][NV];
  for (int i = 0; i < R; ++i)
    for (int v = 0; v < NV; ++v) acc[i][v] = add ? *reinterpret_cast<V const*>(c + i * ldc + v * lanes<S>) : V{};
  for (std::int64_t k = 0; k < depth; ++k) {
    V bk[NV];
    for (int v = 0; v < NV; ++v) bk[v] = *reinterpret_cast<V const*>(b + k * ldb + v * lanes<S>);
    for (int i = 0; i < R; ++i) {
      S const x = a[i * ars + k * acs];
      for (int v = 0; v < NV; ++v) acc[i][v] += x * bk[v];
    }
  }
  for (int i = 0; i < R; ++i)
    for (int v = 0; v < NV; ++v) *reinterpret_cast<V*>(c + i * ldc + v * lanes<S>) = acc[i][v];
}

template <class S, int NV>
inline void panel(std::int64_t m, std::int64_t depth, S const* a, std::int64_t ars, std::int64_t acs, S const* b,
                  std::int64_t ldb, S* c, std::int64_t ldc, bool add) {
  constexpr int R = 6;
  std::int64_t i = 0;
  for (; i + R <= m; i += R) tile<S, R, NV>(depth, a + i * ars, ars, acs, b, ldb, c + i * ldc, ldc, add);
  for (; i + 2 <= m; i += 2) tile<S, 2, NV>(depth, a + i * ars, ars, acs, b, ldb, c + i * ldc, ldc, add);
  for (; i < m; ++i) tile<S, 1, NV>(depth, a + i * ars, ars, acs, b, ldb, c + i * ldc, ldc, add);
}

//! C (m x n) = or += A (m x depth, any strides) B (depth x n, rows ldb apart)
template <class S>
inline void multiply(std::int64_t m, std::int64_t n, std::int64_t depth, S const* a, std::int64_t ars, std::int64_t acs,
                     S const* b, std::int64_t ldb, S* c, std::int64_t ldc, bool add) {
  std::int64_t j = 0;
#ifdef __AVX512F__
  for (; j + 2 * lanes<S> <= n; j += 2 * lanes<S>) panel<S, 2>(m, depth, a, ars, acs, b + j, ldb, c + j, ldc, add);
#endif
  for (; j + lanes<S> <= n; j += lanes<S>) panel<S, 1>(m, depth, a, ars, acs, b + j, ldb, c + j, ldc, add);
  for (; j < n; ++j)
    for (std::int64_t i = 0; i < m; ++i) {
      S sum = add ? c[i * ldc + j] : S(0);
      for (std::int64_t k = 0; k < depth; ++k) sum += a[i * ars + k * acs] * b[k * ldb + j];
      c[i * ldc + j] = sum;
    }
}

//! out (width x padded) = in^T; columns rows..padded are zero
template <class S>
inline void transpose(std::int64_t rows, std::int64_t width, S const* in, std::int64_t stride, std::int64_t padded,
                      S* out) {
  for (std::int64_t d = 0; d < width; ++d) {
    for (std::int64_t j = 0; j < rows; ++j) out[d * padded + j] = in[j * stride + d];
    for (std::int64_t j = rows; j < padded; ++j) out[d * padded + j] = S(0);
  }
}

}  // namespace
