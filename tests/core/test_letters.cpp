#include <tartan/core/letters.hpp>
#include <tartan/core/utf8.hpp>

#include <cstdint>
#include <gtest/gtest.h>

namespace tartan {
namespace {

//! s = s * 1099511628211 + f(c) over all characters c but surrogates, modulo 2^64.
template <class F>
std::uint64_t hash(F const& f) {
  std::uint64_t sum = 0;
  for (char32_t c = 0; c < 0x110000; ++c)
    if (c < 0xd800 || c >= 0xe000) sum = sum * 1099511628211U + static_cast<std::uint64_t>(f(c));
  return sum;
}

//! By the same sum over Python 3.11's str.lower (of "İ": "i", of "ς": "σ"), str.isalnum and str.isspace.
TEST(Letters, ArePythons) {
  EXPECT_EQ(hash(lower), 6199218946505505835U);
  EXPECT_EQ(hash(is_alphanumeric), 18081600625432231539U);
  EXPECT_EQ(hash(is_space), 15024262584766177883U);
}

TEST(Utf8, CodePointsAreCounted) {
  EXPECT_EQ(code_points("a\u00e9\u4e2d\U0001f642"), U"a\u00e9\u4e2d\U0001f642");
  EXPECT_EQ(num_code_points("e\u0301"), 2U);
  EXPECT_EQ(code_points(""), U"");
}

TEST(Utf8, WhatIsNoneIsReplaced) {
  EXPECT_EQ(code_points("a\xff\x62\xe4\xb8"), U"a\ufffdb\ufffd\ufffd");
  EXPECT_EQ(code_points("\xed\xa0\x80"), U"\ufffd\ufffd\ufffd");  // half of a surrogate pair
}

}  // namespace
}  // namespace tartan
