#include "mpi_main.hpp"
#include "oracle_suite.hpp"

namespace tartan::train::oracle {
namespace {

comm::Communicator* world = nullptr;

}  // namespace

comm::Communicator& subject() { return *world; }

INSTANTIATE_TEST_SUITE_P(oracle, OracleTest, ::testing::ValuesIn(cases({model::Kernels::fast})), case_name);
INSTANTIATE_TEST_SUITE_P(oracle, PublishedOracleTest, ::testing::ValuesIn(published_cases({model::Kernels::fast})),
                         published_case_name);

}  // namespace tartan::train::oracle

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::oracle::world); }
