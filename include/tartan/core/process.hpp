#pragma once

namespace tartan {

//! Largest resident memory of this process so far, in MB (2^20 bytes).
double peak_memory_mb();

}  // namespace tartan
