#pragma once

#include "request.hpp"

namespace tartan::cli {

//! The examples that data facts hold, with how to read them where they are shown as ids.
std::string examples_text(Facts const& facts);

}  // namespace tartan::cli
