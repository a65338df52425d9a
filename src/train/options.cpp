#include <tartan/core/error.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/train/options.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <sstream>

namespace tartan::train {
namespace {

using config::at_least;
using config::between;
using config::positive;
using config::Section;

constexpr std::int64_t most_examples = 1 << 24;  // of one step
constexpr std::int64_t most_steps = 1'000'000'000;

void weight_or_default(double value) {
  if (value != -1 && !(value >= 0 && value <= 1e6)) throw std::invalid_argument("must be -1 or between 0 and 1e6");
}

void fraction(double value) {
  if (!(value > 0 && value <= 1)) throw std::invalid_argument("must be greater than 0 and at most 1");
}

Section run_section(RunOptions& o) {
  Section s("run");
  s.add("recipe", o.recipe,
        "finetune, mlm-head, tapt, dapt, dapt+tapt, mt-tartan, meta-tartan, dga, tawt, gcs, gradnorm, uncertainty, "
        "random, "
        "tapweight, tapweight+pretrain, tlm or muppet");
  s.add("seed", o.seed, "names every random draw of the run", at_least(0));
  s.add("output", o.output, "directory of the run");
  s.add("checkpoint_every", o.checkpoint_every,
        "steps between checkpoints; 0: only where a stage ends or a signal stops the run", at_least(0, most_steps));
  s.choice<comm::Transport>(
      "comm", o.comm,
      {{"auto", comm::Transport::automatic}, {"mpi", comm::Transport::mpi}, {"nccl", comm::Transport::nccl}},
      "gradients on GPUs; nccl: from GPU to GPU, one rank on each; mpi: by way of host memory; "
      "auto: nccl where it can be had");
  s.add("comm_timeout_minutes", o.comm_timeout_minutes,
        "a rank that waits longer for the others ends the run with status 71; 0: no limit", between(0, 1e6));
  s.add("reuse", o.reuse,
        "directory that keeps what finished stages gave: a run that begins with the same stages (settings, data, seed, "
        "ranks) takes it instead of training them again; empty: none");
  s.add("max_minutes", o.max_minutes, "training time over all stages; 0: no limit", between(0, 1e9));
  return s;
}

Section model_section(ModelOptions& o) {
  Section s("model");
  s.add("path", o.path, "a Hugging Face directory: config.json, model.safetensors, tokenizer.json");
  s.choice<model::Preset>(
      "preset", o.preset,
      {{"none", model::Preset::none},
       {"tiny", model::Preset::tiny},
       {"small", model::Preset::small},
       {"base", model::Preset::base}},
      "an encoder from nothing, of 2, 4 or 12 layers and width 128, 512 or 768, for the tokenizer of "
      "model.path, whose weights need not be there and are not read; none: as model.path says");
  s.choice<model::Precision>(
      "precision", o.precision,
      {{"fp32", model::Precision::fp32}, {"bf16", model::Precision::bf16}, {"fp64", model::Precision::fp64}},
      "of parameters and arithmetic; bf16: fp32, but matrix products round their factors to bfloat16, "
      "several times as fast on a CPU with such instructions");
  s.choice<model::DeviceChoice>("device", o.device,
                                {{"auto", model::DeviceChoice::automatic},
                                 {"cpu", model::DeviceChoice::cpu},
                                 {"cuda", model::DeviceChoice::cuda}},
                                "auto: a GPU where there is one");
  s.choice<model::Kernels>(
      "kernels", o.kernels,
      {{"auto", model::Kernels::automatic}, {"fast", model::Kernels::fast}, {"plain", model::Kernels::plain}},
      "fast: own CPU kernels; plain: differentiable ATen operations on any device; auto: fast on CPUs");
  s.add("allow_missing", o.allow_missing, "patterns of tensors that the weights may lack, separated by spaces");
  s.add("allow_unexpected", o.allow_unexpected, "patterns of tensors in the weights to pass over, separated by spaces");
  s.add("mlm_head_warmup_steps", o.mlm_head_warmup_steps,
        "steps that train a fresh MLM head alone before the first stage", at_least(0, most_steps));
  s.choice<Heads>("heads", o.heads, {{"fresh", Heads::fresh}, {"reuse", Heads::reuse}},
                  "start of task heads; reuse: as in heads.safetensors of model.path, where it has one of that name");
  return s;
}

std::string known_metrics() {
  std::string text;
  for (auto const& [name, kind] : task::objective_names())
    if (task::has_labels(kind)) text += "; " + name + ": " + joined(task::metrics_of(kind));
  return text;
}

std::string known_questions() {
  std::vector<std::string> texts;
  for (auto const& [name, kind] : task::objective_names())
    if (auto const& question = task::traits(kind).question; !question.empty())
      texts.push_back(name + " (" + question + ")");
  return joined(texts);
}

Section task_section(TaskOptions& o) {
  Section s("task." + o.name);
  s.choice<Role>("role", o.role, {{"end", Role::end}, {"auxiliary", Role::auxiliary}, {"member", Role::member}},
                 "one task is the end task; members are what recipe muppet learns together, each as important as its "
                 "training set is large");
  auto const& names = task::objective_names();
  s.choice<task::ObjectiveKind>(
      "objective", o.objective, {names.begin(), names.end()},
      "what the task asks of the encoder; of texts alone, whatever their labels: " + known_questions());
  s.add("data", o.data, "directory written by jobs/prepare.py, or one shard");
  s.add("metric", o.metric,
        "of the end task, for early stop and best" + known_metrics() + "; empty: the first of these");
  s.add("batch", o.batch,
        "examples of one optimiser step over all ranks and micro-batches; of a member: of a sub-batch",
        at_least(1, most_examples));
  s.add("head", o.head,
        "tasks that name the same head share its parameters; empty: members share one for all spans and one for all "
        "choices, other tasks have their own");
  s.add("weight", o.weight,
        "constant weight where weights are fixed, start weight where they are learned; -1: equal weights",
        weight_or_default);
  s.choice<data::Shuffle>("shuffle", o.shuffle, {{"full", data::Shuffle::full}, {"blocks", data::Shuffle::blocks}},
                          "order of an epoch; blocks: for corpora on slow disks");
  s.add("fraction", o.fraction,
        "share of the training split that is used, at least one example of every class; a smaller one is within a "
        "larger one",
        fraction);
  s.add("fraction_seed", o.fraction_seed,
        "names which examples, whatever run.seed is; tasks on the same labelled data share them", at_least(0));
  s.add("mask_rate", o.mask_rate, "share of tokens that are hidden (mlm) or replaced (replaced-tokens)", between(0, 1));
  s.add("head_dropout", o.head_dropout, "in the task's own head, where it has dropout", between(0, 0.99));
  return s;
}

Section weighting_section(WeightingOptions& o) {
  Section s("weighting");
  s.add("rate", o.rate, "learning rate of the task weights, in META-TARTAN of their logits", between(0, 1e6));
  s.choice<weighting::Similarity>(
      "similarity", o.similarity,
      {{"cosine", weighting::Similarity::cosine},
       {"dot", weighting::Similarity::dot},
       {"adam", weighting::Similarity::adam}},
      "of a task's gradient with the dev gradient; cosine: as published; adam: cosine in the "
      "metric of AdamW's next step, which says by how much that step lowers the dev loss, and costs one more reading "
      "of each gradient");
  s.choice<Placement>(
      "placement", o.placement, {{"exact", Placement::exact}, {"rank0", Placement::rank0}, {"mean", Placement::mean}},
      "exact: alignments of the global gradients; rank0: of rank 0's own examples (cheaper, noisier); "
      "mean: each rank's cosines with its own gradients, averaged (less noisy, smaller than exact ones)");
  s.choice<Body>("body", o.body, {{"encoder", Body::encoder}, {"encoder+mlm-head", Body::encoder_and_mlm_head}},
                 "parameters over which alignments are taken; encoder+mlm-head: as the published code, where the MLM "
                 "head's own gradient lengthens the norms of MLM tasks and so shortens their cosines");
  s.choice<weighting::Per>("per", o.per, {{"task", weighting::Per::task}, {"layer", weighting::Per::layer}},
                           "meta-tartan: what has a weight of its own; task: as published; layer: each task in the "
                           "embeddings and in each encoder layer (ours), at the cost of log_layers");
  s.add("log_layers", o.log_layers,
        "each task's cosine in the embeddings and in each encoder layer goes to metrics.jsonl, for report.py; costs "
        "one more reading of each gradient");
  s.add("ema", o.ema, "dga: share of the new weights in their moving average; 1: no average", between(1e-6, 1));
  s.choice<weighting::Gate>("gate", o.gate,
                            {{"threshold", weighting::Gate::threshold}, {"cosine", weighting::Gate::cosine}},
                            "gcs: an auxiliary counts whole where its cosine is at least 0; or by its positive cosine");
  s.add("asymmetry", o.asymmetry, "gradnorm: how hard slow tasks are pulled; 0: equal gradient norms", between(0, 100));
  s.choice<weighting::Descent>(
      "descent", o.descent, {{"adam", weighting::Descent::adam}, {"sgd", weighting::Descent::sgd}},
      "tapweight: how the weights' logits go down their gradient; sgd: with a rate that fits the scale of the losses "
      "(published: 200 and 10)");
  s.choice<Looks>(
      "looks", o.looks, {{"step", Looks::step}, {"epoch", Looks::epoch}},
      "tawt, dga: when weights follow; step: by each step's own gradients; epoch: once per epoch of the end "
      "task, by look_examples of each task without dropout, as TAWT's published code");
  s.add("look_examples", o.look_examples, "of each task, for looks = epoch", at_least(1, most_examples));
  s.add("lowest", o.bounds.lowest, "meta-tartan, dga, tawt: no weight falls below", between(0, 1));
  s.add("highest", o.bounds.highest, "meta-tartan, dga, tawt: no weight rises above", between(0, 1));
  s.choice<Apply>(
      "apply", o.apply, {{"loss", Apply::loss}, {"sampling", Apply::sampling}},
      "loss: every task has its batch in each step; sampling: the sum of all batches is divided by the weights "
      "of the step before, so that a task of low weight costs little");
  return s;
}

Section train_section(TrainOptions& o) {
  Section s("train");
  s.add("fuse_tasks", o.fuse_tasks, "with constant weights: all tasks in one forward and backward");
  s.add("dropout", o.dropout, "as the model's config.json and the heads say");
  s.choice<task::LossScale>(
      "loss_scale", o.loss_scale, {{"none", task::LossScale::none}, {"uniform", task::LossScale::uniform}},
      "uniform: each loss is divided by what a uniform prediction costs, ln of the classes, choices or "
      "words (MUPPET, section 3.2), by default in recipe muppet; tartan evaluate prints losses undivided");
  s.add("r3f", o.r3f.weight,
        "weight of R3F's term in the loss of classification tasks (published: 1): what noise in the embeddings changes "
        "in the prediction; costs a second forward and backward; 0: none",
        between(0, 1e6));
  s.add("r3f_size", o.r3f.noise.size, "largest noise, or its deviation where it is normal", between(0, 1e3));
  s.choice<bool>("r3f_noise", o.r3f.noise.normal, {{"uniform", false}, {"normal", true}}, "distribution of the noise");
  s.add("micro_batches", o.micro_batches, "gradient accumulation: parts of one optimiser step",
        at_least(1, most_examples));
  s.add("beta1", o.adamw.beta1, "AdamW", between(0, 0.999999));
  s.add("beta2", o.adamw.beta2, "AdamW", between(0, 0.999999));
  s.add("eps", o.adamw.eps, "AdamW", positive());
  s.choice<Compat>(
      "compat", o.compat, {{"none", Compat::none}, {"official", Compat::official}},
      "official: meta-tartan and mt-tartan as their published code computes: weighting.body = encoder+mlm-head, "
      "probe.per = micro, AdamW of transformers 2 to 4 and what its users spared from decay, task logits in float32, "
      "cosines without epsilon, a loss as the mean of its micro-batches' means, encoder dropout in the dev head's fit, "
      "and with stage.joint.steps one step more, the last at rate 0. Not copied, being accidents: padding that is "
      "attended to, tasks in the order of a Python set, micro-batches that an epoch's end leaves to the next step");
  return s;
}

Section probe_section(task::ProbeOptions& o) {
  Section s("probe");
  s.choice<task::ProbeHead>("head", o.head,
                            {{"fresh", task::ProbeHead::fresh}, {"training", task::ProbeHead::training}},
                            "the dev gradient goes through; fresh: one fitted for it, as published, which costs a "
                            "forward of head_examples; training: the end task's own (figure 3 of the paper), which "
                            "over-weights the end task and costs no fit");
  s.choice<task::ProbeFit>("fit", o.fit, {{"dev", task::ProbeFit::dev}, {"train", task::ProbeFit::train}},
                           "examples that fit the fresh head; dev: from where the gradient's are (probe.data), as "
                           "published; train: from the end task's training examples (AANG), at the same cost");
  s.choice<task::ProbeDraw>(
      "draw", o.draw, {{"independent", task::ProbeDraw::independent}, {"shared", task::ProbeDraw::shared}},
      "independent: fit and gradient see different draws, which alone is META-TARTAN; shared: the same examples, "
      "at the same cost");
  s.choice<task::ProbePer>(
      "per", o.per, {{"step", task::ProbePer::step}, {"micro", task::ProbePer::micro}},
      "step: one dev gradient for the accumulated gradients, as in the paper; micro: as the published code, one for "
      "each of train.micro_batches, through the head fitted for the first, which costs a forward and backward of "
      "gradient_examples for each; the weights move by the mean of the cosines");
  s.add_path_or_word("data", o.data,
                     "what it draws from: the end task's dev; train:SHARE, a hold-out of its training examples, which "
                     "then train nothing; or PATH, a labelled shard or data set (its dev split, else the only one)",
                     task::probe_path);
  s.add("every", o.every,
        "steps from probe to probe; task weights stay in between, and such steps cost what constant weights do",
        at_least(1, most_steps));
  s.add("stale", o.stale,
        "alignments use the probe of the step before, so that no rank waits for it; costs rank 0 a buffer of the "
        "encoder");
  s.add("head_examples", o.head_examples, "dev examples that fit the fresh dev head", at_least(1, most_examples));
  s.add("gradient_examples", o.gradient_examples,
        "other dev examples that give the dev gradient; with per = micro, each of them", at_least(1, most_examples));
  s.add("iterations", o.iterations, "of the dev head's fit, at most", at_least(1, most_steps));
  s.add("tolerance", o.tolerance, "the fit stops when its loss moves by less", between(0, 1e6));
  s.add("head_lr", o.head_lr, "of the dev head", positive());
  s.add("head_decay", o.head_decay, "of the dev head", between(0, 1e6));
  s.add("min_examples", o.min_examples, "of each task that rank 0 keeps beside the probe", at_least(0, most_examples));
  return s;
}

void add_mixing(Section& s, StageOptions& o) {
  s.choice<Mixing>("mixing", o.mixing,
                   {{"heterogeneous", Mixing::heterogeneous},
                    {"batch-homogeneous", Mixing::batch_homogeneous},
                    {"dataset-homogeneous", Mixing::dataset_homogeneous}},
                   "heterogeneous: a step has sub-batches of any members; batch-homogeneous: of one member; "
                   "dataset-homogeneous: of one, and one member after the other");
  s.add("sub_batches", o.sub_batches, "of one step over all ranks and micro-batches, each of one member's batch",
        at_least(1, most_examples));
}

void add_hypergradient(Section& s, HypergradientOptions& o) {
  s.choice<InverseHessian>("hypergradient", o.inverse,
                           {{"identity", InverseHessian::identity},
                            {"finite-difference", InverseHessian::finite_difference},
                            {"neumann", InverseHessian::neumann},
                            {"cg", InverseHessian::cg}},
                           "what stands for a level's inverse Hessian. identity: 1, by products of gradients; "
                           "finite-difference: 1, by differences as the published code; neumann: a series; cg: "
                           "conjugate gradients; the last two by second derivatives on plain kernels");
  s.add("difference", o.difference, "finite-difference: length by which parameters are moved, up and down", positive());
  s.add("terms", o.terms, "neumann: of the series, a product with the Hessian each", at_least(1, most_steps));
  s.add("term_step", o.step, "neumann: the inverse is term_step times the sum of (1 - term_step H)^k", positive());
  s.add("iterations", o.iterations, "cg: at most, a product with the Hessian each", at_least(1, most_steps));
  s.add("tolerance", o.tolerance, "cg: ends at this residual, as a share of the right side", between(0, 1));
  s.add("damping", o.damping, "neumann, cg: added to the Hessian's diagonal", between(0, 1e9));
}

void add_levels(Section& s, StageOptions& o) {
  LevelOptions& l = o.levels;
  s.choice<Levels>("levels", l.levels, {{"three", Levels::three}, {"two", Levels::two}},
                   "two: the ablation, in which one encoder learns the end task and the auxiliaries together, and "
                   "weights go down its own dev loss");
  s.add("proximal", l.proximal,
        "gamma of gamma |phi - theta|^2, which holds phi, that learns the end task, near theta, that is pretrained; 0: "
        "the weights do not move",
        between(0, 1e6));
  s.choice<ProximalNorm>("proximal_norm", l.norm,
                         {{"squared", ProximalNorm::squared}, {"published", ProximalNorm::published}},
                         "published: that of the language runs, |phi - theta| on all but the embeddings, and the whole "
                         "divided by the number of the encoder's parameters");
  s.add("proximal_above", l.proximal_above,
        "the dev loss that weights go down has the term too, as in the language runs");
  s.add("upper_lr", l.upper_lr, "of phi's encoder; lr is theta's", between(0, 1e6));
  s.add("upper_head_lr", l.upper_head_lr, "of phi's head, the end task's", between(0, 1e6));
  add_hypergradient(s, l.hypergradient);
}

void add_turns(Section& s, StageOptions& o) {
  s.add("external", o.external,
        "names of the auxiliary tasks that are external texts, separated by spaces; the others are the end task's own; "
        "empty: all are external");
  s.add("external_steps", o.external_steps,
        "steps on external texts for each step on the end task and its own texts (the paper's R)",
        at_least(1, most_steps));
  s.add("mlm_weight", o.mlm_weight, "weight of the end task's own texts in such a step, beside 1 for the end task",
        between(0, 1e6));
}

}  // namespace

config::Section stage_section(std::string const& name, StageOptions& o, StageKeys keys) {
  Section s("stage." + name);
  if (keys == StageKeys::mixing) add_mixing(s, o);
  if (keys == StageKeys::levels) add_levels(s, o);
  if (keys == StageKeys::turns) add_turns(s, o);
  s.add("steps", o.steps, "optimiser steps; 0: as epochs says", at_least(0, most_steps));
  s.add("epochs", o.epochs, "of the largest training set among the stage's tasks", between(1e-6, 1e6));
  s.add("seed", o.seed,
        "names the stage's draws; -1: run.seed. With run.reuse, runs of several seeds can share a stage", at_least(-1));
  s.add("evaluate_every", o.evaluate_every, "steps between evaluations on dev; 0: once per epoch of the end task",
        at_least(0, most_steps));
  s.add("patience", o.patience, "evaluations without a better dev metric before the stage ends; 0: no early stop",
        at_least(0, most_steps));
  s.add("lr", o.lr, "of encoder and MLM head", between(0, 1e6));
  s.add("head_lr", o.head_lr, "of task heads", between(0, 1e6));
  s.add("decay", o.decay, "weight decay of encoder and MLM head, biases and norms apart", between(0, 1e6));
  s.add("head_decay", o.head_decay, "weight decay of task heads", between(0, 1e6));
  s.add("warmup", o.warmup, "share of the steps in which the learning rate rises", between(0, 1));
  s.choice<optim::Decay>("schedule", o.schedule,
                         {{"linear", optim::Decay::linear}, {"constant", optim::Decay::constant}},
                         "after warm-up: linear falls to 0 at the last step");
  s.add("clip", o.clip, "largest gradient norm, of body and of heads apart; 0: no clipping", between(0, 1e9));
  s.add("tasks", o.tasks, "names of the auxiliary tasks that it trains, separated by spaces; empty: all");
  return s;
}

std::vector<std::string> words(std::string const& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

void bind(config::Settings& settings, Options& o) {
  settings.bind(run_section(o.run));
  settings.bind(model_section(o.model));
  auto const names = settings.names("task");
  o.tasks.resize(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    o.tasks[i].name = names[i];
    settings.bind(task_section(o.tasks[i]));
  }
  settings.bind(weighting_section(o.weighting));
  settings.bind(train_section(o.train));
  settings.bind(probe_section(o.probe));
}

std::vector<config::Section> default_sections(Options& o) {
  if (o.tasks.empty()) o.tasks.emplace_back().name = "NAME";
  return {run_section(o.run),     model_section(o.model), task_section(o.tasks[0]), weighting_section(o.weighting),
          train_section(o.train), probe_section(o.probe)};
}

namespace {

void check_probe_data(std::string const& data, config::Settings const& settings) {
  try {
    task::held_out_share(data);
  } catch (std::invalid_argument const& e) {
    fail_usage(settings.origin("probe", "data") + ": probe.data = \"" + data + "\" " + e.what());
  }
}

void check_metric(TaskOptions const& t, config::Settings const& settings) {
  auto const& metrics = task::metrics_of(t.objective);
  if (metrics.empty())
    fail_usage(settings.origin("task." + t.name, "objective") + ": the end task " + t.name +
               " must have labels, which " + task::objective_name(t.objective) +
               " has not; give another task role = end");
  if (t.metric.empty() || std::ranges::find(metrics, t.metric) != metrics.end()) return;
  std::string known;
  for (auto const& name : metrics) known += (known.empty() ? "" : name == metrics.back() ? " or " : ", ") + name;
  fail_usage(settings.origin("task." + t.name, "metric") + ": unknown metric \"" + t.metric + "\" of objective " +
             task::objective_name(t.objective) + "; use " + known);
}

}  // namespace

std::string head_of(TaskOptions const& task) {
  if (task::is_masked_lm(task.objective)) return "";
  if (!task.head.empty()) return task.head;
  bool const common = task::traits(task.objective).head == task::HeadUse::common;
  return task.role == Role::member && common ? task::objective_name(task.objective) : task.name;
}

std::string metric_of(TaskOptions const& task) {
  auto const& metrics = task::metrics_of(task.objective);
  return task.metric.empty() && !metrics.empty() ? metrics.front() : task.metric;
}

void validate(Options const& o, config::Settings const& settings, bool needs_end_task) {
  auto const missing = [](std::string const& key, std::string const& example) {
    fail_usage("the configuration does not set " + key + "; write for example " + example);
  };
  if (o.run.output.empty()) missing("run.output", "output = runs/first below [run]");
  if (o.model.path.empty()) missing("model.path", "path = models/minilm below [model]");
  std::vector<std::string> ends;
  for (auto const& t : o.tasks) {
    if (t.data.empty()) missing("task." + t.name + ".data", "data = data/" + t.name);
    if (!t.head.empty() && task::is_masked_lm(t.objective))
      fail_usage(settings.origin("task." + t.name, "head") +
                 ": masked language modelling always uses the encoder's own head; remove the key");
    if (t.role == Role::end) ends.push_back(t.name);
    bool const is_measured = t.role == Role::member && !task::metrics_of(t.objective).empty();
    if (t.role == Role::end || is_measured) check_metric(t, settings);
  }
  check_probe_data(o.probe.data, settings);
  if (ends.size() == 1 || (ends.empty() && !needs_end_task)) return;
  if (ends.empty()) fail_usage("no task has role = end; say which [task.NAME] is the end task");
  fail_usage("two tasks have role = end (" + ends[0] + " and " + ends[1] + "); only one can be the end task");
}

}  // namespace tartan::train
