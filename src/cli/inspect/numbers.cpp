#include "numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tartan::cli {
namespace {

template <class... T>
std::string format(char const* pattern, T... values) {
  std::array<char, 400> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

}  // namespace

std::string thousands(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

std::string rounded(double number) {
  return number >= 0 && number < 1e15 ? thousands(static_cast<std::uint64_t>(std::llround(number))) : "?";
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<char const*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit) value /= 1024;
  return format(unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

std::string percent(double share) { return format("%.1f %%", share * 100); }

std::string fixed(double value, int digits) { return format("%.*f", digits, value); }

std::string seconds_text(double seconds) {
  if (!(seconds >= 0 && seconds < 1e9)) return "?";
  if (seconds < 60) return format("%.1f s", seconds);
  auto const whole = std::llround(seconds);
  if (whole < 3600) return format("%lld min %02lld s", whole / 60, whole % 60);
  return format("%lld h %02lld min", whole / 3600, whole / 60 % 60);
}

std::string bar(double share, std::size_t columns) {
  constexpr std::array<char const*, 8> parts = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  double const filled = std::clamp(share, 0.0, 1.0) * static_cast<double>(columns) * 8;
  auto eighths = static_cast<std::size_t>(std::lround(filled));
  if (share > 0) eighths = std::max<std::size_t>(eighths, 1);
  std::string text;
  for (std::size_t i = 0; i < eighths / 8; ++i) text += "█";
  return text + parts[eighths % 8];
}

std::string plural(std::uint64_t number, std::string const& noun) {
  return thousands(number) + " " + noun + (number == 1 ? "" : "s");
}

}  // namespace tartan::cli
