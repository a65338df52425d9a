#pragma once

#include <ATen/ATen.h>

#include <string>

namespace tartan::model {

//! "[30, 44]", for messages.
std::string shape_text(at::IntArrayRef shape);

}  // namespace tartan::model
