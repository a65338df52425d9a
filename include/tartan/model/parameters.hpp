#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tartan::model {

//! Whose a parameter is. The body of an alignment is `encoder`, or that and `mlm_head` (train::Body).
enum class Owner { encoder, mlm_head, task_head };

//! A stretch [begin, end) of a flat buffer that the optimiser treats alike.
struct Segment {
  std::string name;  //!< "encoder.decayed", "encoder.undecayed", "mlm_head.decayed", "mlm_head.undecayed", "head.NAME"
  Owner owner;
  bool decayed;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

struct Parameter {
  std::string name;  //!< as in the Hugging Face masked-LM model, or "NAME.fc.weight" of a task head
  std::vector<std::int64_t> shape;
  std::size_t segment;
  std::int64_t offset = 0;
  std::int64_t count = 0;
};

//! Where each parameter lies in a flat buffer. Parameters begin on 64-byte boundaries, but for those that continue
//! their predecessor (query, key and value are one matrix).
class Layout {
 public:
  std::size_t begin_segment(std::string name, Owner owner, bool decayed);
  //! Adds to the segment begun last. Throws ExitStatus::data beyond 2^40 elements in all.
  void add(std::string name, std::vector<std::int64_t> shape, bool continues = false);

  std::vector<Segment> const& segments() const { return segments_; }
  std::vector<Parameter> const& parameters() const { return parameters_; }
  std::int64_t size() const { return size_; }
  std::int64_t body_size() const;           //!< the encoder's segments come first: the body is [0, body_size)
  std::int64_t size_with_mlm_head() const;  //!< and the MLM head's come next
  std::optional<std::size_t> find(std::string const& name) const;
  std::size_t index_of(std::string const& name) const;  //!< throws ExitStatus::bug

 private:
  std::vector<Segment> segments_;
  std::vector<Parameter> parameters_;
  std::int64_t size_ = 0;
};

//! Flat values with one leaf tensor per parameter aliasing its stretch, so that objectives are ordinary autograd code
//! and their gradients land in a flat buffer: the one bound last.
class ParameterSet {
 public:
  ParameterSet(Layout layout, at::TensorOptions options);

  Layout const& layout() const { return layout_; }
  at::Tensor const& values() const { return values_; }  // (size)
  at::Tensor const& operator[](std::size_t index) const { return leaves_[index]; }
  at::Tensor const& at(std::string const& name) const { return leaves_[layout_.index_of(name)]; }

  //! Gradients of the next backward are added to `flat` (size; or body_size, size_with_mlm_head: then
  //! the rest gets none). Throws ExitStatus::bug for any other size.
  void bind_gradients(at::Tensor const& flat);
  //! As bind_gradients, but the encoder gets none: it is frozen.
  void bind_head_gradients(at::Tensor const& flat);
  //! Stretch of the bound buffer shaped as the parameter; undefined where nothing is bound.
  at::Tensor const& gradient(std::size_t index) const { return gradients_[index]; }
  //! [offset, offset + product of shape) of a flat buffer.
  static at::Tensor stretch(at::Tensor const& flat, std::int64_t offset, std::vector<std::int64_t> const& shape);
  at::Tensor const& bound() const { return bound_; }

 private:
  Layout layout_;
  void bind(at::Tensor const& flat, bool body);

  at::Tensor values_;
  at::Tensor bound_;
  bool bound_body_ = false;
  std::vector<at::Tensor> leaves_;
  std::vector<at::Tensor> gradients_;
};

}  // namespace tartan::model
