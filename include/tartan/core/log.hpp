#pragma once

#include <string>

namespace tartan {

//! Which rank this process is; set once, before the first message. Rank 0 of 1 unless told.
void set_log_rank(int rank, int size);

//! One line on standard error, from rank 0 only.
void log(std::string const& message);

//! As `log`, marked as a warning.
void warn(std::string const& message);

//! One line on standard error from every rank that calls it, with the rank in front.
void log_local(std::string const& message);

}  // namespace tartan
