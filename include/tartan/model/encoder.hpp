#pragma once

#include <tartan/data/packed_batch.hpp>
#include <tartan/model/hf_config.hpp>
#include <tartan/model/parameters.hpp>

#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace tartan::model {

//! `fast`: own CPU kernels with a hand-written backward. `plain`: differentiable ATen operations, any device, twice
//! differentiable.
enum class Kernels { automatic, fast, plain };

//! Dropout of one forward. `view` tells apart several forwards of the same examples.
struct Dropout {
  bool on = false;
  std::uint64_t view = 0;
};

//! Adds the encoder's segments to a layout. Names are Hugging Face's (`bert.…`, `roberta.…`).
void add_encoder(Layout& layout, HfConfig const& config);

//! A BERT or RoBERTa encoder as a function of (parameter set, packed batch).
class Encoder {
 public:
  Encoder(HfConfig config, Kernels kernels);

  //! Last-layer hidden states at the given positions of the packed batch: (R, hidden). Only what these rows need is
  //! computed in the last layer. Under grad mode the result carries a graph; its backward adds to the gradient buffer
  //! bound to `parameters` at that time. Dropout masks depend on each example's key, position, layer and view alone.
  at::Tensor forward(ParameterSet& parameters, data::PackedBatch const& batch, std::vector<std::int64_t> const& rows,
                     Dropout const& dropout) const;

  //! Hidden states after the embeddings and after each layer, all positions: (layers + 1) times (T, hidden). Plain
  //! kernels, no dropout, no graph: for looking and for tests.
  std::vector<at::Tensor> hidden_states(ParameterSet const& parameters, data::TokenStream const& stream) const;

  HfConfig const& config() const { return config_; }
  //! Whether own kernels serve this parameter set. Throws ExitStatus::usage where they were asked for but cannot.
  bool uses_fast(ParameterSet const& parameters) const;

 private:
  HfConfig config_;
  Kernels kernels_;
};

}  // namespace tartan::model
