#include <tartan/core/error.hpp>
#include <tartan/core/hash.hpp>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <vector>
#include <xxhash.h>

namespace tartan {

std::uint64_t hash_bytes(std::span<char const> bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

std::uint64_t hash_file(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail_io("cannot read " + path.string());
  std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), XXH3_freeState);
  XXH3_64bits_reset(state.get());
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
    XXH3_64bits_update(state.get(), buffer.data(), static_cast<std::size_t>(in.gcount()));
  if (in.bad()) fail_io("cannot read " + path.string());
  return XXH3_64bits_digest(state.get());
}

std::string to_hex(std::uint64_t hash) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace tartan
