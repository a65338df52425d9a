#include "head_objective.hpp"
#include "sentence_objective.hpp"

namespace tartan::task {
namespace {

constexpr double temperature = 0.05;  // as published

at::Tensor unit(at::Tensor const& rows) { return rows / rows.norm(2, {1}, true).clamp_min(1e-8); }

//! Which of a step's texts it is that was encoded once more with other dropout: SimCSE without labels (Gao et al.
//! 2021), as TapWeight's code has it (Zhang et al. 2024, arXiv 2410.10006): first token → linear → tanh, "fc" of a
//! task; each text's softmax over its cosines with the second encodings of all texts, on whatever rank. Where there is
//! but one pass, it is both. Cosines are taken in double precision, since a temperature tells more apart than products
//! of bfloat16 factors do.
class Contrast final : public HeadObjective {
 public:
  explicit Contrast(ObjectiveOptions const& o) : HeadObjective(0, o) {}
  std::string kind() const override { return "text"; }
  std::vector<Pass> passes() const override { return {Pass{0}, Pass{1}}; }
  bool spans_ranks() const override { return true; }

  model::HeadShape head(model::HfConfig const& config) const override {
    return {{"fc.weight", {config.hidden_size, config.hidden_size}}, {"fc.bias", {config.hidden_size}}};
  }

  //! Every text is a target.
  void transform(data::PackedBatch& batch, data::ShardInfo const&) const override {
    read_first_tokens(batch);
    batch.targets.assign(batch.examples.size(), 0);
  }

  //! The loss of this rank's texts, with the gradient of all texts' loss in this rank's encodings.
  at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                  data::PackedBatch const&) const override {
    at::Tensor const own = at::cat({embed(place, hidden.front()), embed(place, hidden.back())}, 1).to(at::kDouble);
    auto const [rows, first] = place.gather ? place.gather(own) : RowsOfRanks{own};
    auto const views = rows.chunk(2, 1);
    at::Tensor const cosines = at::mm(unit(views[0]), unit(views[1]).t());
    at::Tensor const losses = -at::log_softmax(cosines / temperature, 1).diagonal();
    at::Tensor const all = losses.sum(), mine = losses.narrow(0, first, own.size(0)).sum();
    return (mine.detach() + (all - all.detach())) / divided_by(rows.size(0));
  }

 private:
  //! (R, H) → (R, H)
  static at::Tensor embed(HeadPlace const& place, at::Tensor const& hidden) {
    auto const parameter = [&](char const* part) { return place.heads.at(place.name + ".fc." + part); };
    return at::tanh(at::addmm(parameter("bias"), hidden, parameter("weight").t()));
  }
};

}  // namespace

std::unique_ptr<Objective> make_contrast(ObjectiveOptions const& options) {
  return std::make_unique<Contrast>(options);
}

}  // namespace tartan::task
