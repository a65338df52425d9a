// Hypergradients beyond the identity over several ranks, each with its share of the examples.
#include "levels_toy.hpp"
#include "mpi_main.hpp"
#include "toy_texts.hpp"

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

comm::Communicator* world = nullptr;

class levels_on_ranks : public testing::TestWithParam<InverseHessian> {};

LevelsPlan plan(InverseHessian inverse) {
  LevelOptions levels{.proximal = 0.3};
  levels.hypergradient = {
      .inverse = inverse, .terms = 3, .step = 0.02, .damping = inverse == InverseHessian::cg ? 40.0 : 0.0};
  return {.levels = levels};
}

void expect_alike(LevelsPlan plan) {
  LevelsToy alone(plan);
  plan.comm = world;
  LevelsToy shared(plan);
  auto const found = shared.third_step().slopes->by_weight, expected = alone.third_step().slopes->by_weight;
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_NEAR(found[i] / expected[i], 1, 1e-9) << "task " << i;
  for (std::size_t i = 0; i + 1 < found.size(); ++i) EXPECT_NEAR(shared.logits()[i], alone.logits()[i], 1e-10);
  std::vector<double> first = found;
  world->broadcast(first.data(), first.size(), comm::Type::float64, 0).wait();
  EXPECT_EQ(found, first) << "not rank 0's";
}

// As one process that holds all examples; heads of few examples are on some ranks alone
TEST_P(levels_on_ranks, SlopesAreThoseOfOneProcess) { expect_alike(plan(GetParam())); }

TEST_P(levels_on_ranks, MicroBatchesAddUp) {
  LevelsPlan several = plan(GetParam());
  several.micro_batches = 2;
  expect_alike(several);
}

TEST(texts_on_ranks, ATextIsToldFromThoseOfOtherRanks) {
  LevelsPlan texts = plan(InverseHessian::finite_difference);
  texts.tasks = tasks_of_texts();
  texts.micro_batches = 2;
  expect_alike(texts);
}

TEST(texts_on_ranks, SecondDerivativesAcrossRanksAreRefused) {
  LevelsPlan texts = plan(InverseHessian::cg);
  texts.tasks = tasks_of_texts();
  texts.comm = world;
  try {
    LevelsToy const toy(texts);
    FAIL() << "no refusal";
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), ExitStatus::usage);
    EXPECT_NE(std::string(error.what()).find("use one rank"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Inverses, levels_on_ranks,
                         testing::Values(InverseHessian::finite_difference, InverseHessian::neumann,
                                         InverseHessian::cg));

}  // namespace
}  // namespace tartan::train::toy

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::toy::world); }
