#pragma once

#include <tartan/core/random.hpp>
#include <tartan/data/packed_batch.hpp>
#include <tartan/data/shard.hpp>
#include <tartan/model/model.hpp>

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <vector>

namespace tartan::task {

//! Where an objective finds its head: which parameter set, under which name; and whether dropout is on.
struct HeadPlace {
  model::Encoder const& encoder;
  model::ParameterSet& body;   //!< holds the encoder and the MLM head
  model::ParameterSet& heads;  //!< holds NAME.…; usually the same set
  std::string name;
  bool dropout = false;
};

//! One forward of the encoder over a batch.
struct Pass {
  std::uint64_t dropout_view = 0;
};

//! Class probabilities, one row per example.
struct Prediction {
  std::vector<std::int64_t> classes;               // (E)
  std::vector<std::vector<double>> probabilities;  // (E, C)
};

//! What a task asks of the encoder (DESIGN 2). Stateless: parameters live in the parameter set.
class Objective {
 public:
  virtual ~Objective() = default;
  //! Keyed change of a batch when it is packed: fills `rows` and `targets`. Draws by `example_keys` alone.
  virtual void transform(data::PackedBatch& batch, data::ShardInfo const& info) const = 0;
  //! Forwards that one loss needs.
  virtual std::vector<Pass> passes() const { return {Pass{}}; }
  //! Own parameters; empty for objectives on the shared MLM head.
  virtual model::HeadShape head(model::HfConfig const& config) const = 0;
  //! Summed loss over batch.targets, a scalar with a graph; `hidden` holds (R, H) for each pass.
  virtual at::Tensor loss(HeadPlace const& place, std::vector<at::Tensor> const& hidden,
                          data::PackedBatch const& batch) const = 0;
  //! Throws ExitStatus::usage where the objective predicts nothing.
  virtual Prediction predict(HeadPlace const& place, at::Tensor const& hidden,
                             data::PackedBatch const& batch) const = 0;
  virtual std::string kind() const = 0;  //!< data kind it reads: "text", "class"
};

enum class ObjectiveKind { mlm, classification };

struct ObjectiveOptions {
  ObjectiveKind kind = ObjectiveKind::classification;
  std::int64_t classes = 0;   //!< classification
  double head_dropout = 0.1;  //!< classification
  double mask_rate = 0.15;    //!< mlm
};

std::unique_ptr<Objective> make_objective(ObjectiveOptions const& options);

//! Runs the encoder over `batch` for each pass and returns the objective's summed loss.
at::Tensor forward_loss(Objective const& objective, HeadPlace const& place, data::PackedBatch const& batch);

}  // namespace tartan::task
