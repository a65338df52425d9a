#pragma once

#include "texts.hpp"

#include <cmath>

namespace tartan::testing {

using Vectors = std::vector<std::vector<double>>;

inline double cosine(std::vector<double> const& a, std::vector<double> const& b) {
  double dot = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) dot += a[i] * b[i], aa += a[i] * a[i], bb += b[i] * b[i];
  return dot / std::sqrt(aa * bb);
}

//! The formula, example by example.
inline double reference(Vectors const& first, Vectors const& second) {
  double sum = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    double all = 0;
    for (auto const& other : second) all += std::exp(cosine(first[i], other) / 0.05);
    sum += std::log(all) - cosine(first[i], second[i]) / 0.05;
  }
  return sum;
}

class ContrastingTest : public TextsTest {
 protected:
  //! What the head makes of the rows that `seen` reads.
  Vectors embedded(data::PackedBatch const& seen, bool dropout) {
    at::Tensor const x = model->encoder.forward(model->parameters, seen, seen.rows, {dropout});
    at::Tensor const z = at::tanh(at::linear(x, parameter("fc.weight"), parameter("fc.bias")));
    Vectors rows;
    for (std::int64_t r = 0; r < z.size(0); ++r) {
      rows.emplace_back();
      for (std::int64_t c = 0; c < z.size(1); ++c) rows.back().push_back(z[r][c].item<double>());
    }
    return rows;
  }

  //! What one of several ranks gathers, the others' encodings being known.
  static task::GatherRows gather_as(std::size_t rank, std::vector<at::Tensor> encodings) {
    return [=](at::Tensor const& own) mutable {
      std::int64_t first = 0;
      for (std::size_t r = 0; r < rank; ++r) first += encodings[r].size(0);
      encodings[rank] = own;
      return task::RowsOfRanks{at::cat(encodings), first};
    };
  }

  double learn(task::HeadPlace const& at, data::PackedBatch const& seen, at::Tensor const& gradient) {
    model->parameters.bind_gradients(gradient);
    at::Tensor const loss = task::forward_loss(*objective, at, seen);
    torch::autograd::backward({loss}, {});
    return loss.item<double>();
  }

  //! Losses and gradients of ranks that have these shares are those of one rank that has all.
  void expect_ranks_add_up(task::ObjectiveKind kind, std::vector<data::PackedBatch const*> const& shares) {
    open_on(kind, data::concatenate(shares));
    at::Tensor const whole = at::zeros_like(model->parameters.values()), sum = at::zeros_like(whole);
    double const expected = learn(dropping(), batch, whole);
    std::vector<at::Tensor> encodings;
    task::HeadPlace listening = dropping();
    listening.gather = [&](at::Tensor const& own) {
      encodings.push_back(own.detach());
      return task::RowsOfRanks{own};
    };
    for (auto const* share : shares) task::forward_loss(*objective, listening, transformed(*share));
    double losses = 0;
    for (std::size_t r = 0; r < shares.size(); ++r) {
      task::HeadPlace of_rank = dropping();
      of_rank.gather = gather_as(r, encodings);
      losses += learn(of_rank, transformed(*shares[r]), sum);
    }
    EXPECT_NEAR(losses, expected, 1e-10);
    EXPECT_LE((sum - whole).abs().max().item<double>(), 1e-11 * (1 + whole.abs().max().item<double>()));
  }
};

}  // namespace tartan::testing
