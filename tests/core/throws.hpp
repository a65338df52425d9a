#pragma once

#include <tartan/core/error.hpp>

#include <functional>
#include <gtest/gtest.h>
#include <string>

namespace tartan::testing {

//! The message of the Error that `action` throws; a failure where it throws none or another status.
inline std::string message_of(ExitStatus status, std::function<void()> const& action) {
  try {
    action();
  } catch (Error const& error) {
    EXPECT_EQ(static_cast<int>(error.status()), static_cast<int>(status)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace tartan::testing
