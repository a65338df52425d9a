#include <tartan/core/error.hpp>
#include <tartan/core/joined.hpp>
#include <tartan/core/problems.hpp>

#include <ranges>

namespace tartan {
namespace {

constexpr std::size_t most_told = 12;

std::string without_way_out(std::string const& message) { return message.substr(0, message.rfind("; ")); }

}  // namespace

void Problems::attempt(std::function<void()> const& look) {
  ++attempts_;
  try {
    look();
  } catch (Error const& error) {
    if (error.status() != ExitStatus::data && error.status() != ExitStatus::usage) throw;
    messages_.push_back(without_way_out(error.what()));
  }
}

void Problems::refuse_any(std::string const& things, std::string const& way_out) const {
  if (messages_.empty()) return;
  std::string text = std::to_string(messages_.size()) + " of " + std::to_string(attempts_) + " " + things +
                     (messages_.size() == 1 ? " is wrong: " : " are wrong: ");
  text += joined(messages_ | std::views::take(most_told));
  if (messages_.size() > most_told) text += " and " + std::to_string(messages_.size() - most_told) + " more";
  fail_data(text + "; " + way_out);
}

}  // namespace tartan
