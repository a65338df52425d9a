#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tartan {

//! What is wrong with several things that are looked at one after another, so that one complaint names them all.
class Problems {
 public:
  //! Keeps the message of ExitStatus::data and ::usage; others, such as ExitStatus::io, go through.
  void attempt(std::function<void()> const& look);
  //! Throws ExitStatus::data where anything was wrong: "2 of 5 `things` are wrong: ...; `way_out`".
  void refuse_any(std::string const& things, std::string const& way_out) const;
  std::size_t attempts() const { return attempts_; }

 private:
  std::size_t attempts_ = 0;
  std::vector<std::string> messages_;
};

}  // namespace tartan
