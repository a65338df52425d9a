#include "embedding_noise.hpp"
#include "encoder_paths.hpp"

#include <tartan/core/error.hpp>

namespace tartan::model {
namespace {

void check_ids(std::vector<std::int64_t> const& ids, std::int64_t known, char const* what) {
  for (auto const id : ids)
    if (id < 0 || id >= known)
      fail_data(std::string(what) + " " + std::to_string(id) + " is not among the " + std::to_string(known) +
                " that the encoder knows; prepare the data again with this encoder's tokenizer");
}

//! The kernels trust what they index by.
void check_stream(HfConfig const& config, data::TokenStream const& stream) {
  if (stream.longest() > config.max_sequence_length())
    fail_data("a sequence of " + std::to_string(stream.longest()) + " tokens does not fit an encoder for " +
              std::to_string(config.max_sequence_length()) + "; prepare the data again with a smaller --max-length");
  check_ids(stream.tokens, config.vocab_size, "token");
  check_ids(stream.segments, config.type_vocab_size, "token type");
  check_ids(stream.positions, config.max_sequence_length(), "position");
  expects(stream.positions.size() == stream.tokens.size(), "a position for each token");
  expects(stream.segments.empty() || stream.segments.size() == stream.tokens.size(),
          "a token type for each token, or none");
}

}  // namespace

Encoder::Encoder(HfConfig config, Kernels kernels) : config_(std::move(config)), kernels_(kernels) {}

bool Encoder::uses_fast(ParameterSet const& parameters) const {
  bool const cpu = parameters.values().device().is_cpu();
  if (kernels_ == Kernels::fast && !cpu)
    fail_usage("model.kernels = fast runs on CPUs only; use model.kernels = auto or device = cpu");
  return cpu && kernels_ != Kernels::plain;
}

at::Tensor Encoder::forward(ParameterSet& parameters, data::PackedBatch const& batch,
                            std::vector<std::int64_t> const& rows, Dropout const& dropout) const {
  check_stream(config_, batch.encoder);
  if (rows.empty())  // a graph of its own, so that a loss of nothing has a backward
    return at::empty({0, config_.hidden_size}, parameters.values().options())
        .requires_grad_(at::GradMode::is_enabled());
  bool const frozen = parameters.bound().defined() && !parameters.gradient(0).defined();
  at::AutoGradMode const graph(at::GradMode::is_enabled() && !frozen);
  auto plan = std::make_shared<RowPlan>(plan_rows(batch, rows, dropout));
  plan_noise(batch, config_.hidden_size, parameters.values().options(), *plan);
  if (uses_fast(parameters)) return forward_fast(config_, parameters, batch.encoder, std::move(plan));
  return forward_plain(config_, parameters, batch.encoder, *plan);
}

std::vector<at::Tensor> Encoder::hidden_states(ParameterSet const& parameters, data::TokenStream const& stream) const {
  check_stream(config_, stream);
  at::NoGradGuard no_grad;
  data::PackedBatch batch;
  batch.encoder = stream;
  std::vector<std::int64_t> rows(stream.tokens.size());
  for (std::size_t t = 0; t < rows.size(); ++t) rows[t] = static_cast<std::int64_t>(t);
  std::vector<at::Tensor> states;
  forward_plain(config_, parameters, stream, plan_rows(batch, rows, {}), &states);
  return states;
}

}  // namespace tartan::model
