#pragma once

#include <tartan/core/random.hpp>
#include <tartan/data/packed_batch.hpp>
#include <tartan/data/shard.hpp>
#include <tartan/model/model.hpp>
#include <tartan/task/metrics.hpp>
#include <tartan/task/objective_kind.hpp>

#include <ATen/ATen.h>

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace tartan::task {

//! Rows of every rank, one rank's after another's; this rank's, which alone have a graph, begin at `first`.
struct RowsOfRanks {
  at::Tensor rows;  //!< (rows of all ranks, width)
  std::int64_t first = 0;
};

//! From this rank's rows (n, width), n perhaps 0. Collective: every rank calls it, in the same order.
using GatherRows = std::function<RowsOfRanks(at::Tensor const& own)>;

//! Where an objective finds its head: which parameter set, under which name; whether dropout is on; and the other
//! ranks.
struct HeadPlace {
  model::Encoder const& encoder;
  model::ParameterSet& body;   //!< holds the encoder and the MLM head
  model::ParameterSet& heads;  //!< holds NAME.…; usually the same set
  std::string name;
  bool dropout = false;
  GatherRows gather{};  //!< none: this rank is alone
};

//! One forward of the encoder over a batch.
struct Pass {
  std::uint64_t view = 0;        //!< tells its dropout and noise from those of other passes
  data::EmbeddingNoise noise{};  //!< of every example
};

//! What an objective says of each example: probabilities of classes, columns, choices or words' classes, a value, or
//! answers.
using Predictions = std::vector<std::vector<double>>;

//! What a task asks of the encoder (DESIGN 2). Stateless: parameters live in the parameter set.
class Objective {
 public:
  virtual ~Objective() = default;
  //! Keyed change of a batch when it is packed: fills `rows` and `targets` or `real_targets`. Draws by
  //! `example_keys` alone.
  virtual void transform(data::PackedBatch& batch, data::ShardInfo const& info) const = 0;
  //! Forwards that one loss needs in training; elsewhere a loss is that of the first.
  virtual std::vector<Pass> passes() const { return {Pass{}}; }
  //! Own parameters; empty for objectives on the shared MLM head.
  virtual model::HeadShape head(model::HfConfig const& config) const = 0;
  //! Summed loss over the batch's targets that are there, a scalar with a graph; `hidden` holds (R, H) for each pass.
  virtual at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                          data::PackedBatch const& batch) const = 0;
  //! How many sequences each example must hold; 0: any number.
  virtual std::int64_t sequences() const { return 0; }
  //! Whether `loss` holds its examples against those of all ranks, by HeadPlace::gather. Then every rank calls it, also
  //! with an empty batch, wherever any rank has an example; their losses add up to that of one batch, and so do their
  //! gradients.
  virtual bool spans_ranks() const { return false; }

  //! The rest is of objectives with labels. Throws ExitStatus::usage where there are none.
  virtual Predictions predict(HeadPlace const& place, at::Tensor const& hidden, data::PackedBatch const& batch) const;
  //! What metrics need to know of an example, as many numbers for each: what was expected and what was predicted.
  virtual std::vector<double> outcome(data::PackedBatch const& batch, std::size_t example,
                                      std::vector<double> const& prediction) const;
  //! Metrics over outcomes that are all there, in any order.
  virtual std::map<std::string, double> measure(Outcomes const& outcomes) const;
  //! Where one of several classes is expected.
  virtual std::optional<ConfusionMatrix> confusion(Outcomes const&) const { return std::nullopt; }
  //! "prediction" and what it rests on, for a line of `tartan predict`.
  virtual nlohmann::ordered_json describe(data::PackedBatch const& batch, std::size_t example,
                                          std::vector<double> const& prediction,
                                          std::vector<std::string> const& label_names) const;
};

//! Mean and standard deviation of the values to learn: losses are of values less the one, in units of the other.
struct Scale {
  double mean = 0, deviation = 1;
  bool operator==(Scale const&) const = default;
};

//! What losses are divided by.
enum class LossScale {
  none,
  uniform,  //!< what a uniform prediction costs: ln(classes, choices, words, tokens of a window), ln 2 of a column;
            //!< MUPPET, section 3.2
};

//! Regularisation by noise in the embeddings; weight 0: none. Costs a second forward and backward.
struct R3f {
  double weight = 0;  //!< lambda; 1 as published
  data::EmbeddingNoise noise{1e-5, false};
};

struct ObjectiveOptions {
  ObjectiveKind kind = ObjectiveKind::classification;
  std::int64_t outputs = 0;   //!< classes of texts or words, or columns
  double head_dropout = 0.1;  //!< of all with a head
  double mask_rate = 0.15;    //!< mlm and replaced-tokens
  Scale scale{};              //!< regression, whose mean costs 1 anyway
  LossScale loss_scale = LossScale::none;
  R3f r3f{};                               //!< classification; what loss_scale divides is the sum of both terms
  std::vector<std::string> label_names{};  //!< token-classification, which makes out entities by them
};

std::unique_ptr<Objective> make_objective(ObjectiveOptions const& options);

//! `batch` as a pass sees it. The first pass, without noise, sees the batch itself: nothing.
std::optional<data::PackedBatch> changed_by(Pass const& pass, data::PackedBatch const& batch);
//! The keys of its examples.
std::vector<std::uint64_t> keys_of(Pass const& pass, data::PackedBatch const& batch);

//! Runs the encoder over `batch` for each pass and returns the objective's summed loss.
at::Tensor forward_loss(Objective const& objective, HeadPlace const& place, data::PackedBatch const& batch);

//! The same for the first pass alone, as outside training.
at::Tensor first_pass_loss(Objective const& objective, HeadPlace const& place, data::PackedBatch const& batch);

}  // namespace tartan::task
