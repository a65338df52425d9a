#include "commands.hpp"

#include <tartan/recipe/recipe.hpp>

#include <cstdio>

namespace tartan::cli {

ExitStatus config(Arguments const& arguments) {
  if (arguments != Arguments{"default"})
    fail_usage("tartan config takes one word; write tartan config default (prints every key with its default)");
  std::fputs(recipe::describe_defaults().c_str(), stdout);
  return ExitStatus::done;
}

}  // namespace tartan::cli
