// Three auxiliaries of known worth, weighed by each rule in steps of the engine, on one rank or several.
#include "mpi_main.hpp"
#include "planted.hpp"

namespace tartan::train::toy {
namespace {

comm::Communicator* world = nullptr;

TEST(planted, MetaTartanRanks) { expect_ranked(Planted::Rule::meta_tartan, *world); }
TEST(planted, tawtRanks) { expect_ranked(Planted::Rule::tawt, *world); }
TEST(planted, tapweightRanks) { expect_ranked(Planted::Rule::tapweight, *world); }

}  // namespace
}  // namespace tartan::train::toy

int main(int argc, char** argv) { return tartan::train::mpi_main(argc, argv, tartan::train::toy::world); }
