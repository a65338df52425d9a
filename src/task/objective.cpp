#include "classification.hpp"
#include "mlm.hpp"

#include <tartan/core/error.hpp>

namespace tartan::task {

std::unique_ptr<Objective> make_objective(ObjectiveOptions const& options) {
  switch (options.kind) {
    case ObjectiveKind::mlm: {
      data::MaskingOptions masking;
      masking.rate = options.mask_rate;
      return std::make_unique<MaskedLanguageModelling>(masking);
    }
    case ObjectiveKind::classification:
      return std::make_unique<Classification>(options.classes, options.head_dropout);
  }
  fail_bug("unknown objective");
}

at::Tensor forward_loss(Objective const& objective, HeadPlace const& place, data::PackedBatch const& batch) {
  std::vector<at::Tensor> hidden;
  for (auto const& pass : objective.passes())
    hidden.push_back(place.encoder.forward(place.body, batch, batch.rows, {place.dropout, pass.dropout_view}));
  return objective.loss(place, hidden, batch);
}

}  // namespace tartan::task
