#include "units.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace tartan::cli {
namespace {

template <class... T>
std::string format(char const* pattern, T... values) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

//! "1 h 35 min"; the second part is left out where it is 0.
std::string two_units(long long whole, long long rest, char const* big, char const* small) {
  return rest == 0 ? format("%lld %s", whole, big) : format("%lld %s %lld %s", whole, big, rest, small);
}

}  // namespace

std::string bytes_text(double bytes) {
  if (bytes < mb) return format("%.0f kB", bytes / 1024);
  if (bytes < 1000 * mb) return format("%.0f MB", bytes / mb);
  return bytes < 1e6 * mb ? format("%.2f GB", bytes / mb / 1024) : format("%.2f TB", bytes / mb / 1024 / 1024);
}

std::string duration_text(double seconds) {
  if (seconds < 99.5) return format("%.0f s", seconds);
  long long const minutes = std::llround(seconds / 60);
  if (minutes < 60) return format("%lld min", minutes);
  if (minutes < 48 * 60) return two_units(minutes / 60, minutes % 60, "h", "min");
  return two_units(minutes / 1440, minutes % 1440 / 60, "d", "h");
}

std::string percent_text(double share) { return format("%.0f %%", 100 * share); }

}  // namespace tartan::cli
