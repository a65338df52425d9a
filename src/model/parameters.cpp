#include <tartan/core/error.hpp>
#include <tartan/model/parameters.hpp>

#include <functional>
#include <numeric>

namespace tartan::model {
namespace {

constexpr std::int64_t alignment = 16;  // elements: 64 bytes of float; a double layout is the same

constexpr std::int64_t most_parameters = std::int64_t{1} << 40;

std::int64_t aligned(std::int64_t offset) { return (offset + alignment - 1) / alignment * alignment; }

std::int64_t product(std::vector<std::int64_t> const& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

}  // namespace

std::size_t Layout::begin_segment(std::string name, Owner owner, bool decayed) {
  size_ = aligned(size_);
  segments_.push_back({std::move(name), owner, decayed, size_, size_});
  return segments_.size() - 1;
}

void Layout::add(std::string name, std::vector<std::int64_t> shape, bool continues) {
  expects(!segments_.empty(), "a parameter needs a segment");
  if (!continues) size_ = aligned(size_);
  std::int64_t const count = product(shape);
  if (count > most_parameters - size_)
    fail_data(
        "the sizes in config.json ask for more than 2^40 parameters; take a config.json that belongs to the weights");
  parameters_.push_back({std::move(name), std::move(shape), segments_.size() - 1, size_, count});
  size_ += count;
  segments_.back().end = size_;
}

std::int64_t Layout::body_size() const {
  std::int64_t end = 0;
  for (auto const& segment : segments_)
    if (segment.owner == Owner::encoder) end = segment.end;
  return end;
}

std::int64_t Layout::size_with_mlm_head() const {
  std::int64_t end = body_size();
  for (auto const& segment : segments_)
    if (segment.owner == Owner::mlm_head) end = segment.end;
  return end;
}

std::optional<std::size_t> Layout::find(std::string const& name) const {
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (parameters_[i].name == name) return i;
  return std::nullopt;
}

std::size_t Layout::index_of(std::string const& name) const {
  auto const index = find(name);
  if (!index) fail_bug("no parameter " + name);
  return *index;
}

ParameterSet::ParameterSet(Layout layout, at::TensorOptions options)
    : layout_(std::move(layout)),
      values_(at::zeros({layout_.size()}, options)),
      gradients_(layout_.parameters().size()) {
  for (auto const& p : layout_.parameters())
    leaves_.push_back(stretch(values_, p.offset, p.shape).detach().requires_grad_());
}

at::Tensor ParameterSet::stretch(at::Tensor const& flat, std::int64_t offset, std::vector<std::int64_t> const& shape) {
  return flat.narrow(0, offset, product(shape)).view(shape);
}

void ParameterSet::bind_gradients(at::Tensor const& flat) { bind(flat, true); }
void ParameterSet::bind_head_gradients(at::Tensor const& flat) { bind(flat, false); }

void ParameterSet::bind(at::Tensor const& flat, bool body) {
  if (bound_.is_same(flat) && bound_body_ == body) return;
  std::int64_t const size = flat.size(0);
  expects(size == layout_.size() || size == layout_.body_size() || size == layout_.size_with_mlm_head(),
          "a gradient buffer of the wrong size");
  bound_ = flat;
  bound_body_ = body;
  for (std::size_t i = 0; i < leaves_.size(); ++i) {
    auto const& p = layout_.parameters()[i];
    bool const wanted =
        p.offset + p.count <= flat.size(0) && (body || layout_.segments()[p.segment].owner != Owner::encoder);
    gradients_[i] = wanted ? stretch(flat, p.offset, p.shape).detach() : at::Tensor();
    leaves_[i].mutable_grad() = gradients_[i];
  }
}

}  // namespace tartan::model
