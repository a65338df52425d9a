#include "r3f.hpp"

namespace tartan::task {

at::Tensor symmetric_kl(at::Tensor const& clean, at::Tensor const& noised) {
  at::Tensor const p = at::log_softmax(clean, -1, at::kDouble), q = at::log_softmax(noised, -1, at::kDouble);
  return ((p.exp() - q.exp()) * (p - q)).sum();
}

}  // namespace tartan::task
