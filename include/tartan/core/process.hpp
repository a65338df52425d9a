#pragma once

#include <string>

namespace tartan {

//! Name of the machine; empty where it has none.
std::string host_name();

//! Largest resident memory of this process so far, in MB (2^20 bytes).
double peak_memory_mb();

}  // namespace tartan
