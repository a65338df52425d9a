#pragma once

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace tartan::cli {

//! One command line of `tartan inspect`.
struct Request {
  std::filesystem::path path;
  bool verify = false;
  std::size_t examples = 3;          //!< of data: how many are shown
  std::optional<std::string> label;  //!< of data: only examples with this one
  std::filesystem::path tokenizer;   //!< of data: directory; empty: look for it
};

//! All that inspect says; the text for people is made from it.
using Facts = nlohmann::ordered_json;

}  // namespace tartan::cli
