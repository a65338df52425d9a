#pragma once

#include <tartan/core/random.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace tartan::weighting {

//! How each task's gradient lies to the probe direction, over body parameters: <g_i, probe>, |g_i| and |probe|.
//! A task without examples in this step has `present[i] == false` and takes no part.
struct Alignments {
  std::vector<double> dot;    // (tasks)
  std::vector<double> norm;   // (tasks)
  std::vector<bool> present;  // (tasks)
  double probe_norm = 0;
  double least_norm_product = 1e-8;  //!< that a cosine divides by; 0: any (published TARTAN)
  //! (tasks) Means of several cosines, where such were formed: over ranks of their own gradients (placement mean; `dot`
  //! is then the global one, `norm` a mean as well), or over looks (`mean`). Else empty.
  std::vector<double> mean_cosine{};
  //! The same over each group of body parameters alone, where that is looked at (Needs::groups). Else empty.
  std::vector<Alignments> groups{};
};

//! <g_i, probe> / max(|g_i| |probe|, least_norm_product) per task, or their means where there are any; 0 where absent.
std::vector<double> cosines(Alignments const& alignments);

//! One for several looks at a step, such as its micro-batches: means of cosines, dot products and norms, per task over
//! those in which it is present; mean probe norm. A single one stays as it is.
Alignments mean(std::vector<Alignments> const& looks);

//! What a weighting wants to see before it can update.
struct Needs {
  bool alignments = false;      //!< with the dev probe's direction
  bool end_alignments = false;  //!< with the end task's own training gradient of this step, which then comes first
  bool norms = false;           //!< of each task's gradient, over body parameters
  bool losses = false;          //!< each task's mean loss
  bool gates = false;           //!< a task's weight depends on its alignment in the very step: see `gate`
  bool groups = false;          //!< alignments of each group of parameters, too
  bool metric = false;          //!< dots and norms in the metric of the optimiser's next step, where it has moments

  //! Whether each task's own gradient must be looked at, so that tasks cannot share one backward.
  bool looks() const { return alignments || end_alignments || norms; }
};

//! Constant weights.
struct Fixed {
  std::vector<double> weights;
};

//! How a task's gradient is compared with the probe direction.
enum class Similarity {
  cosine,  //!< as published
  dot,  //!< <g_i, probe>: what the derivation gives before it is normalised (Dery et al., equation 6); costs the same
  //! <P g_i, probe> / sqrt(<P g_i, g_i> <P probe, probe>) with the diagonal P of AdamW's next step (optim/metric.hpp):
  //! to first order, by how much a step of AdamW along g_i lowers the dev loss. Plain cosines until the optimiser has
  //! stepped. Ours. Each task's gradient is read once more, P is formed once a step and takes a buffer of the body.
  adam,
};

//! What a learned simplex weight may not leave.
struct Bounds {
  double lowest = 0, highest = 1;
  bool operator==(Bounds const&) const = default;
};

//! In which arithmetic META-TARTAN keeps its logits and takes their softmax.
enum class LogitType {
  float64,
  float32,  //!< as the published code
};

//! META-TARTAN (Dery et al. 2022, section 4; ALGORITHMS 2): logits w_i += rate * cos_i, weights = softmax(w).
struct MetaTartan {
  double rate = 0.01;
  Similarity similarity = Similarity::cosine;
  std::vector<double> logits;
  Bounds
      bounds{};  //!< logits become the logs of the bounded weights where a bound binds: a weight can come back at once
  LogitType type = LogitType::float64;
};

//! What has a weight of its own.
enum class Per {
  task,   //!< as published
  layer,  //!< each task in the embeddings and in each encoder layer
};

//! META-TARTAN with logits of its own for each group of body parameters, moved by the cosine over that group: a task
//! can teach the lower layers and be kept out of the upper ones. Our own; not in the paper. Where everything is alike
//! in all groups, it is MetaTartan. A group's weights sum to 1 over tasks. Heads take the task's mean over groups,
//! which is also what `weights` gives.
struct LayeredTartan {
  std::vector<std::string> groups;  //!< names
  std::vector<MetaTartan> rules;    //!< (groups)
};

//! Dynamic Gradient Alignment (Fan, Grangier, Ablin 2024, arXiv 2410.02498, section 2): how well does each domain's
//! gradient align with that of the specific task? a_i = <g_i, g_end>; s'_i = s_i exp(rate a_i) / Z;
//! s <- (1 - ema) s + ema s'.
//! In the paper the specific set only judges and is never trained on. So the simplex s is over the auxiliaries alone;
//! the end task, whose own training gradient judges, keeps its constant weight w, and auxiliary i weighs (1 - w) s_i.
//! With w = 0 that is the paper; a joint stage wants w > 0.
struct Dga {
  double rate = 0.01;
  Similarity similarity = Similarity::dot;
  double ema = 1;              //!< share of the new weights in the moving average; 1: none
  double end_weight = 0;       //!< constant, of the first task
  std::vector<double> shares;  //!< s, of the tasks after the first; sum 1
  Bounds bounds{};             //!< of (1 - w) s_i
};

//! Target-aware weighted training (Chen et al. 2022, arXiv 2105.14095; ALGORITHMS 5): mirror descent on the simplex
//! over all tasks, a_i <- a_i exp(rate cos(g_i, g_end)) / Z. The end task aligns with itself wholly, so it gains on all
//! that do not. The published code takes the cosines once per epoch, on a batch of their own in eval mode, with rate 1
//! (train::Looks). A share of 0 stays 0: in the pretraining mode the end task, by that, only judges
//! (train::StepOptions).
struct Tawt {
  double rate = 0.01;
  Similarity similarity = Similarity::cosine;
  std::vector<double> shares;  //!< a, the end task's first; sum 1
  Bounds bounds{};
};

//! Which auxiliaries pass, by the cosine of their gradient with the end task's.
enum class Gate {
  threshold,  //!< whole where cosine >= 0, else not at all
  cosine,     //!< in proportion to max(0, cosine)
};

//! Gradient cosine similarity (Du et al. 2018, arXiv 1812.02224, section 3): the body takes g_end + sum_i f_i g_i with
//! f_i = factor_i [cos(g_i, g_end) >= 0], or factor_i max(0, cos(g_i, g_end)), cosines of this very step with the end
//! task's own training gradient; heads learn ungated. An end task without examples lets nothing pass.
struct Gcs {
  Gate kind = Gate::threshold;
  std::vector<double> factors;  //!< the end task's first
  std::vector<double> last{};   //!< weights of the last step
};

//! GradNorm (Chen et al. 2018, arXiv 1711.02257, section 3 and algorithm 1): G_i = w_i |g_i| shall be
//! mean(G) r_i^asymmetry with r_i = (L_i / L_i(0)) / mean_j(L_j / L_j(0)). One step down the sum of |G_i - target_i|,
//! the target taken as constant: w_i <- w_i - rate sign(G_i - target_i) |g_i|, then scaled so that sum_i w_i = tasks.
//! The paper's shared layer is here the whole body.
struct GradNorm {
  double rate = 0.025;
  double asymmetry = 1.5;         //!< 0: equal norms; larger: slow tasks are pulled harder
  std::vector<double> weights;    //!< sum: number of tasks
  std::vector<double> initial{};  //!< L_i(0), a task's first loss; 0: not seen yet
};

//! Homoscedastic uncertainty (Kendall et al. 2018, arXiv 1705.07115, section 3.2, classification):
//! L = sum_i exp(-s_i) L_i + s_i / 2 with s_i = log sigma_i^2, descended in s as well:
//! s_i <- s_i + rate (exp(-s_i) L_i - 1/2). Where losses stand still, weights tend to 1 / (2 L_i).
struct Uncertainty {
  double rate = 0.01;
  std::vector<double> log_variances;  //!< s
};

//! Random loss weighting (Lin et al. 2021, arXiv 2111.10603, section 3, normal): softmax of standard normal numbers,
//! new in every step, a pure function of key and step.
struct Random {
  Key key;
  std::vector<double> weights;  //!< of the step last begun
};

//! How TapWeight's logits go down their gradient.
enum class Descent {
  adam,  //!< the published language runs: a step's length does not depend on the scale of losses
  sgd,   //!< the published molecule runs
};

//! TapWeight (Zhang et al. 2024, arXiv 2410.10006, level III): weights softmax(logits) of the pretraining tasks go down
//! the gradient of the validation loss at phi, with inverse Hessians replaced by the identity (tapweight.hpp). The end
//! task, first, is fine-tuned at phi and not pretrained on: it weighs 1 there and is in no softmax.
struct TapWeight {
  double rate = 0.01;
  double proximal = 0.01;  //!< gamma, of gamma |phi - theta|^2
  Descent descent = Descent::adam;
  std::vector<double> logits{};  //!< of the tasks after the first, as the next ones
  std::vector<double> first_moments{}, second_moments{}, steps{};
};

using Weighting =
    std::variant<Fixed, MetaTartan, Dga, Gcs, GradNorm, Uncertainty, Random, LayeredTartan, Tawt, TapWeight>;

Fixed make_fixed(
    std::vector<double> weights);  //!< throws ExitStatus::usage on negative, non-finite or all-zero weights
//! Logits 1/tasks each, as the published code.
MetaTartan make_meta_tartan(std::size_t tasks, double rate, Similarity similarity = Similarity::cosine);

//! Every group begins as `start`.
LayeredTartan make_layered(MetaTartan const& start, std::vector<std::string> groups);
//! Rounds the logits, and keeps to float32 from then on.
void keep_in_float32(MetaTartan& rule);

//! `initial`: weights, the end task's first; those of the auxiliaries give the start of their simplex. Throws
//! ExitStatus::usage where an auxiliary starts at 0 or the end task leaves nothing to share, as the next ones do
//! where a number makes no sense.
Dga make_dga(std::vector<double> const& initial, double rate, Similarity similarity, double ema);
//! `initial`: weights in any unit, the end task's first.
Tawt make_tawt(std::vector<double> const& initial, double rate, Similarity similarity = Similarity::cosine);
Gcs make_gcs(std::vector<double> factors, Gate kind);
GradNorm make_gradnorm(std::vector<double> const& initial, double rate, double asymmetry);
Uncertainty make_uncertainty(std::vector<double> const& initial, double rate);
//! `initial`: of the tasks after the first.
TapWeight make_tapweight(std::vector<double> const& initial, double rate, double proximal, Descent descent);
Random make_random(std::size_t tasks, Key key);

//! Start values of logits; throws ExitStatus::usage where a weight is not above 0, since it could never grow.
std::vector<double> logits_of(std::vector<double> const& initial);

//! Throws ExitStatus::usage where `tasks` weights of sum `total` cannot keep to the bounds.
void check_bounds(Bounds const& bounds, std::size_t tasks, double total = 1);

//! The weights nearest to `weights` (Kullback-Leibler) that keep to the bounds and their sum: those that are free keep
//! their ratios. The very same numbers where all keep to them already.
std::vector<double> within(Bounds const& bounds, std::vector<double> weights);

//! Factor by which the ratio of two weights moves over `steps` where the tasks' cosines differ by `difference`:
//! e^(rate * steps * difference). Where it stays near 1 the run cannot tell its tasks apart.
double reach_of_ratio(double rate, std::int64_t steps, double difference);

Needs needs(Weighting const& weighting);
std::vector<double> weights(Weighting const& weighting);  //!< (tasks), used until the next update
//! (tasks)(groups) where groups have weights of their own, else empty.
std::vector<std::vector<double>> group_weights(Weighting const& weighting);
//! `losses`: each task's mean loss, for rules that need losses.
void update(Weighting& weighting, Alignments const& alignments, std::vector<double> const& losses = {});
//! The same from several looks at the step: META-TARTAN's logits move by rate times the mean of a task's similarities
//! over the looks in which it is present; other rules see `mean(looks)`.
void update(Weighting& weighting, std::vector<Alignments> const& looks, std::vector<double> const& losses = {});

//! Whether weights can change from step to step.
bool is_learned(Weighting const& weighting);

//! To be called before step `step` of the stage; draws what a rule draws anew each step.
void begin_step(Weighting& weighting, std::int64_t step);

//! For rules that gate: the weight of task `task`, not the end task, in this step; `end` and `present`: whether the end
//! task and this one have examples.
double gate(Weighting const& weighting, std::size_t task, double cosine, bool end, bool present);

//! State by task name (further numbers of a task as NAME/what, those of its groups as NAME/group), for checkpoints;
//! `load_state` throws ExitStatus::data naming a task that is missing or too many.
std::map<std::string, double> save_state(Weighting const& weighting, std::vector<std::string> const& task_names);
void load_state(Weighting& weighting, std::vector<std::string> const& task_names,
                std::map<std::string, double> const& state);

}  // namespace tartan::weighting
