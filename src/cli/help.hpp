#pragma once

#include <string>

namespace tartan::cli {

//! What `tartan --help` prints.
std::string overview();

//! What `tartan COMMAND --help` prints; empty where there is no such command.
std::string help_of(std::string const& command);

//! "unknown command … (did you mean …?); use …".
std::string unknown_command(std::string const& command);

}  // namespace tartan::cli
