#pragma once

#include <tartan/core/error.hpp>

#include <string>
#include <vector>

namespace tartan::cli {

//! Carries out one command line (without the program's name); standard output carries results, all else goes to
//! standard error. Throws Error.
ExitStatus run_command(int& argc, char**& argv);

//! Everything around it: messages, exit status, and that no rank is left behind.
int main(int argc, char** argv);

}  // namespace tartan::cli
