// R3F against numbers recorded from its authors' own criteria (oracle/published/r3f) and its limits.
#include "oracle_files.hpp"
#include "task/r3f.hpp"
#include "toy.hpp"

#include <torch/csrc/autograd/autograd.h>

#include <array>
#include <gtest/gtest.h>

namespace tartan::train::oracle {
namespace {

using task::symmetric_kl;

std::filesystem::path r3f_folder() { return folder() / "published" / "r3f"; }

//! The model of the recorded cases, a row of `embedded` (B, L, H) a text.
struct Toy {
  std::map<std::string, at::Tensor> p;
  bool per_position;  // else the mean over positions
  at::Tensor logits(at::Tensor const& embedded) const {
    at::Tensor const x = per_position ? embedded : embedded.mean(1);
    at::Tensor const inner = at::tanh(at::matmul(x, p.at("fc.weight").t()) + p.at("fc.bias"));
    return at::matmul(inner, p.at("out.weight").t()) + p.at("out.bias");
  }
};

struct Case {
  nlohmann::json facts;
  std::map<std::string, at::Tensor> tensors;
  bool sequences() const { return facts.at("kind") != "classification"; }
};

Case read_case(std::string const& name) {
  Case result;
  nlohmann::json const all = read_json(r3f_folder() / "expected.json");
  for (auto const& facts : all.at("cases"))
    if (facts.at("name") == name) result.facts = facts;
  for (auto const& [key, tensor] : read_tensors(r3f_folder() / "tensors.safetensors"))
    if (key.starts_with(name + ".")) result.tensors[key.substr(name.size() + 1)] = tensor;
  return result;
}

//! Label-smoothed cross entropy, pads apart, summed: that of fairseq.
at::Tensor smoothed(at::Tensor const& logits, at::Tensor const& targets, double smoothing) {
  std::int64_t const classes = logits.size(-1);
  at::Tensor const log_p = at::log_softmax(logits, -1).view({-1, classes}), flat = targets.reshape({-1});
  at::Tensor const real = (flat != 1).nonzero().squeeze(1), kept = log_p.index_select(0, real);
  at::Tensor const nll = -kept.gather(1, flat.index_select(0, real).unsqueeze(1)).sum(), all = -kept.sum();
  double const each = smoothing / static_cast<double>(classes - 1);
  return (1 - smoothing - each) * nll + each * all;
}

at::Tensor cross_entropy(Case const& c, at::Tensor const& logits) {
  at::Tensor const labels = c.tensors.at("labels");
  if (c.sequences()) return smoothed(logits, labels, c.facts.at("label_smoothing").get<double>());
  return at::cross_entropy_loss(logits, labels, {}, at::Reduction::Sum);
}

class r3f : public testing::TestWithParam<char const*> {};

TEST_P(r3f, LossAndGradientsAreThePublishedCodes) {
  if (!std::filesystem::exists(r3f_folder())) GTEST_SKIP() << r3f_folder() << " is absent";
  Case const c = read_case(GetParam());
  auto const& expected = c.facts.at("float64");
  Toy toy{{}, c.sequences()};
  for (auto const* name : {"embed", "fc.weight", "fc.bias", "out.weight", "out.bias"})
    toy.p[name] = c.tensors.at(name).requires_grad_(true);
  at::Tensor const embedded = at::embedding(toy.p.at("embed"), c.tensors.at("input_ids"));
  at::Tensor const base = c.sequences() ? embedded : embedded.detach();  // as published, either way
  at::Tensor const clean = toy.logits(embedded), noised = toy.logits(base + c.tensors.at("noise"));
  auto const rows = c.facts.at("rows").get<double>(), samples = expected.at("sample_size").get<double>();
  at::Tensor const kl = symmetric_kl(clean, noised);
  at::Tensor const loss = cross_entropy(c, clean) / samples + c.facts.at("r3f_lambda").get<double>() * kl / rows;
  EXPECT_LE((clean - c.tensors.at("logits_clean")).abs().max().item<double>(), 1e-12);
  EXPECT_NEAR(loss.item<double>(), expected.at("loss_per_sample").get<double>(), 1e-10);
  EXPECT_NEAR(kl.item<double>() / rows, expected.at("symm_kl_per_sample").get<double>(),
              1e-10 * kl.item<double>() + 1e-16);
  torch::autograd::backward({loss}, {});
  for (auto const& [name, value] : toy.p)
    EXPECT_LE((value.grad() - c.tensors.at("grad." + name)).abs().max().item<double>(), 1e-10) << name;
}

INSTANTIATE_TEST_SUITE_P(Cases, r3f,
                         testing::Values("small_noise", "lambda07", "large_noise", "seq2seq_sentence_avg",
                                         "seq2seq_token_avg"));

//! A case's classification as tartan's own: its head in a parameter set, both passes' hidden states from its
//! embeddings.
struct Own {
  explicit Own(Case const& c) : parameters(layout(c), at::kDouble) {
    at::NoGradGuard const guard;
    for (auto const* part : parts) parameters.at(std::string("own.") + part).copy_(c.tensors.at(part));
  }
  static model::Layout layout(Case const& c) {
    model::HeadShape shape;
    for (auto const* part : parts) shape.emplace_back(part, c.tensors.at(part).sizes().vec());
    model::Layout result;
    model::add_head(result, "own", shape);
    return result;
  }

  static constexpr std::array<char const*, 4> parts = {"fc.weight", "fc.bias", "out.weight", "out.bias"};
  model::Encoder const encoder{toy::config(), model::Kernels::plain};  // does nothing: hidden states are given
  model::ParameterSet parameters;
};

//! A text without tokens for each row.
data::PackedBatch batch_of(Case const& c) {
  data::PackedBatch batch;
  batch.targets = batch.class_labels = numbers(c.tensors.at("labels"));
  for (std::uint64_t e = 0; e < batch.targets.size(); ++e) {
    batch.examples.push_back(e);
    batch.example_keys.push_back(e);
  }
  return batch;
}

std::unique_ptr<task::Objective> objective_of(Case const& c) {
  return task::make_objective(
      {.kind = task::ObjectiveKind::classification,
       .outputs = c.facts.at("classes").get<std::int64_t>(),
       .r3f = {.weight = c.facts.at("r3f_lambda").get<double>(), .noise = {c.facts.at("eps").get<double>(), false}}});
}

class r3f_Objective : public testing::TestWithParam<char const*> {};

// Only what comes before the head is the test's: embeddings, the given noise, and their mean
TEST_P(r3f_Objective, LossAndGradientsAreThePublishedCodes) {
  if (!std::filesystem::exists(r3f_folder())) GTEST_SKIP() << r3f_folder() << " is absent";
  Case const c = read_case(GetParam());
  Own own(c);
  at::Tensor const gradient = at::zeros_like(own.parameters.values());
  own.parameters.bind_gradients(gradient);
  at::Tensor const table = c.tensors.at("embed").requires_grad_(true);
  at::Tensor const embedded = at::embedding(table, c.tensors.at("input_ids"));
  std::vector<at::Tensor> const hidden = {embedded.mean(1), (embedded.detach() + c.tensors.at("noise")).mean(1)};
  auto const objective = objective_of(c);
  ASSERT_EQ(objective->passes().size(), hidden.size());
  task::HeadPlace const place{own.encoder, own.parameters, own.parameters, "own"};
  at::Tensor const loss = objective->loss(place, hidden, batch_of(c)) / c.facts.at("rows").get<double>();
  EXPECT_NEAR(loss.item<double>(), c.facts.at("float64").at("loss_per_sample").get<double>(), 1e-12);
  torch::autograd::backward({loss}, {});
  auto const expect_gradient = [&](at::Tensor const& mine, std::string const& name) {
    EXPECT_LE((mine - c.tensors.at("grad." + name)).abs().max().item<double>(), 1e-12) << name;
  };
  expect_gradient(table.grad(), "embed");
  for (std::size_t i = 0; i < Own::parts.size(); ++i) expect_gradient(own.parameters.gradient(i), Own::parts[i]);
}

INSTANTIATE_TEST_SUITE_P(Cases, r3f_Objective, testing::Values("small_noise", "lambda07", "large_noise"));

// ALGORITHMS 7.9: of a linear model z = W e, to second order in a noise d: d' W' (diag p - p p') W d
TEST(r3f_Limit, SmallNoiseInALinearModelIsAQuadraticForm) {
  at::Tensor const w = at::tensor({0.3, -1.2, 0.7, 0.4, 0.9, -0.5}, at::kDouble).view({3, 2});
  at::Tensor const e = at::tensor({0.8, -0.3}, at::kDouble), d = at::tensor({1e-4, -2e-4}, at::kDouble);
  at::Tensor const p = at::softmax(at::mv(w, e), -1), wd = at::mv(w, d);
  double const quadratic = at::dot(wd, at::mv(at::diag(p) - at::outer(p, p), wd)).item<double>();
  EXPECT_NEAR(symmetric_kl(at::mv(w, e), at::mv(w, e + d)).item<double>() / quadratic, 1, 1e-3);
  EXPECT_EQ(symmetric_kl(at::mv(w, e), at::mv(w, e)).item<double>(), 0);
}

}  // namespace
}  // namespace tartan::train::oracle
