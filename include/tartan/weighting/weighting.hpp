#pragma once

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
};

//! <g_i, probe> / max(|g_i| |probe|, 1e-8) per task; 0 where absent.
std::vector<double> cosines(Alignments const& alignments);

//! What a weighting wants to see before it can update.
struct Needs {
  bool alignments = false;
};

//! Constant weights.
struct Fixed {
  std::vector<double> weights;
};

//! How a task's gradient is compared with the probe direction.
enum class Similarity {
  cosine,  //!< as published
  dot,     //!< <g_i, probe>: what the derivation gives before it is normalised
};

//! META-TARTAN (Dery et al. 2022, section 4; ALGORITHMS 2): logits w_i += rate * cos_i, weights = softmax(w).
struct MetaTartan {
  double rate = 0.01;
  Similarity similarity = Similarity::cosine;
  std::vector<double> logits;
};

using Weighting = std::variant<Fixed, MetaTartan>;

Fixed make_fixed(
    std::vector<double> weights);  //!< throws ExitStatus::usage on negative, non-finite or all-zero weights
//! Logits 1/tasks each, as the published code.
MetaTartan make_meta_tartan(std::size_t tasks, double rate, Similarity similarity = Similarity::cosine);

//! Factor by which the ratio of two weights moves over `steps` where the tasks' cosines differ by `difference`:
//! e^(rate * steps * difference). Where it stays near 1 the run cannot tell its tasks apart.
double reach_of_ratio(double rate, std::int64_t steps, double difference);

Needs needs(Weighting const& weighting);
std::vector<double> weights(Weighting const& weighting);  //!< (tasks), used until the next update
void update(Weighting& weighting, Alignments const& alignments);

//! State by task name, for checkpoints; `load_state` throws ExitStatus::data naming a task that is missing or too many.
std::map<std::string, double> save_state(Weighting const& weighting, std::vector<std::string> const& task_names);
void load_state(Weighting& weighting, std::vector<std::string> const& task_names,
                std::map<std::string, double> const& state);

}  // namespace tartan::weighting
