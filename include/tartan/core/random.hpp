#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tartan {

//! Names one stream of random numbers. Keys are derived, never advanced, so that any draw can be made at any time:
//! `Key{seed}.with("joint").with("tapt").with(step)` is the same on every rank, in every run.
class Key {
 public:
  explicit constexpr Key(std::uint64_t value = 0) : value_(value) {}
  Key with(std::string_view part) const;
  Key with(std::uint64_t part) const;
  constexpr std::uint64_t value() const { return value_; }
  bool operator==(Key const&) const = default;

 private:
  std::uint64_t value_;
};

//! Block `counter` of the stream `key`: four independent 32-bit numbers. Philox4x32-10 (Salmon et al., SC 2011).
std::array<std::uint32_t, 4> philox(Key key, std::uint64_t counter);

//! Sequential reader of one key's stream.
class Stream {
 public:
  explicit Stream(Key key) : key_(key) {}
  std::uint32_t bits();                      //!< 32 uniform bits
  double uniform();                          //!< [0, 1), 53 bits
  std::uint64_t below(std::uint64_t bound);  //!< [0, bound), unbiased; bound > 0
  double normal();                           //!< standard normal (Box-Muller)

 private:
  Key key_;
  std::uint64_t counter_ = 0;
  std::array<std::uint32_t, 4> block_{};
  int left_ = 0;
};

//! A permutation of [0, size) that a key names; any element in O(1), nothing stored. Feistel network with cycle walking
//! (Black and Rogaway, CT-RSA 2002).
class Permutation {
 public:
  Permutation(Key key, std::uint64_t size);
  std::uint64_t operator()(std::uint64_t index) const;
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t once(std::uint64_t value) const;
  Key key_;
  std::uint64_t size_;
  int half_bits_;
};

}  // namespace tartan
