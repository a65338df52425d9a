#pragma once

#include "oracle_forward.hpp"
#include "oracle_published.hpp"

namespace tartan::train::oracle {

TEST_P(OracleTest, Forward) {
  Files const files(GetParam().model);
  Forward forward(files, GetParam());
  forward.check_counts();
  forward.check_order();
  forward.check_all();
}

TEST_P(OracleTest, Meta) {
  Files const files(GetParam().model);
  Replay(files, GetParam(), {.name = "meta", .rate = 0.01}).check_all();
}

TEST_P(OracleTest, MetaStrong) {
  Files const files(GetParam().model);
  Replay(files, GetParam(), {.name = "meta_strong", .rate = 1, .tolerance = 0.11}).check_all();
}

//! The published code's arithmetic without its micro-batches and its rule for decay.
TEST_P(OracleTest, MetaOfficial) {
  Files const files(GetParam().model);
  Replay(files, GetParam(),
         {.name = "meta_official",
          .rate = 0.01,
          .body = Body::encoder_and_mlm_head,
          .form = optim::AdamWForm::transformers})
      .check_all();
}

TEST_P(OracleTest, StaticTaskByTask) {
  Files const files(GetParam().model);
  Replay(files, GetParam(), {.name = "static"}).check_all();
}

TEST_P(OracleTest, StaticFused) {
  Files const files(GetParam().model);
  Replay(files, GetParam(), {.name = "static", .fuse = true}).check_all();
}

inline std::vector<Case> cases(std::vector<model::Kernels> const& kernels) {
  std::vector<Case> all;
  for (char const* name : {"bert", "roberta"})
    for (auto const precision : {model::Precision::fp64, model::Precision::fp32})
      for (auto const kernel : kernels) all.push_back({name, precision, kernel});
  return all;
}

inline std::string case_name(::testing::TestParamInfo<Case> const& info) { return name_of(info.param); }

}  // namespace tartan::train::oracle
