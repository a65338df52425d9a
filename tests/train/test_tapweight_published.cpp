// The six runs that were recorded from TapWeight's own engine.
#include "tapweight_replay.hpp"

#include <gtest/gtest.h>

namespace tartan::train::oracle {
namespace {

class tapweight_published : public testing::TestWithParam<char const*> {
 protected:
  void SetUp() override { need(tapweight_folder()); }
};

TEST_P(tapweight_published, EveryIterationIsThePublishedCodes) {
  std::string const run = GetParam();
  TapReplay(run).check_all(tapweight_folder() / (run + ".final.safetensors"));
}

INSTANTIATE_TEST_SUITE_P(Runs, tapweight_published,
                         testing::Values("sgd", "sgd_momentum", "adam", "adam_nlu", "adam_nlu_gamma0.2",
                                         "adam_nlu_l1"));

}  // namespace
}  // namespace tartan::train::oracle
