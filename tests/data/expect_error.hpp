#pragma once

#include <tartan/core/error.hpp>

#include <gtest/gtest.h>
#include <string>

namespace tartan::testing {

//! Expects `action` to throw an Error of `status` whose text holds `words`.
template <class Action>
void expect_error(ExitStatus status, std::string const& words, Action&& action) {
  try {
    action();
    ADD_FAILURE() << "nothing thrown; expected: " << words;
  } catch (Error const& error) {
    EXPECT_EQ(error.status(), status) << error.what();
    EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what() << "\nexpected: " << words;
  }
}

}  // namespace tartan::testing
