#include <tartan/core/error.hpp>
#include <tartan/core/random.hpp>

#include <bit>
#include <cmath>
#include <numbers>
#include <xxhash.h>

namespace tartan {

Key Key::with(std::string_view part) const { return Key(XXH3_64bits_withSeed(part.data(), part.size(), value_)); }

Key Key::with(std::uint64_t part) const {
  std::uint64_t const pair[2] = {part, 0x7461'7274'616e'0001ULL};  // longer than any integer part hashed as text
  return Key(XXH3_64bits_withSeed(pair, sizeof pair, value_));
}

std::array<std::uint32_t, 4> philox(Key key, std::uint64_t counter) {
  auto k0 = static_cast<std::uint32_t>(key.value());
  auto k1 = static_cast<std::uint32_t>(key.value() >> 32);
  std::array<std::uint32_t, 4> x = {static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), 0,
                                    0};
  for (int round = 0; round < 10; ++round) {
    std::uint64_t const a = std::uint64_t{0xD2511F53} * x[0];
    std::uint64_t const b = std::uint64_t{0xCD9E8D57} * x[2];
    x = {static_cast<std::uint32_t>(b >> 32) ^ x[1] ^ k0, static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ x[3] ^ k1, static_cast<std::uint32_t>(a)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return x;
}

std::uint32_t Stream::bits() {
  if (left_ == 0) {
    block_ = philox(key_, counter_++);
    left_ = 4;
  }
  return block_[static_cast<std::size_t>(4 - left_--)];
}

double Stream::uniform() {
  std::uint64_t const high = bits() >> 5;
  std::uint64_t const low = bits() >> 6;
  return static_cast<double>(high * 67108864 + low) * 0x1p-53;
}

std::uint64_t Stream::below(std::uint64_t bound) {
  expects(bound > 0, "a draw below 0");
  std::uint64_t const mask = bound == 1 ? 0 : ~std::uint64_t{0} >> std::countl_zero(bound - 1);
  while (true) {
    std::uint64_t draw = bits();
    if (mask >> 32) draw |= static_cast<std::uint64_t>(bits()) << 32;
    if ((draw & mask) < bound) return draw & mask;
  }
}

double Stream::normal() {
  double const radius = std::sqrt(-2 * std::log1p(-uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

Permutation::Permutation(Key key, std::uint64_t size)
    : key_(key), size_(size), half_bits_((static_cast<int>(std::bit_width(size > 1 ? size - 1 : 1)) + 1) / 2) {}

std::uint64_t Permutation::once(std::uint64_t value) const {
  std::uint64_t const mask = (std::uint64_t{1} << half_bits_) - 1;
  std::uint64_t left = value >> half_bits_;
  std::uint64_t right = value & mask;
  for (std::uint64_t round = 0; round < 8; ++round) {
    auto const block = philox(key_, (round << 56) ^ right);
    std::uint64_t const next = left ^ ((std::uint64_t{block[1]} << 32 | block[0]) & mask);
    left = right;
    right = next;
  }
  return left << half_bits_ | right;
}

std::uint64_t Permutation::operator()(std::uint64_t index) const {
  expects(index < size_, "an index beyond the permutation");  // its walk may never come back below size
  std::uint64_t value = once(index);
  while (value >= size_) value = once(value);
  return value;
}

}  // namespace tartan
