// Hypergradients beyond the identity over several ranks, each with its share of the examples.
#include "levels_toy.hpp"
#include "mpi_main.hpp"

#include <gtest/gtest.h>

namespace tartan::train::toy {
namespace {

comm::Communicator* world = nullptr;

class levels_on_ranks : public testing::TestWithParam<InverseHessian> {};

// As one process that holds all examples; heads of few examples are on some ranks alone
TEST_P(levels_on_ranks, SlopesAreThoseOfOneProcess) {
  LevelOptions options{.proximal = 0.3};
  options.hypergradient.inverse = GetParam();
  options.hypergradient.damping = GetParam() == InverseHessian::cg ? 40 : 0;
  options.hypergradient.terms = 3;
  LevelsToy shared(options, true, LevelsToy::rate, world), alone(options, true);
  auto const found = shared.third_step().slopes->by_weight, expected = alone.third_step().slopes->by_weight;
  for (std::size_t i = 1; i < 3; ++i) EXPECT_NEAR(found[i] / expected[i], 1, 1e-9) << "task " << i;
  for (std::size_t i = 0; i < 2; ++i) EXPECT_NEAR(shared.logits()[i], alone.logits()[i], 1e-10);
}

TEST_P(levels_on_ranks, EveryRankHasTheSameWeights) {
  LevelOptions options{.proximal = 0.3};
  options.hypergradient.inverse = GetParam();
  LevelsToy toy(options, true, LevelsToy::rate, world);
  for (int step = 0; step < 3; ++step) toy.step();
  std::vector<double> first = toy.logits();
  world->broadcast(first.data(), first.size(), comm::Type::float64, 0).wait();
  EXPECT_EQ(toy.logits(), first);
}

INSTANTIATE_TEST_SUITE_P(Inverses, levels_on_ranks,
                         testing::Values(InverseHessian::finite_difference, InverseHessian::neumann,
                                         InverseHessian::cg));

}  // namespace
}  // namespace tartan::train::toy

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::toy::world); }
