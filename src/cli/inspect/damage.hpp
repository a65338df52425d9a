#pragma once

#include <tartan/core/error.hpp>

namespace tartan::cli {

//! Carries out `look`. What is missing, or no file, within a directory that is there is damage: ExitStatus::usage
//! becomes ::data.
template <class Look>
auto as_damage(Look const& look) {
  try {
    return look();
  } catch (Error const& error) {
    if (error.status() != ExitStatus::usage) throw;
    fail_data(error.what());
  }
}

}  // namespace tartan::cli
