#include "dropout_mask.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/random.hpp>
#include <tartan/model/head_dropout.hpp>

#include <cmath>

namespace tartan::model {

at::Tensor dropout_mask(at::IntArrayRef shape, DropoutRows const& rows, at::TensorOptions options) {
  if (options.device().is_cpu()) {
    at::Tensor mask = at::ones(shape, options);
    if (mask.scalar_type() == at::kDouble)
      kernels<double>().dropout(shape[0], shape[1], rows, mask.data_ptr<double>());
    else
      kernels<float>().dropout(shape[0], shape[1], rows, mask.data_ptr<float>());
    return mask;
  }
  auto generator = at::globalContext().defaultGenerator(options.device());
  generator.set_current_seed(Key(rows.keys[0]).with(std::uint64_t{rows.site}).with(std::uint64_t{rows.stream}).value());
  double const keep = 1 - rows.threshold / 65536.0;
  return at::bernoulli(at::full(shape, keep, options), generator) / keep;
}

at::Tensor head_dropout(at::Tensor const& x, std::vector<std::uint64_t> const& example_keys, std::uint32_t place,
                        double probability) {
  if (probability == 0) return x;
  expects(static_cast<std::int64_t>(example_keys.size()) == x.size(0), "dropout needs a key for each example");
  std::vector<std::uint32_t> const places(example_keys.size(), 0);
  DropoutRows rows;
  rows.threshold = static_cast<std::uint32_t>(std::lround(probability * 65536));
  rows.site = 0xFFFF0000u + place;  // beyond any layer's
  rows.keys = example_keys.data();
  rows.positions = places.data();
  return x * dropout_mask(x.sizes(), rows, x.options());
}

}  // namespace tartan::model
