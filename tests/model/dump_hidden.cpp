// dump_hidden MODEL TOKENS PRECISION OUTPUT [EXPORT]: last hidden states of packed sequences by the fast path, for the
// comparison with transformers. TOKENS: safetensors with int64 `tokens`, `sequence_starts` and `logit_rows`. OUTPUT:
// safetensors with `hidden` (T, H) and, at logit_rows, the masked-LM head's `logits` (R, V). PRECISION: fp32 or fp64.
// EXPORT: an empty directory to export the model into.
#include <tartan/model/model.hpp>

#include <cstdio>
#include <exception>
#include <numeric>

namespace tartan::model {
namespace {

namespace fs = std::filesystem;

std::vector<std::int64_t> integers(SafetensorsFile const& file, std::string const& name) {
  at::Tensor const values = to_tensor(file.tensors().at(name), name);
  auto const* const first = values.const_data_ptr<std::int64_t>();
  return {first, first + values.numel()};
}

data::PackedBatch batch_of(SafetensorsFile const& file) {
  data::PackedBatch batch;
  batch.encoder.tokens = integers(file, "tokens");
  batch.encoder.sequence_starts = integers(file, "sequence_starts");
  auto const& starts = batch.encoder.sequence_starts;
  for (std::size_t s = 0; s + 1 < starts.size(); ++s)
    for (std::int64_t t = starts[s]; t < starts[s + 1]; ++t) batch.encoder.positions.push_back(t - starts[s]);
  batch.rows.resize(batch.encoder.tokens.size());
  std::iota(batch.rows.begin(), batch.rows.end(), 0);
  return batch;
}

void dump(fs::path const& directory, fs::path const& tokens, Precision precision, fs::path const& output,
          fs::path const& to) {
  at::NoGradGuard no_grad;
  SafetensorsFile const file(tokens);
  auto const model = open_model(directory, {}, {}, precision, Kernels::fast, at::kCPU, {Key(1), {}});
  data::PackedBatch const batch = batch_of(file);
  at::Tensor const hidden = model->encoder.forward(model->parameters, batch, batch.rows, {});
  at::Tensor const rows = at::tensor(integers(file, "logit_rows"), at::kLong);
  at::Tensor const logits = mlm_logits(model->encoder, model->parameters, hidden.index_select(0, rows));
  write_safetensors(output, {{"hidden", store(hidden)}, {"logits", store(logits)}}, {});
  if (!to.empty()) export_hf(to, directory, model->encoder.config(), model->parameters, model->loaded, "{}");
}

}  // namespace
}  // namespace tartan::model

int main(int argc, char** argv) {
  using tartan::model::Precision;
  std::string const precision = argc > 3 ? argv[3] : "";
  if ((argc != 5 && argc != 6) || (precision != "fp32" && precision != "fp64")) {
    std::fputs("usage: dump_hidden MODEL TOKENS fp32|fp64 OUTPUT [EXPORT]\n", stderr);
    return 2;
  }
  try {
    tartan::model::dump(argv[1], argv[2], precision == "fp64" ? Precision::fp64 : Precision::fp32, argv[4],
                        argc == 6 ? argv[5] : "");
  } catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
