#include "level_keys.hpp"

#include "changed.hpp"
#include "words.hpp"

#include <tartan/core/error.hpp>
#include <tartan/core/log.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace tartan::recipe {
namespace {

using train::InverseHessian;

//! Values of stage.levels.hypergradient with which a key is read.
std::map<std::string, Words> const readers = {
    {"difference", {"finite-difference"}},
    {"terms", {"neumann"}},
    {"term_step", {"neumann"}},
    {"iterations", {"cg"}},
    {"tolerance", {"cg"}},
    {"damping", {"neumann", "cg"}},
};

class Checks {
 public:
  Checks(train::StagePlan const& stage, train::Options const& options, config::Settings const& settings)
      : stage_(stage),
        section_("stage." + stage.name),
        levels_(stage.options.levels),
        options_(options),
        settings_(settings),
        word_(value_of(settings, section_, "hypergradient")),
        chosen_(section_ + ".hypergradient = " + word_) {}

  void run() const {
    idle_keys();
    single_weight();
    if (levels_.levels == train::Levels::two) return two_levels();
    published_term();
    if (inverse() != InverseHessian::identity) without_alignments();
  }

 private:
  InverseHessian inverse() const { return levels_.hypergradient.inverse; }

  void refuse(std::string const& section, std::string const& key, std::string const& problem) const {
    fail_usage(settings_.origin(section, key) + ": " + section + "." + key + " " + problem);
  }

  bool is_set(std::string const& key) const { return is_changed(settings_, section_, key); }

  void idle_keys() const {
    for (auto const& [key, words] : readers) {
      if (!is_set(key) || is_one_of(word_, words)) continue;
      warn(settings_.origin(section_, key) + ": " + section_ + "." + key + " is not read with " + chosen_ +
           "; it is with " + joined(words, "or"));
    }
  }

  void single_weight() const {
    auto const is_weighed = [&](train::TaskOptions const& t) {
      return t.role == train::Role::auxiliary && train::trains(stage_, t);
    };
    if (options_.weighting.rate > 0 && std::ranges::count_if(options_.tasks, is_weighed) == 1)
      warn(settings_.origin(section_, "tasks") + ": stage " + stage_.name +
           " has one auxiliary task, whose weight is always 1; give it two or more, or use recipe = tapt");
  }

  void two_levels() const {
    std::string const problem = "has no meaning with " + section_ + ".levels = two, which has no phi; leave it out";
    for (auto const* key : {"proximal", "proximal_norm", "proximal_above", "upper_lr", "upper_head_lr"})
      if (is_set(key)) refuse(section_, key, problem);
    if (inverse() != InverseHessian::identity)
      refuse(section_, "hypergradient", "is the identity with " + section_ + ".levels = two; leave one of them out");
  }

  void published_term() const {
    if (levels_.norm == train::ProximalNorm::published && inverse() != InverseHessian::finite_difference)
      refuse(section_, "proximal_norm",
             "= published has almost no second derivative for " + chosen_ +
                 " to go by; use hypergradient = finite-difference, as the published code");
  }

  void without_alignments() const {
    std::string const problem = "does not go with " + chosen_ + ", which takes a whole step's losses anew; ";
    if (options_.probe.stale) refuse("probe", "stale", problem + "use stale = false");
    if (options_.probe.per == task::ProbePer::micro) refuse("probe", "per", problem + "use per = step");
    if (options_.weighting.placement == train::Placement::mean)
      refuse("weighting", "placement", problem + "use placement = exact");
    if (options_.weighting.body != train::Body::encoder)
      refuse("weighting", "body", problem + "use body = encoder, its heads take part anyway");
    if (options_.weighting.log_layers)
      refuse("weighting", "log_layers", problem + "it has no alignments to show, use log_layers = false");
    bool const twice = inverse() != InverseHessian::finite_difference;
    if (twice && options_.model.kernels == model::Kernels::fast)
      refuse("model", "kernels", "= fast cannot be differentiated twice, as " + chosen_ + " asks; use kernels = auto");
  }

  train::StagePlan const& stage_;
  std::string section_;
  train::LevelOptions const& levels_;
  train::Options const& options_;
  config::Settings const& settings_;
  std::string word_, chosen_;  // the value of hypergradient, with its key
};

}  // namespace

void check_levels(train::StagePlan const& stage, train::Options const& options, config::Settings const& settings) {
  if (stage.weighting == train::WeightingKind::tapweight) Checks(stage, options, settings).run();
}

}  // namespace tartan::recipe
