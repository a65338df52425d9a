#include "stored_tensor.hpp"

#include <tartan/core/error.hpp>
#include <tartan/model/hf_directory.hpp>

#include <array>
#include <utility>

namespace tartan::model {
namespace {

constexpr std::array<std::pair<char const*, at::ScalarType>, 6> dtypes = {{{"F64", at::kDouble},
                                                                           {"F32", at::kFloat},
                                                                           {"F16", at::kHalf},
                                                                           {"BF16", at::kBFloat16},
                                                                           {"I64", at::kLong},
                                                                           {"I32", at::kInt}}};

}  // namespace

std::string shape_text(at::IntArrayRef shape) {
  std::string text = "[";
  for (auto const n : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(n);
  return text + "]";
}

StoredTensor store(at::Tensor const& tensor) {
  expects(tensor.is_contiguous() && tensor.device().is_cpu(), "only contiguous CPU tensors are stored");
  for (auto const& [name, type] : dtypes)
    if (tensor.scalar_type() == type)
      return {name, tensor.sizes().vec(), {static_cast<std::byte const*>(tensor.const_data_ptr()), tensor.nbytes()}};
  fail_bug("a tensor of a type that is not stored");
}

at::Tensor to_tensor(StoredTensor const& stored, std::string const& name) {
  for (auto const& [dtype, type] : dtypes)
    if (stored.dtype == dtype)  // copied: a file's bytes need not be aligned
      return at::from_blob(const_cast<std::byte*>(stored.bytes.data()), stored.shape, at::dtype(type)).clone();
  fail_data("tensor " + name + " has type " + stored.dtype + ", which is not supported; save it as F32, BF16 or F16");
}

void load_into(StoredTensor const& stored, std::string const& name, at::Tensor const& to) {
  if (at::IntArrayRef(stored.shape) != to.sizes())
    fail_data("tensor " + name + " has shape " + shape_text(stored.shape) + " instead of " + shape_text(to.sizes()));
  at::NoGradGuard no_grad;
  to.detach().copy_(to_tensor(stored, name));
}

}  // namespace tartan::model
