#include "numbers.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace tartan::config {
namespace {

template <class T>
T parse(std::string const& text, char const* kind) {
  T value{};
  char const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::invalid_argument || stop != end) throw std::invalid_argument(std::string("is not a ") + kind);
  if (error == std::errc::result_out_of_range) throw std::invalid_argument("is out of range");
  return value;
}

}  // namespace

std::int64_t parse_whole(std::string const& text) { return parse<std::int64_t>(text, "whole number"); }

double parse_real(std::string const& text) {
  double const value = parse<double>(text, "number");
  if (!std::isfinite(value)) throw std::invalid_argument("is not a finite number");
  return value;
}

std::string to_text(double value) {
  std::array<char, 32> text{};
  auto const result = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), result.ptr};
}

}  // namespace tartan::config
