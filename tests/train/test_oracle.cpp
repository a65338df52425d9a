#include "oracle_suite.hpp"

namespace tartan::train::oracle {

comm::Communicator& subject() {
  static auto const local = comm::make_local();
  return *local;
}

INSTANTIATE_TEST_SUITE_P(oracle, OracleTest, ::testing::ValuesIn(cases({model::Kernels::fast, model::Kernels::plain})),
                         case_name);
INSTANTIATE_TEST_SUITE_P(oracle, PublishedOracleTest,
                         ::testing::ValuesIn(published_cases({model::Kernels::fast, model::Kernels::plain})),
                         published_case_name);

TEST_P(OracleTest, OnOneRankEveryPlacementIsTheSame) {
  Files const files(GetParam().model);
  Replay exact(files, GetParam(), {.name = "meta", .rate = 0.01});
  Replay rank0(files, GetParam(), {.name = "meta", .rate = 0.01, .placement = Placement::rank0});
  exact.check_all();
  rank0.check_all();
  EXPECT_TRUE(at::equal(exact.values(), rank0.values()));
  EXPECT_EQ(exact.weights(), rank0.weights());
}

}  // namespace tartan::train::oracle
