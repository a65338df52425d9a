#include "token_objective.hpp"

#include <tartan/data/masking.hpp>

namespace tartan::task {
namespace {

//! Whether a token is the text's own or was replaced, asked of each token that is not special: ELECTRA's detection of
//! replaced tokens (Clark et al. 2020), but with uniformly drawn tokens in place of a generator's, so that replacements
//! are easier to tell than there. Class 1: replaced.
class ReplacedTokens final : public TokenObjective {
 public:
  explicit ReplacedTokens(ObjectiveOptions const& o) : TokenObjective(2, o), rate_(o.mask_rate) {}

  void transform(data::PackedBatch& batch, data::ShardInfo const& info) const override {
    data::replace_tokens(batch, info, rate_);
  }

  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const& batch) const override {
    if (batch.targets.empty()) return no_loss(hidden[0]);
    return cross_entropy(forward(place, hidden[0], batch), batch.targets) / divided_by(outputs());
  }

 private:
  double rate_;
};

}  // namespace

ObjectiveTraits replaced_tokens_traits() {
  return {.make = make<ReplacedTokens>, .question = "which are not the text's own?"};
}

}  // namespace tartan::task
