#pragma once

#include "oracle_replay.hpp"

namespace tartan::train::oracle {

//! Numbers that the authors' own code gave (oracle/published/README.md, section 1): two micro-batches a step.
inline std::filesystem::path published_folder() { return folder() / "published" / "tartan"; }

//! A model's folder with the inputs of its published runs.
struct PublishedFiles : Files {
  PublishedFiles(std::string const& model, std::string const& run)
      : Files(model),
        result(read_json(published_folder() / (model + "." + run + ".json"))),
        stem(published_folder() / (model + "." + run)) {
    inputs = read_tensors(published_folder() / (model + ".inputs.safetensors"));
    std::vector<std::string> names;
    for (auto const& [name, tensor] : inputs)
      if (name.ends_with(".input_ids")) names.push_back(name.substr(0, name.size() - 10));
    for (auto const& name : names) unmask(name);
  }
  nlohmann::json result;
  std::filesystem::path stem;
};

//! As Replay, step by step as the published run tells it.
class PublishedReplay : public Replay {
 public:
  PublishedReplay(PublishedFiles const& files, Case const& c, Run const& run)
      : Replay(files, c, run), published_(files), rounded_(compare_), near_(compare_) {
    if (run.logits == weighting::LogitType::float64) return;
    weighting::keep_in_float32(std::get<weighting::MetaTartan>(weighting_));
    // A float32 softmax differs from library to library by a bit or two of a float. What is made of weights at once
    // shows that, cosines near 0 too; losses and norms move by 5e-9 with the parameters, whose sums are held to 1e-9 as
    // ever.
    rounded_ = Compare(c.precision, 5e-7);
    near_ = Compare(c.precision, 1e-8);
  }

  void check_all() override {
    for (auto const& step : published_.result.at("steps")) check_step(step);
    double const steps = static_cast<double>(published_.result.at("steps").size());
    rounded_.scalar("reported_average_loss", loss_sum_ / steps, published_.result.at("reported_average_loss"));
    Checksum(subject_.model->parameters).check(compare_, "final", published_.result.at("final_checksum"));
    std::filesystem::path tensors = published_.stem;
    tensors += ".final.safetensors";
    if (run_.logits == weighting::LogitType::float64) check_final_tensors(read_tensors(tensors));  // the other has none
  }

 private:
  static std::string batch(std::int64_t number) { return std::string(".").append(std::to_string(number % 4)); }

  void check_step(nlohmann::json const& expected) {
    SCOPED_TRACE(run_.name + " step " + std::to_string(steps_));
    for (char const* group : {"lm", "head"}) compare_.scalar("lr_factor", factor(), expected.at("lr_factor").at(group));
    std::int64_t const k = steps_;
    StepReport const report = step({batch(2 * k), batch(2 * k + 1)}, batch(k));
    check_losses(report, expected.at("micro"));
    rounded_.scalar("body before clipping", report.body_norm, expected.at("norm_before_clip").at("lm"));
    rounded_.scalar("head before clipping", report.head_norm, expected.at("norm_before_clip").at("head"));
    Checksum(subject_.model->parameters).check(compare_, "parameters", expected.at("checksum"));
    if (!run_.rate) return;
    for (std::size_t m = 0; m < 2; ++m) check_micro(report, m, expected.at("micro").at(m));
    check_dev_head(report, expected);
    check_logits(report, expected);
  }

  //! Where tasks are not looked at, a step knows its mean losses alone.
  void check_losses(StepReport const& report, nlohmann::json const& micro) {
    std::vector<double> means(tasks_.size());
    for (std::size_t m = 0; m < 2; ++m) {
      rounded_.per_task("weight_used", report.weights, micro.at(m).at("weight_used"), tasks_);
      if (run_.rate) near_.per_task("loss", report.look_losses.at(m), micro.at(m).at("loss"), tasks_);
      for (std::size_t i = 0; i < tasks_.size(); ++i)
        means[i] += micro.at(m).at("loss").at(tasks_[i]).get<double>() / 2;
    }
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      near_.scalar("mean loss of " + tasks_[i], report.losses[i], means[i]);
      if (i != subject_.end()) loss_sum_ += report.weights[i] * report.losses[i] / 2;  // of two auxiliaries
    }
  }

  void check_micro(StepReport const& report, std::size_t m, nlohmann::json const& expected) const {
    SCOPED_TRACE(std::string("micro-batch ").append(std::to_string(m)));
    weighting::Alignments const& look = report.looks.at(m);
    near_.scalar("dev_body_norm", look.probe_norm, expected.at("dev_body_norm"));
    near_.scalar("dev_encoder_norm", look.probe_norm, expected.at("dev_encoder_norm"));
    near_.per_task("body_norm", look.norm, expected.at("body_norm"), tasks_);
    rounded_.per_task("cosine", weighting::cosines(look), expected.at("cosine"), tasks_);
    check_encoder(look, m, expected);
    if (oracle::subject().rank() == 0) near_.scalar("dev_loss", report.probe.dev_losses.at(m), expected.at("dev_loss"));
  }

  //! Each micro-batch has half a say in the gradients that the step forms.
  void check_encoder(weighting::Alignments const& look, std::size_t m, nlohmann::json const& expected) const {
    std::int64_t const encoder = subject_.model->parameters.layout().body_size();
    std::vector<double> norms, cosines;
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      norms.push_back(2 * norm_of(gradients_.at(m * tasks_.size() + i).narrow(0, 0, encoder)));
      cosines.push_back(look.dot[i] / (norms[i] * look.probe_norm));
    }
    near_.per_task("encoder_norm", norms, expected.at("encoder_norm"), tasks_);
    rounded_.per_task("encoder_only_cosine", cosines, expected.at("encoder_only_cosine_not_used"), tasks_);
  }

  void check_dev_head(StepReport const& report, nlohmann::json const& expected) const {
    if (oracle::subject().rank() != 0) return;
    EXPECT_EQ(report.probe.head_losses.size(), expected.at("dev_head_losses").size());
    near_.list("dev_head_losses", report.probe.head_losses, expected.at("dev_head_losses"));
    Checksum(*dev_head_).check(near_, "dev head", expected.at("dev_head_checksum"));
  }

  void check_logits(StepReport const& report, nlohmann::json const& expected) const {
    std::vector<double> gradient(tasks_.size());
    for (std::size_t m = 0; m < 2; ++m) {
      auto const cosines = weighting::cosines(report.looks[m]);
      for (std::size_t i = 0; i < tasks_.size(); ++i) gradient[i] -= cosines[i] / 2;
      rounded_.per_task("logit_gradient_so_far", gradient, expected.at("micro").at(m).at("logit_gradient_so_far"),
                        tasks_);
    }
    rounded_.per_task("logit_gradient", gradient, expected.at("logit_gradient"), tasks_);
    rounded_.per_task("logits_after", std::get<weighting::MetaTartan>(weighting_).logits, expected.at("logits_after"),
                      tasks_);
    rounded_.per_task("softmax_after", weights(), expected.at("softmax_after"), tasks_);
  }

  PublishedFiles const& published_;
  Compare rounded_, near_;  // with float64 logits both are compare_
  double loss_sum_ = 0;
};

struct PublishedCase {
  Case base;
  Run run;
  PublishedCase(Case of_model, Run of_name) : base(std::move(of_model)), run(std::move(of_name)) {}
};

inline std::string published_name(PublishedCase const& c) {
  std::string name = c.base.model + "_" + c.run.name + (c.run.fuse ? "_fused" : "") +
                     (c.base.kernels == model::Kernels::fast ? "_fast" : "_plain");
  std::ranges::replace(name, '.', '_');
  return name;
}
inline void PrintTo(PublishedCase const& c, std::ostream* out) { *out << published_name(c); }

//! train.compat = official with the settings of a published run.
inline Run published_run(std::string const& name, std::optional<double> rate = std::nullopt) {
  return {.name = name,
          .rate = rate,
          .body = Body::encoder_and_mlm_head,
          .form = optim::AdamWForm::transformers,
          .compat = Compat::official,
          .warmup = 1,
          .scheduled = 20};
}

//! All seven; those with fixed weights also with the tasks in one backward. In double precision, as they are.
inline std::vector<PublishedCase> published_cases(std::vector<model::Kernels> const& kernels) {
  Run early = published_run("meta_earlystop", 0.5), rounded = published_run("meta_lr0.5_logits32", 0.5),
      fused = published_run("mt");
  early.dev_head_lr = 3e-5;
  rounded.logits = weighting::LogitType::float32;
  fused.fuse = true;
  Run const meta = published_run("meta", 0.01), high = published_run("meta_lr0.5", 0.5), mt = published_run("mt");
  std::vector<Run> const of_bert = {meta, high, early, rounded, mt, fused}, of_roberta = {high, mt, fused};
  std::vector<PublishedCase> all;
  for (auto const kernel : kernels) {
    Case const bert{"bert", model::Precision::fp64, kernel}, roberta{"roberta", model::Precision::fp64, kernel};
    for (Run const& run : of_bert) all.emplace_back(bert, run);
    for (Run const& run : of_roberta) all.emplace_back(roberta, run);
  }
  return all;
}

inline std::string published_case_name(::testing::TestParamInfo<PublishedCase> const& info) {
  return published_name(info.param);
}

class PublishedOracleTest : public ::testing::TestWithParam<PublishedCase> {
 protected:
  void SetUp() override { need(published_folder()); }
};

TEST_P(PublishedOracleTest, StepsAsThePublishedCode) {
  PublishedFiles const files(GetParam().base.model, GetParam().run.name);
  PublishedReplay(files, GetParam().base, GetParam().run).check_all();
}

}  // namespace tartan::train::oracle
